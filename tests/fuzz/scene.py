"""One small call of the command: its files, its arguments, and the numbers that it must give."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import scipy

RUN, SIDECAR = "sub-01_task-rest_bold.nii.gz", "sub-01_task-rest_bold.json"
MAPS, NAMES, MASK, CONFOUNDS = "atlas.nii.gz", "atlas.tsv", "mask.nii.gz", "sub-01_task-rest_confounds.tsv"
INPUTS = (RUN, SIDECAR, MAPS, NAMES, MASK, CONFOUNDS)
SHAPE, N_FRAMES, N_MAPS, T_R, FWHM, LOW_PASS = (7, 8, 6), 40, 4, 2.0, 6.0, 0.1
AFFINE = np.array([[3.0, 0, 0, -9], [0, 3, 0, -11], [0, 0, 4, -10], [0, 0, 0, 1]])
MM_PER_UNIT = {1: 1000.0, 3: 0.001}
SECONDS_PER_UNIT = {8: 1.0, 16: 1e-3, 24: 1e-6}


class Refused(Exception):  # noqa: N818 (no error: the input is not one that has an answer)
    """The reference finds no meaning in an input; the command may refuse it, and should."""


def make(folder: Path) -> None:
    """Write the undamaged files."""
    rng = np.random.default_rng(3)
    shape = (*SHAPE, N_MAPS)
    maps = rng.normal(size=shape) * (rng.random(shape) < 0.4)
    run = 100 + 5 * rng.normal(size=(*SHAPE, N_FRAMES)).cumsum(axis=-1)
    inside = np.ones(SHAPE)
    inside[0] = 0
    for name, values in (
        (RUN, run.astype("int16")),
        (MAPS, maps.astype("float32")),
        (MASK, inside.astype("uint8")),
    ):
        image = nib.Nifti1Image(values, AFFINE)
        image.header.set_xyzt_units("mm", "sec")
        if values.ndim == 4 and name == RUN:
            image.header.set_zooms((*image.header.get_zooms()[:3], T_R))
        nib.save(image, folder / name)
    (folder / SIDECAR).write_text(json.dumps({"RepetitionTime": T_R, "TaskName": "rest"}))
    (folder / NAMES).write_text(
        "index\tname\n" + "".join(f"{k}\tnetwork {k}\n" for k in range(1, N_MAPS + 1))
    )
    table = pd.DataFrame(rng.normal(size=(N_FRAMES, 3)), columns=["trans_x", "rot_y", "csf"])
    table.iloc[0, 1] = np.nan
    table.to_csv(folder / CONFOUNDS, sep="\t", index=False, na_rep="n/a", float_format="%.6g")


def extract(folder: Path, out: Path) -> list[str]:
    """The arguments of the call."""
    return [
        "extract", str(folder / RUN), "--maps", str(folder / MAPS), "--mask", str(folder / MASK),
        "--confounds", str(folder / CONFOUNDS), "--out", str(out), "--smoothing-fwhm", str(FWHM),
        "--detrend", "--low-pass", str(LOW_PASS), "--standardize", "zscore",
    ]  # fmt: skip


def inverse(folder: Path, signals: Path, out: Path) -> list[str]:
    """The arguments of the call back."""
    return [
        "inverse",
        str(signals),
        "--maps",
        str(folder / MAPS),
        "--mask",
        str(folder / MASK),
        "--out",
        str(out),
    ]


def expected(folder: Path) -> np.ndarray:
    """(T, K) signals of the files in a folder, by nibabel, pandas and scipy."""
    run, maps, mask = (_load(folder / name) for name in (RUN, MAPS, MASK))
    if run.ndim != 4 or run.shape[3] < 2 or mask.ndim != 3 or maps.ndim not in (3, 4):
        raise Refused("dimensions")
    inside = np.isfinite(mask.values) & (mask.values != 0)
    if np.unique(mask.values[inside]).size != 1:
        raise Refused("mask")
    inside = _resampled(inside.astype(float), mask.affine, run, order=0) > 0
    volumes = np.moveaxis(np.nan_to_num(np.atleast_3d(maps.values), nan=0, posinf=0, neginf=0), -1, 0)
    if maps.ndim == 3:
        volumes = np.nan_to_num(maps.values, nan=0, posinf=0, neginf=0)[None]
    a = np.stack([(_resampled(volume, maps.affine, run, 1) * inside).ravel() for volume in volumes], axis=1)
    if not (a != 0).any(axis=0).all():
        raise Refused("an empty map")
    # a header that differs by less than what passes for one grid
    affine = maps.affine if _is_one_grid(maps, run) else run.affine
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    sigma = FWHM / np.sqrt(8 * np.log(2)) / sizes
    frames = np.nan_to_num(run.values, nan=0, posinf=0, neginf=0)
    smooth = [
        scipy.ndimage.gaussian_filter(frames[..., t], sigma, mode="reflect").ravel()
        for t in range(frames.shape[3])
    ]
    scale = np.linalg.norm(a, axis=0)
    raw = (np.linalg.lstsq(a / scale, np.stack(smooth, axis=1), rcond=None)[0].T) / scale
    return _cleaned(raw, _confounds(folder, len(raw)), _t_r(folder, run))


def image_of(folder: Path, table: Path) -> np.ndarray:
    """(X, Y, Z, T) image of a table of signals, on the grid that its sidecar names."""
    try:
        signals = pd.read_csv(table, sep="\t", na_values="n/a", index_col=False).to_numpy(float)
        told = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
        grid = _Grid(told["Maps"]["Grid"]) if told["Maps"].get("Grid") else None
    except Exception as error:
        raise Refused(str(error)) from error
    if np.isinf(signals).any():
        raise Refused("infinity")
    maps, mask = _load(folder / MAPS), _load(folder / MASK)
    inside = _resampled((mask.values != 0).astype(float), mask.affine, grid or maps, order=0) > 0
    volumes = np.moveaxis(maps.values, -1, 0)
    a = np.stack([_resampled(volume, maps.affine, grid or maps, 1) for volume in volumes], axis=-1)
    if told["Maps"].get("Demean"):
        a = a - a[inside].mean(axis=0)
    return (a * inside[..., None]) @ np.nan_to_num(signals).T


class _Grid:
    """A grid as a sidecar tells it: numbers only, and enough of them."""

    def __init__(self, told):
        flat = [*told["Shape"], *(number for row in told["Affine"] for number in row)]
        if any(isinstance(number, bool) or not isinstance(number, (int, float)) for number in flat):
            raise Refused("grid")
        self.affine, self.shape = np.array(told["Affine"], float).reshape(4, 4), tuple(told["Shape"])
        if len(self.shape) != 3 or not np.array_equal(self.affine[3], [0, 0, 0, 1]):
            raise Refused("grid")


class _load:  # noqa: N801
    """An image: values, affine in mm, shape."""

    def __init__(self, path):
        try:
            image = nib.load(path)
            self.values = np.asarray(image.dataobj, dtype=float)
        except Exception as error:
            raise Refused(str(error)) from error
        while self.values.ndim > 3 and self.values.shape[-1] == 1 and self.values.ndim > 4:
            self.values = self.values[..., 0]
        self.header, self.shape, self.ndim = image.header, self.values.shape, self.values.ndim
        self.affine = image.affine.copy()
        self.affine[:3] *= MM_PER_UNIT.get(int(image.header["xyzt_units"]) & 7, 1.0)
        if not np.isfinite(self.affine).all() or abs(np.linalg.det(self.affine)) < 1e-30:
            raise Refused("affine")


def _is_one_grid(image, run) -> bool:
    return image.shape[:3] == run.shape[:3] and np.allclose(image.affine, run.affine)


def _resampled(volume, affine, run, order) -> np.ndarray:
    if volume.shape == run.shape[:3] and np.allclose(affine, run.affine):
        return volume
    matrix = np.linalg.inv(affine) @ run.affine
    index = np.indices(run.shape[:3]).reshape(3, -1)
    where = matrix[:3, :3] @ index + matrix[:3, 3:]
    last = np.array(volume.shape)[:, None] - 1
    # what is outside by the rounding of a header is on the border
    inside = np.clip(where, 0, last)
    where = np.where(np.abs(where - inside) <= 1e-3, inside, where)
    out = scipy.ndimage.map_coordinates(volume, where, order=order, mode="constant")
    return out.reshape(run.shape[:3])


def _t_r(folder, run) -> float:
    header = None
    unit = SECONDS_PER_UNIT.get(int(run.header["xyzt_units"]) & 56)
    zooms = run.header.get_zooms()
    if unit and len(zooms) > 3 and zooms[3] > 0:
        header = float(zooms[3]) * unit
    try:
        sidecar = json.loads((folder / SIDECAR).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused("sidecar") from error
    if not isinstance(sidecar, dict):
        raise Refused("sidecar")
    told = sidecar.get("RepetitionTime")
    if told is not None and (
        isinstance(told, bool) or not isinstance(told, (int, float)) or not 0 < told < np.inf
    ):
        raise Refused("RepetitionTime")
    if told is None and header is None:
        raise Refused("no t_r")
    if told is not None and header is not None and not np.isclose(told, header, rtol=1e-3):
        raise Refused("t_r")
    return header if told is None else float(told)


def _confounds(folder, n_frames) -> np.ndarray:
    try:
        table = pd.read_csv(folder / CONFOUNDS, sep="\t", na_values=["n/a"], index_col=False)
        values = table.to_numpy(float)
    except Exception as error:
        raise Refused(str(error)) from error
    if len(values) != n_frames:
        raise Refused("rows")
    values = pd.DataFrame(values).bfill(limit_area="outside").to_numpy()
    if not np.isfinite(values).all() or (np.ptp(values, axis=0) == 0).any():
        raise Refused("no number")
    return values


def _cleaned(signals, confounds, t_r) -> np.ndarray:
    if not 0 < LOW_PASS < 0.5 / t_r:
        raise Refused("Nyquist")
    level = np.abs(signals).max(axis=0)
    both = scipy.signal.detrend(np.hstack([signals, confounds]), axis=0)
    sections = scipy.signal.butter(5, LOW_PASS, "lowpass", fs=1 / t_r, output="sos")
    try:
        both = scipy.signal.sosfiltfilt(sections, both, axis=0)
    except ValueError as error:
        raise Refused(str(error)) from error
    signals, confounds = both[:, : signals.shape[1]], both[:, signals.shape[1] :]
    confounds = (confounds - confounds.mean(axis=0)) / confounds.std(axis=0)
    signals = signals - confounds @ np.linalg.lstsq(confounds, signals, rcond=None)[0]
    signals = signals - signals.mean(axis=0)
    spread = signals.std(axis=0)
    # a signal of which rounding alone is left is no signal
    return np.where(spread > 1e3 * np.finfo(float).eps * level, signals / np.where(spread, spread, 1), 0.0)
