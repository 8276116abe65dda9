"""Voxels that two maps share."""

from __future__ import annotations

import numpy as np


class OverlapCounter:
    """Counts voxels at which two maps are both non-zero, one map at a time.

    At each voxel a map is compared with the last one before it that was non-zero there:
    enough to find every voxel that is shared.

    Parameters
    ----------
    n_voxels : int
    eps : float
        Absolute values up to this count as zero.

    Examples
    --------
    >>> counter = OverlapCounter(4, eps=0.0)
    >>> counter.add(np.array([0, 1]), np.array([1.0, -1.0]))
    >>> counter.add(np.array([1, 2]), np.array([-2.0, 3.0]))
    >>> counter.pairs
    {(0, 1): 1}
    """

    def __init__(self, n_voxels: int, eps: float) -> None:
        self.eps = eps
        self.pairs: dict[tuple[int, int], int] = {}
        self._owner = np.full(n_voxels, -1)
        self._n_maps = 0

    def add(self, voxels: np.ndarray, values: np.ndarray) -> None:
        """Count the next map, given by flat indices and values, (n,) each, of its non-zero voxels."""
        inside = voxels[np.abs(values) > self.eps]
        owners, counts = np.unique(self._owner[inside], return_counts=True)
        for owner, count in zip(owners.tolist(), counts.tolist(), strict=True):
            if owner >= 0:
                self.pairs[owner, self._n_maps] = count
        self._owner[inside] = self._n_maps
        self._n_maps += 1


def smallest_weight(dtype: np.dtype) -> float:
    """What absolute values of maps must exceed to count as non-zero: the precision of 1 in their type."""
    return float(np.finfo(dtype).eps) if dtype.kind == "f" else 0.0
