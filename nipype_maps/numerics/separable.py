"""Linear operators on volumes that act along one axis at a time.

Smoothing, and resampling between grids with parallel axes, are of this kind: three small
matrices replace a loop over voxels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .patches import Patch

#: Along one axis: a matrix (n_out, n_in), or None for the identity.
AxisMatrix: TypeAlias = "np.ndarray | None"
#: The slices of a volume that a box covers.
Box: TypeAlias = tuple[slice, slice, slice]

#: Rows multiplied at once: smoothing and interpolation reach so few voxels that most of a
#: matrix is zero.
BAND = 32


@dataclass(frozen=True, eq=False)
class Separable:
    """One matrix per output axis, after a permutation of the axes.

    ``out[i, j, k] = sum_abc M0[i, a] M1[j, b] M2[k, c] volume.transpose(axes)[a, b, c]``

    Parameters
    ----------
    matrices : tuple of three (n_out, n_in) arrays, or None for the identity
    axes : permutation of (0, 1, 2)
        The input axis that each output axis reads.

    Examples
    --------
    >>> flip, double = np.eye(2)[::-1], 2 * np.eye(2)
    >>> Separable((flip, double, None))(np.arange(4.0).reshape(2, 2, 1))[:, :, 0]
    array([[4., 6.],
           [0., 2.]])
    """

    matrices: tuple[AxisMatrix, AxisMatrix, AxisMatrix]
    axes: tuple[int, int, int] = (0, 1, 2)

    def __call__(self, volume: np.ndarray) -> np.ndarray:
        """Apply to a volume (X, Y, Z); returns (X', Y', Z') in float64."""
        return _product_along(self.matrices, np.asarray(volume, dtype=np.float64).transpose(self.axes))

    def local(self, patch: Patch) -> Patch:
        """Apply to a volume that is zero outside a box, computing only the part that can be non-zero."""
        box: list[slice] = []
        for matrix, axis in zip(self.matrices, self.axes, strict=True):
            if matrix is None:
                box.append(patch.box[axis])
                continue
            reached = np.flatnonzero(matrix[:, patch.box[axis]].any(axis=1))
            if not reached.size:
                return Patch((0, 0, 0), np.zeros((0, 0, 0)))
            box.append(slice(int(reached[0]), int(reached[-1]) + 1))
        x, y, z = box
        return Patch((x.start, y.start, z.start), self.at(patch, (x, y, z)))

    def at(self, patch: Patch, box: Box) -> np.ndarray:
        """Values (x, y, z) in a box of the result; along axes without a matrix, in the patch's box."""
        matrices = [
            None if matrix is None else matrix[rows, patch.box[axis]]
            for matrix, rows, axis in zip(self.matrices, box, self.axes, strict=True)
        ]
        return _product_along(matrices, patch.values.transpose(self.axes))


def _product_along(matrices: Sequence[AxisMatrix], volume: np.ndarray) -> np.ndarray:
    """Each matrix along its axis, the axes that shrink most first; (X', Y', Z')."""
    out = np.ascontiguousarray(volume.T)  # (Z, Y, X): x is fastest in memory, as in a NIfTI file
    growth = [1.0 if matrix is None else len(matrix) / max(1, matrix.shape[1]) for matrix in matrices]
    for axis in np.argsort(growth, kind="stable"):
        matrix = matrices[axis]
        if matrix is None:
            continue
        shape = list(out.shape)
        shape[2 - axis] = len(matrix)
        result = np.empty(shape)
        for rows, columns in _bands(matrix):
            _multiply(matrix[rows, columns], out, columns, axis, result, rows)
        out = result
    return out.T


def _bands(matrix: np.ndarray) -> list[tuple[slice, slice]]:
    """Rows, some at a time, and the columns that are not zero in them."""
    if len(matrix) <= BAND:
        return [(slice(0, len(matrix)), slice(0, matrix.shape[1]))]
    bands = []
    for first in range(0, len(matrix), BAND):
        rows = slice(first, min(first + BAND, len(matrix)))
        used = np.flatnonzero(matrix[rows].any(axis=0))
        bands.append((rows, slice(used[0], used[-1] + 1) if used.size else slice(0, 0)))
    return bands


def _multiply(
    matrix: np.ndarray, volume: np.ndarray, columns: slice, axis: int, result: np.ndarray, rows: slice
) -> None:
    """Product along one axis (x is the last) of (Z, Y, X), in the form that BLAS takes without a copy."""
    if axis == 0:
        np.matmul(volume[:, :, columns], matrix.T, out=result[:, :, rows])
    elif axis == 1:
        np.matmul(matrix, volume[:, columns], out=result[:, rows])
    else:
        flat = volume[columns].reshape(matrix.shape[1], -1)
        np.matmul(matrix, flat, out=result[rows].reshape(len(matrix), -1))


def matrix_of(filter1d: Callable[[np.ndarray], np.ndarray], n_in: int) -> np.ndarray:
    """The (n_out, n_in) matrix of a linear function of one axis, from its responses to impulses.

    It is exactly what the function does: scipy's kernels, splines and borders need not be
    implemented a second time.

    Examples
    --------
    >>> matrix_of(np.cumsum, 3).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    return np.stack([filter1d(impulse) for impulse in np.eye(n_in)], axis=1)
