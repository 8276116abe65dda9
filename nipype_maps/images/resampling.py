"""Images onto another grid, volume by volume as they are read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..numerics.blocks import NonFiniteCheck, StoredBlock
from ..numerics.coverage import inside_of
from ..numerics.grid import Grid
from ..numerics.patches import Patch
from ..numerics.resample import Resampler, clip_range
from ..storage.threads import worked
from .volumes import Volumes, volumes_in_block
from .working_grid import WorkingGrid


def resampled_volumes(
    image: Volumes, target: Grid, interpolation: str, nonfinite: str, clip: bool
) -> Iterator[Patch]:
    """All volumes of an image on another grid.

    Parameters
    ----------
    image : Volumes
    target : Grid
    interpolation, nonfinite : str
        See `numerics.resample.Resampler`.
    clip : bool
        Clip splines to the range of the whole image, which is read once more for that.
    """
    # linear and nearest values never exceed those that they are interpolated from
    limits = clip_range(*image.finite_range()) if clip and interpolation == "continuous" else None
    resampler = Resampler(image.grid, target, interpolation, nonfinite, limits)
    yield from worked(resampler.local, image.patches(finite=False))


def resampled_blocks(
    run: Volumes, target: Grid, voxels: np.ndarray, clip: bool, n_frames: int, check: NonFiniteCheck
) -> Iterator[StoredBlock]:
    """Some voxels of a run on another grid, by cubic splines; nothing is written to disk.

    Parameters
    ----------
    run : Volumes
    target : Grid
    voxels : (S,) int array
        Flat indices (NIfTI order) on that grid.
    clip : bool
        Clip to the range of the whole run, which is read once more for that.
    n_frames : int
        Frames in a block; 0 takes as many as fit 32 MB, at most 32.
    check : NonFiniteCheck
        Looks at the frames before they are resampled.

    Yields
    ------
    StoredBlock
        (n, S), float64.
    """
    limits = clip_range(*run.finite_range()) if clip else None
    resampler = Resampler(run.grid, target, "continuous", "neighbors", limits)
    patches = check.passing(run.patches(finite=False), lambda patch: patch.values)
    frames = worked(resampler.at(voxels), patches)
    first, n_frames = 0, n_frames or volumes_in_block(voxels.size)
    while block := list(itertools.islice(frames, n_frames)):
        yield StoredBlock(first, np.stack(block))
        first += len(block)


def require_overlap(image: Volumes, target: WorkingGrid) -> None:
    """Raise ValueError unless an image can be put onto a grid.

    Both must have world coordinates, and a voxel in common.
    """
    if not (image.located and target.has_world_coordinates):
        raise ValueError(without_world_coordinates(target.name if image.located else image.name))
    if not inside_of(target.grid, image.grid).any():
        raise ValueError(
            f"{image.name} ({image.grid}) and {target.name} ({target.grid}) do not overlap anywhere in "
            "space; check that both are in the same space (native or a template's)."
        )


def without_world_coordinates(name: str) -> str:
    """The message about an image that cannot be resampled."""
    return (
        f"{name} has neither sform nor qform, so that its world coordinates are unknown and resampling "
        "would be a guess; write the right affine into its header (nibabel: image.set_sform(affine, "
        "code='scanner')), or give data that share one grid."
    )
