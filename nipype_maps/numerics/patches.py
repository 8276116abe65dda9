"""Volumes that are zero outside a box, as local maps are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

#: Number of voxels along each axis, or the indices of one voxel.
Shape: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Patch:
    """The part of a volume that is not zero.

    Attributes
    ----------
    corner : (3,) tuple of int
        Voxel indices of the box's first voxel.
    values : (x, y, z) array
        The volume in the box; without voxels where the volume is zero everywhere.

    Examples
    --------
    >>> volume = np.zeros((4, 4, 4))
    >>> volume[1:3, 2, 3] = 5
    >>> patch = patch_of(volume)
    >>> patch.corner, patch.values.shape, patch.flat(volume.shape)[0].tolist()
    ((1, 2, 3), (2, 1, 1), [57, 58])
    >>> bool((patch.volume(volume.shape) == volume).all())
    True
    """

    corner: Shape
    values: np.ndarray

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The slices of the volume that the patch covers."""
        x, y, z = (slice(at, at + n) for at, n in zip(self.corner, self.values.shape, strict=True))
        return x, y, z

    def volume(self, shape: Shape) -> np.ndarray:
        """The whole volume, in NIfTI order in memory."""
        if self.values.shape == tuple(shape):
            return self.values
        volume = np.zeros(shape, order="F")
        volume[self.box] = self.values
        return volume

    def flat(self, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
        """Flat indices (NIfTI order, ascending) and values of the voxels that are not zero."""
        values = self.values.ravel(order="F")
        inside = np.flatnonzero(values)
        x, y, z = (np.arange(at, at + n) for at, n in zip(self.corner, self.values.shape, strict=True))
        voxels = (x + shape[0] * (y[:, None] + shape[1] * z[:, None, None])).ravel()
        return voxels[inside], values[inside]


def patch_of(volume: np.ndarray, corner: Shape = (0, 0, 0)) -> Patch:
    """The smallest patch that holds all non-zero voxels of a volume, or of a box at a corner of one."""
    # in memory z changes slowest, so that looking along it first reads the least
    for axis in (2, 1, 0):
        others = tuple({0, 1, 2} - {axis})
        used = np.flatnonzero(volume.any(axis=others))
        if not used.size:
            return Patch((0, 0, 0), np.zeros((0, 0, 0)))
        cut = slice(used[0], used[-1] + 1)
        volume = volume[(slice(None),) * axis + (cut,)]
        moved = list(corner)
        moved[axis] += int(cut.start)
        corner = (moved[0], moved[1], moved[2])
    return Patch(corner, volume)
