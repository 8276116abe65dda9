"""The benchmarks' data: a run as fMRIPrep writes them, and two kinds of maps; seeded.

Everything is made once in a folder and found there by later calls.
"""

from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from nipype_maps.images.writing import writing
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.patches import patch_of

SEED = 20
T_R = 2.0


def _grid(shape, origin):
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = origin
    return Grid(shape, affine)


#: Of a 2 mm run in MNI152NLin2009cAsym, and of maps half a voxel beside it.
RUN_GRID = _grid((97, 115, 97), (-96, -132, -78))
MAPS_GRID = _grid((91, 109, 91), (-91, -127, -73))


def _radius(grid: Grid) -> np.ndarray:
    """(X, Y, Z) squared distance from the run's center, 1 at the faces of its grid."""
    center = nib.affines.apply_affine(RUN_GRID.affine, (np.array(RUN_GRID.shape) - 1) / 2)
    half = np.array(RUN_GRID.shape) - 1.0
    mm = [grid.affine[axis, 3] + 2.0 * np.arange(n) for axis, n in enumerate(grid.shape)]
    x, y, z = ((mm[axis] - center[axis]) / half[axis] for axis in range(3))
    return (x**2)[:, None, None] + (y**2)[:, None] + z**2


def run(folder: Path, n_frames: int = 200, dtype="int16", slope: float = 1.0, ending=".nii.gz") -> Path:
    """A head of level 800 on 43 % of the voxels, with noise and a few smooth fluctuations.

    Integers are stored with the slope given; float32 is stored as it is.
    """
    name = f"sub-01_task-rest_desc-{np.dtype(dtype).name}{'scaled' if slope != 1 else ''}"
    path = folder / f"{name}{n_frames}_bold{ending}"
    if path.exists():
        return path
    rng = np.random.default_rng(SEED)
    head = (_radius(RUN_GRID) < 0.9).ravel(order="F")
    sources = np.stack([_field(rng, RUN_GRID).ravel(order="F")[head] for _ in range(8)])
    header = nib.Nifti1Header()
    header.set_data_dtype(dtype)
    header.set_data_shape((*RUN_GRID.shape, n_frames))
    header.set_zooms((2, 2, 2, T_R))
    header.set_xyzt_units("mm", "sec")
    header.set_sform(RUN_GRID.affine, 4)
    header.set_qform(RUN_GRID.affine, 4)
    header.set_slope_inter(slope, 0.0)
    header["vox_offset"] = 352
    volume = np.zeros(RUN_GRID.n_voxels, dtype)
    with nib.openers.Opener(str(path), "wb") as stream:
        header.write_to(stream)
        stream.write(bytes(352 - stream.tell()))
        for _ in range(n_frames):
            values = 800 + 20 * rng.standard_normal(head.sum(), dtype="float32")
            values += 10 * rng.standard_normal(8, dtype="float32") @ sources
            volume[head] = values if np.dtype(dtype).kind == "f" else np.rint(values / slope)
            stream.write(volume.tobytes())
    return path


def notebook(folder: Path) -> tuple[Path, Path]:
    """A run of 100 frames and 20 maps on a grid of 5 mm, as one tries things with in a notebook."""
    paths = folder / "notebook_bold.nii.gz", folder / "notebook_maps.nii.gz"
    if all(path.exists() for path in paths):
        return paths
    rng = np.random.default_rng(SEED + 3)
    affine = np.diag([5.0, 5.0, 5.0, 1.0])
    frames = rng.normal(800, 20, (40, 48, 38, 100)).astype(np.int16)
    maps = ndimage.gaussian_filter(rng.normal(size=(40, 48, 38, 20)), (3, 3, 3, 0))
    for path, values in zip(paths, (frames, maps), strict=True):
        nib.save(nib.Nifti1Image(values, affine), path)
    return paths


def networks(folder: Path, n_maps: int = 64) -> Path:
    """Smooth maps that are non-zero throughout the brain, as an ICA makes them."""
    path = folder / f"networks{n_maps}.nii.gz"
    if path.exists():
        return path
    rng = np.random.default_rng(SEED + 1)
    brain = _radius(MAPS_GRID) < 0.6
    with writing(path, MAPS_GRID, n_maps, dtype="float32") as out:
        for _ in range(n_maps):
            out.append(patch_of(_field(rng, MAPS_GRID) * brain))
    return path


def parcels(folder: Path, n_maps: int = 1024) -> Path:
    """Local maps, each non-zero on 1 % of the voxels, as DiFuMo's."""
    path = folder / f"parcels{n_maps}.nii.gz"
    if path.exists():
        return path
    rng = np.random.default_rng(SEED + 2)
    # centers on a lattice, moved at random: as far apart as parcels of the brain are
    inside = _radius(MAPS_GRID) < 0.5
    step = (inside.sum() / n_maps) ** (1 / 3) * 0.98
    lattice = np.stack(np.meshgrid(*(np.arange(0, n, step) for n in inside.shape), indexing="ij"), -1)
    centers = lattice.reshape(-1, 3) + rng.uniform(-0.2, 0.2, (lattice.size // 3, 3)) * step
    within = inside[tuple(np.clip(np.rint(centers), 0, np.array(inside.shape) - 1).astype(int).T)]
    axes = np.ogrid[tuple(map(slice, MAPS_GRID.shape))]
    radius = (0.01 * MAPS_GRID.n_voxels * 3 / (4 * np.pi)) ** (1 / 3)
    with writing(path, MAPS_GRID, n_maps, dtype="float32") as out:
        for center in rng.permutation(centers[within])[:n_maps]:
            distance = sum((axis - c) ** 2 for axis, c in zip(axes, center, strict=True)) / radius**2
            out.append(patch_of(np.where(distance < 1, np.exp(-8 * distance), 0)))
    return path


def _field(rng, grid: Grid) -> np.ndarray:
    """(X, Y, Z) smooth noise of unit variance."""
    coarse = ndimage.gaussian_filter(rng.standard_normal([n // 4 + 2 for n in grid.shape]), 2)
    fine = ndimage.zoom(coarse, [n / m for n, m in zip(grid.shape, coarse.shape, strict=True)], order=1)
    return (fine / fine.std()).astype("float32")
