"""Linear operators on volumes that act along one axis at a time.

Smoothing, and resampling between grids whose axes line up, are of this kind: three
small matrices do what a loop over voxels would, and two such steps are again one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .patches import Patch

#: Rows multiplied at once: smoothing and interpolation reach so few voxels that most of a
#: matrix is zero.
BAND = 32


@dataclass(frozen=True, eq=False)
class Separable:
    """One matrix per output axis, after the axes were put in another order.

    ``out[i, j, k] = sum_abc M0[i, a] M1[j, b] M2[k, c] volume.transpose(axes)[a, b, c]``

    Parameters
    ----------
    matrices : tuple of three (n_out, n_in) arrays, or None for the identity
    axes : permutation of (0, 1, 2)
        The input axis that each output axis reads.

    Examples
    --------
    Two steps compose into one:

    >>> rng = np.random.default_rng(0)
    >>> first = Separable(tuple(rng.normal(size=(3, 2)) for _ in range(3)), axes=(2, 0, 1))
    >>> second = Separable((rng.normal(size=(4, 3)), None, None))
    >>> volume = rng.normal(size=(2, 2, 2))
    >>> np.allclose((second @ first)(volume), second(first(volume)))
    True
    """

    matrices: tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]
    axes: tuple[int, int, int] = (0, 1, 2)

    def __call__(self, volume: np.ndarray) -> np.ndarray:
        """Apply to a volume (X, Y, Z); returns (X', Y', Z') in float64."""
        return _product_along(self.matrices, np.asarray(volume, dtype=np.float64).transpose(self.axes))

    def local(self, patch: Patch) -> Patch:
        """Apply to a volume that is zero outside a box, computing only what does not become zero."""
        box = []
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

    def at(self, patch: Patch, box: tuple[slice, slice, slice]) -> np.ndarray:
        """Values (x, y, z) in a box of the result; along axes that no matrix acts on, the patch's own."""
        matrices = [
            None if matrix is None else matrix[rows, patch.box[axis]]
            for matrix, rows, axis in zip(self.matrices, box, self.axes, strict=True)
        ]
        return _product_along(matrices, patch.values.transpose(self.axes))

    def __matmul__(self, first: Separable) -> Separable:
        """The operator that applies ``first`` and then this one."""
        matrices = tuple(
            _product(matrix, first.matrices[axis])
            for matrix, axis in zip(self.matrices, self.axes, strict=True)
        )
        return Separable(matrices, tuple(first.axes[axis] for axis in self.axes))


def _product_along(matrices, volume) -> np.ndarray:
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


def _bands(matrix) -> list[tuple[slice, slice]]:
    """Rows, some at a time, and the columns that are not zero there."""
    if len(matrix) <= BAND:
        return [(slice(0, len(matrix)), slice(0, matrix.shape[1]))]
    bands = []
    for first in range(0, len(matrix), BAND):
        rows = slice(first, min(first + BAND, len(matrix)))
        used = np.flatnonzero(matrix[rows].any(axis=0))
        bands.append((rows, slice(used[0], used[-1] + 1) if used.size else slice(0, 0)))
    return bands


def _multiply(matrix, volume, columns, axis, result, rows) -> None:
    """One matrix along one axis (x is the last) of (Z, Y, X), as BLAS takes it without a copy."""
    if axis == 0:
        np.matmul(volume[:, :, columns], matrix.T, out=result[:, :, rows])
    elif axis == 1:
        np.matmul(matrix, volume[:, columns], out=result[:, rows])
    else:
        flat = volume[columns].reshape(matrix.shape[1], -1)
        np.matmul(matrix, flat, out=result[rows].reshape(len(matrix), -1))


def _product(left, right):
    if left is None or right is None:
        return right if left is None else left
    return left @ right


def matrix_of(filter1d: Callable[[np.ndarray], np.ndarray], n_in: int) -> np.ndarray:
    """The (n_out, n_in) matrix of a linear function of one axis, from its answers to impulses.

    The matrix is the function's own: scipy's kernels, splines and borders need not be
    written a second time.

    Examples
    --------
    >>> matrix_of(np.cumsum, 3).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    return np.stack([filter1d(impulse) for impulse in np.eye(n_in)], axis=1)
