"""Voxel grids: the shape and affine that two images must share to be compared voxel by voxel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Grid:
    """The voxel grid of an image.

    Parameters
    ----------
    shape : (3,) tuple of int
        Number of voxels along each axis.
    affine : (4, 4) array-like
        Voxel indices to millimeters.

    Raises
    ------
    ValueError
        If the shape is not three positive numbers, or the affine is not a finite
        invertible (4, 4) matrix.

    Examples
    --------
    >>> grid = Grid((4, 5, 6), np.diag([2.0, 2.0, 3.0, 1.0]))
    >>> grid.n_voxels, grid.voxel_size.tolist()
    (120, [2.0, 2.0, 3.0])
    """

    shape: tuple[int, int, int]
    affine: np.ndarray

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.shape)
        affine = np.asarray(self.affine, dtype=float)
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError(f"a grid needs three axes of at least one voxel, not the shape {shape}.")
        if affine.shape != (4, 4):
            raise ValueError(f"an affine is a 4 x 4 matrix, not one of shape {affine.shape}.")
        if not np.isfinite(affine).all() or _is_flat(affine[:3, :3]):
            raise ValueError(
                "the affine cannot be inverted, so that voxels have no world coordinates; "
                "correct the sform or qform in the header."
            )
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "affine", affine)

    @property
    def n_voxels(self) -> int:
        """Number of voxels, V."""
        return int(np.prod(self.shape))

    @property
    def voxel_size(self) -> np.ndarray:
        """(3,) edge lengths of a voxel in mm."""
        return np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0))

    def same_as(self, other: Grid) -> bool:
        """Whether shapes are equal and affines allclose, as nilearn compares fields of view."""
        return self.shape == other.shape and np.allclose(self.affine, other.affine)

    def unflatten(self, flat: np.ndarray) -> np.ndarray:
        """(V,) voxels in NIfTI order to a volume (X, Y, Z)."""
        return flat.reshape(self.shape, order="F")

    def __str__(self) -> str:
        rows = "; ".join(" ".join(f"{x:g}" for x in row) for row in self.affine[:3])
        return f"{' x '.join(map(str, self.shape))} voxels, affine [{rows}]"


def _is_flat(axes: np.ndarray) -> bool:
    """Whether three axes, as columns, span next to no volume."""
    volume_of_box = np.linalg.norm(axes, axis=0).prod()
    return bool(abs(np.linalg.det(axes)) <= 1e-9 * volume_of_box)


def require_same_grid(first: str, grid: Grid, second: str, other: Grid) -> None:
    """Raise ValueError, naming both images, unless they are on the same grid.

    Examples
    --------
    >>> grid, larger = Grid((2, 2, 2), np.eye(4)), Grid((2, 2, 3), np.eye(4))
    >>> require_same_grid("run.nii", grid, "maps.nii", grid)
    >>> require_same_grid("run.nii", grid, "maps.nii", larger)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: run.nii (2 x 2 x 2 voxels, ...) and maps.nii (2 x 2 x 3 voxels, ...) are on different ...
    """
    if not grid.same_as(other):
        raise ValueError(
            f"{first} ({grid}) and {second} ({other}) are on different grids; resample one of them, "
            "or choose a resampling_target other than none (--resampling-target)."
        )
