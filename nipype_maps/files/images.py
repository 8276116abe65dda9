"""Masks into memory, and maps one after the other."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterator

import numpy as np

from ..numerics.blocks import has_non_finite
from ..numerics.grid import require_same_grid
from ..numerics.notes import note
from ..numerics.patches import Patch
from .atomic import draft_folder
from .volumes import Volumes
from .writing import writing

#: How warnings of NaN and infinity begin, as nilearn's do.
NON_FINITE = "Non-finite values detected."


def read_mask(path, image: Volumes, original=None) -> np.ndarray:
    """A mask for an image: non-zero and finite is inside.

    Parameters
    ----------
    path : path-like
        3D image with at most one value besides 0.
    image : Volumes
        On whose grid the mask must lie.
    original : path-like, optional
        The mask before it was resampled, which messages name.

    Returns
    -------
    (V,) bool array
        In NIfTI order.

    Raises
    ------
    ValueError
        If the mask is not 3D, lies on another grid, holds several values besides 0, or
        nothing is inside.
    """
    mask, name = Volumes(path), original or path
    require_same_grid(mask.name, mask.grid, image.name, image.grid)
    if mask.n_volumes != 1:
        raise ValueError(f"{name} has {mask.n_volumes} volumes; a mask is a 3D image.")
    ((values,),) = (block.values() for block in mask.blocks())
    finite = np.isfinite(values)
    # in a mask that was resampled, they are 0 already
    if not finite.all() or (original and holds_non_finite(Volumes(original, quiet=True))):
        note(f"{NON_FINITE} NaN or infinite voxels of {name} count as outside.")
    inside = finite & (values != 0)
    values = np.unique(values[inside])
    if values.size == 0:
        raise ValueError(
            f"The mask is invalid as it is empty: it masks all data; no voxel of {name} is inside."
        )
    if values.size > 1:
        shown = ", ".join(f"{value:g}" for value in values[:4])
        raise ValueError(
            f"{name} holds {values.size} values besides 0 ({shown}{', …' if values.size > 4 else ''}), so "
            "it is no mask; make it 0 and 1 (threshold a probability map, choose a label)."
        )
    return inside


def holds_non_finite(image: Volumes) -> bool:
    """Whether an image holds NaN or infinity, which whole numbers are not; reads it up to the first."""
    if image.dtype.kind != "f":
        return False
    return any(has_non_finite(patch.values) for patch in image.patches(finite=False))


class StoredMaps:
    """An image's volumes as maps (`numerics.cutting.Maps`), read anew at each pass.

    Parameters
    ----------
    image : Volumes
        NaN and infinity count as 0.
    folder : path-like
        Where a compressed image is unpacked for as long as it is needed, since slices of it
        cannot be read in any order.
    """

    def __init__(self, image: Volumes, folder):
        self._image, self._folder = image, folder
        self.shape = image.grid.shape
        self.n_maps = image.n_volumes

    def slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        """So many slices of all maps at a time."""
        if self._image.compressed:
            self._image = self._unpack()
        return self._image.slabs(thickness)

    def _unpack(self) -> Volumes:
        unpacked = contextlib.ExitStack()
        weakref.finalize(self, _remove, unpacked, os.getpid())
        path = unpacked.enter_context(draft_folder(self._folder)) / "maps.nii"
        with writing(path, self._image.grid, self.n_maps) as out:
            for patch in self._image.patches():
                out.append(patch)
        return Volumes(path)


def _remove(unpacked: contextlib.ExitStack, process: int) -> None:
    if os.getpid() == process:  # not in a process that was forked, and reads it too
        unpacked.close()
