"""The masker graph beside nilearn on drawn data and drawn parameters.

Images are written in every data type, byte order and slope; nilearn gets the same values in
float64, because it would compute in single precision otherwise.  Draws keep away from what
nilearn 0.14.1 is known to do wrong (test_nilearn_errors.py), and from maps so close to
linear dependence that rounding decides.
"""

import shutil
import warnings
from dataclasses import dataclass, field

import nibabel as nib
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nipype_maps.bids.tables import read_table
from nipype_maps.engine.execution import run_workflow
from nipype_maps.graphs import init_masker_wf
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.resample import Resampler

DTYPES = ["float64", "float32", "int16", "uint8", "int32", ">i2", ">f4", ">f8"]
#: nilearn resamples images that do not overlap to zeros, and makes up confounds where there
#: are fewer voxels than it should draw from.
REFUSED_ON_PURPOSE = ("do not overlap anywhere", "confounds cannot be drawn from")
FILTERS = [{}, {"low_pass": 0.1}, {"high_pass": 0.02}, {"low_pass": 0.1, "high_pass": 0.02}]


@st.composite
def grids(draw):
    """A small grid about the origin: any voxel size, flips, order of axes, obliquity."""
    shape = tuple(draw(st.integers(4, 8)) for _ in range(3))
    sizes = np.array([draw(st.sampled_from([2.0, 3.0, 3.5, 4.0])) for _ in range(3)])
    signs = np.array([draw(st.sampled_from([1, -1])) for _ in range(3)])
    axes = np.diag(sizes * signs)[:, draw(st.permutations([0, 1, 2]))]
    if draw(st.booleans()):
        angle = draw(st.floats(0.05, 0.6))
        turn = np.eye(3)
        turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        axes = turn @ axes
    shift = np.array([draw(st.sampled_from([0.0, 1.0, -3.0, 5.5])) for _ in range(3)])
    affine = np.eye(4)
    affine[:3, :3] = axes
    affine[:3, 3] = shift - axes @ (np.array(shape) - 1) / 2
    return Grid(shape, affine.astype(np.float32))


@dataclass
class Case:
    """Arrays and options of one draw."""

    seed: int
    run: np.ndarray = field(repr=False)
    run_grid: Grid
    dtype: str
    slope: float
    maps: np.ndarray = field(repr=False)
    maps_grid: Grid
    mask: np.ndarray | None = field(repr=False)
    mask_grid: Grid
    spatial: dict
    smooth_on: str
    temporal: dict = field(default_factory=dict)
    confounds: np.ndarray | None = field(default=None, repr=False)
    kept: np.ndarray | None = field(default=None, repr=False)


@st.composite
def cases(draw):
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    run_grid, maps_grid, mask_grid = draw(grids()), draw(grids()), draw(grids())
    one_grid = draw(st.integers(0, 3)) == 0
    if one_grid:
        maps_grid = mask_grid = run_grid
    n_frames = draw(st.sampled_from([1, 7, 50, 61]))
    shape = run_grid.shape if n_frames == 1 else (*run_grid.shape, n_frames)
    run = 100 + 15 * rng.normal(size=shape)
    dtype = draw(st.sampled_from(DTYPES))
    if np.dtype(dtype).kind == "f" and draw(st.booleans()):
        run[tuple(rng.integers(0, n, 6) for n in shape)] = np.nan
        run[tuple(rng.integers(0, n, 2) for n in run_grid.shape)] = np.nan
    n_maps = draw(st.integers(1, 5))
    maps = rng.normal(size=(*maps_grid.shape, n_maps))
    maps *= rng.random(maps.shape) < draw(st.sampled_from([0.1, 0.5, 1.0]))
    if draw(st.booleans()):
        maps = np.abs(maps)
    if draw(st.booleans()):
        maps[tuple(rng.integers(0, n, 3) for n in maps.shape)] = [np.nan, np.inf, -np.inf]
    mask = None
    if draw(st.booleans()):
        mask = rng.random(mask_grid.shape) < draw(st.sampled_from([0.3, 0.9]))
        mask[tuple(n // 2 for n in mask.shape)] = True
        if draw(st.booleans()):
            mask = np.where(rng.random(mask.shape) < 0.1, np.nan, mask)
    targets = ["data", "maps"] + (["mask"] if mask is not None else []) + ([None] if one_grid else [])
    widths = st.sampled_from([None, 2.0, 4.0, 9.0])
    spatial = {"resampling_target": draw(st.sampled_from(targets)), "smoothing_fwhm": draw(widths)}
    if spatial["resampling_target"] in ("data", None) and np.dtype(dtype).kind == "f" and draw(st.booleans()):
        # resampled, an infinite voxel switches nilearn's clipping off
        run[tuple(rng.integers(0, n, 4) for n in shape)] = [np.inf, -np.inf, np.inf, np.inf]
    slope, smooth_on = draw(st.sampled_from([1.0, 0.5])), draw(st.sampled_from(["maps", "data"]))
    case = Case(
        seed, run, run_grid, dtype, slope, maps, maps_grid, mask, mask_grid, spatial, smooth_on
    )  # fmt: skip
    if n_frames >= 50:
        draw_temporal(draw, case, n_frames, rng)
    return case


def draw_temporal(draw, case, n_frames, rng):
    case.temporal = {
        "detrend": draw(st.booleans()),
        "standardize": draw(st.sampled_from([None, "zscore_sample", "psc"])),
        "standardize_confounds": draw(st.booleans()),
        "high_variance_confounds": draw(st.integers(0, 3)) == 0,
        **draw(st.sampled_from(FILTERS)),
    }
    if draw(st.booleans()):
        case.confounds = rng.normal(size=(n_frames, draw(st.integers(1, 6)))).cumsum(axis=0)
    censored = draw(st.sets(st.integers(0, n_frames - 1), max_size=5))
    # nilearn leaves mirrored frames as they are (error 1)
    if censored and not any(n_frames - 1 - frame in censored for frame in censored):
        case.kept = np.setdiff1d(np.arange(n_frames), list(censored))
        # ours draw from kept frames only
        case.temporal["high_variance_confounds"] = False
    # one ratio decides for all columns whether their means are gone (error 8), so let them be
    # gone for all or for none, also where a map's mean signal is next to nothing
    filtered = "high_pass" in case.temporal or "low_pass" in case.temporal
    clear = not filtered and (case.temporal["detrend"] or case.temporal["standardize_confounds"])
    if case.temporal["standardize"] == "psc" and not clear:
        case.temporal["standardize"] = None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("drawn")


def write(path, values, grid, dtype="float64", slope=1.0):
    header = nib.Nifti1Header(endianness=">" if dtype.startswith(">") else "<")
    stored = np.asarray(values / slope)
    if np.dtype(dtype).kind in "iu":
        info = np.iinfo(dtype)
        stored = np.round(stored).clip(info.min, info.max)
    header.set_data_dtype(np.dtype(dtype))
    image = nib.Nifti1Image(stored.astype(np.dtype(dtype)), grid.affine, header)
    image.header.set_slope_inter(slope, 0)
    image.header.set_xyzt_units("mm", "sec")
    if values.ndim == 4:
        image.header.set_zooms((*image.header.get_zooms()[:3], 2.0))
    image.set_sform(grid.affine, 1)
    nib.save(image, path)
    return str(path)


def doubled(path):
    """The same image for nilearn, in memory and in float64."""
    image = nib.load(path)
    return nib.Nifti1Image(image.get_fdata(), image.affine)


def ours(case, files, folder):
    run, maps, mask = files
    workflow = init_masker_wf(**case.spatial, **case.temporal, smooth_on=case.smooth_on, name="masker")
    workflow.base_dir = str(folder / "work")
    door = workflow.inputs.inputnode
    door.run_file, door.maps_file = run, maps
    if mask:
        door.mask_file = mask
    if case.confounds is not None:
        np.save(folder / "confounds.npy", case.confounds)
        door.confounds_files = [str(folder / "confounds.npy")]
    if case.kept is not None:
        door.sample_mask = case.kept.tolist()
    outcome = run_workflow(workflow, logs=folder / "logs")
    if outcome.failures:
        return outcome.failures[0].reason, None
    condition = outcome.done["fit.fit_projector"].result.outputs.condition
    return read_table(outcome.done["transform.clean"].result.outputs.out_file).values, condition


def theirs(case, files):
    from nilearn.maskers import NiftiMapsMasker

    run, maps, mask = files
    temporal = dict(case.temporal)
    if "low_pass" in temporal or "high_pass" in temporal:
        temporal["t_r"] = 2.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            masker = NiftiMapsMasker(
                doubled(maps),
                mask_img=mask and doubled(mask),
                keep_masked_maps=False,
                **{"standardize": None, **case.spatial, **temporal},
            )
            image = doubled(run)
            kept = None if case.kept is None else case.kept.copy()
            return masker.fit(image).transform(image, confounds=case.confounds, sample_mask=kept)
        except ValueError as error:
            return str(error)


def has_lost_border(case):
    """Whether nilearn loses a plane of an image to the rounding of a border (error 11)."""
    from nilearn.image import resample_img
    from nilearn.image.resampling import BoundingBoxError

    grids = {"data": case.run_grid, "maps": case.maps_grid, "mask": case.mask_grid}
    target = grids.get(case.spatial["resampling_target"], case.run_grid)
    for source in (case.run_grid, case.maps_grid, case.mask_grid):
        if source.same_as(target):
            continue
        inside = np.ones(source.shape)
        image = nib.Nifti1Image(inside, source.affine)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                theirs = resample_img(image, target.affine, target.shape, interpolation="linear").get_fdata()
            except BoundingBoxError:  # it counts voxel centers, where ours counts voxels
                return True
        if np.abs(theirs - Resampler(source, target, "linear")(inside)).max() > 0.01:
            return True
    return False


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(case=cases())
def test_against_nilearn(compare, folder, case):
    assume(not has_lost_border(case))
    place = folder / "case"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    files = (
        write(place / "run.nii.gz", case.run, case.run_grid, case.dtype, case.slope),
        write(place / "maps.nii.gz", case.maps, case.maps_grid),
        None if case.mask is None else write(place / "mask.nii.gz", case.mask, case.mask_grid, "float32"),
    )
    answer, condition = ours(case, files, place)
    expected = theirs(case, files)
    if isinstance(answer, str) and any(words in answer for words in REFUSED_ON_PURPOSE):
        return
    if isinstance(expected, str) and "does not contain any of the data" in expected:
        return  # it counts voxel centers, where ours counts voxels
    if isinstance(answer, str) or isinstance(expected, str):
        # what one refuses the other refuses too: nothing is left of mask or maps
        assert isinstance(answer, str), f"nilearn: {expected}"
        assert isinstance(expected, str), f"ours: {answer}"
        return
    assume(condition < 100)
    expected = np.atleast_2d(expected)
    has_map = ~np.isnan(answer).any(axis=0)
    if expected.shape == answer.shape:  # without a mask it keeps what vanishes in resampling, as zeros
        expected = expected[:, has_map]
    answer = answer[:, has_map]
    if expected.shape != answer.shape and 1 in answer.shape:
        expected = expected.reshape(answer.shape)
    target = case.spatial["resampling_target"]
    smoothing = "smoothed" if case.spatial["smoothing_fwhm"] else "not smoothed"
    temporal = "cleaned" if case.temporal else "raw"
    compare(f"drawn: resampling_target={target}, {smoothing}, {temporal}", answer, expected)
