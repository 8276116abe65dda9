"""Linear operators on volumes that act along one axis at a time.

Smoothing, and resampling between grids whose axes line up, are of this kind: three
small matrices do what a loop over voxels would, and two such steps are again one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


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
        out = np.asarray(volume, dtype=np.float64).transpose(self.axes)
        for axis, matrix in enumerate(self.matrices):
            if matrix is not None:
                out = np.moveaxis(np.tensordot(matrix, out, axes=(1, axis)), 0, axis)
        return out

    def __matmul__(self, first: Separable) -> Separable:
        """The operator that applies ``first`` and then this one."""
        matrices = tuple(
            _product(matrix, first.matrices[axis])
            for matrix, axis in zip(self.matrices, self.axes, strict=True)
        )
        return Separable(matrices, tuple(first.axes[axis] for axis in self.axes))


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
