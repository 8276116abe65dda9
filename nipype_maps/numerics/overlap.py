"""Which voxels maps share, and how much of each map a field of view covers."""

from __future__ import annotations

import numpy as np

from .grid import Grid


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

    def __init__(self, n_voxels: int, eps: float):
        self.eps = eps
        self.pairs: dict[tuple[int, int], int] = {}
        self._owner = np.full(n_voxels, -1)
        self._n_maps = 0

    def add(self, voxels: np.ndarray, values: np.ndarray) -> None:
        """Take the next map: flat indices and values, (n,) each, of its non-zero voxels."""
        inside = voxels[np.abs(values) > self.eps]
        owners, counts = np.unique(self._owner[inside], return_counts=True)
        for owner, count in zip(owners.tolist(), counts.tolist(), strict=True):
            if owner >= 0:
                self.pairs[owner, self._n_maps] = count
        self._owner[inside] = self._n_maps
        self._n_maps += 1


def inside_of(source: Grid, target: Grid, mask: np.ndarray | None = None) -> np.ndarray:
    """Which voxels of one grid have their centre in a voxel of another (and of its mask).

    Parameters
    ----------
    source, target : Grid
    mask : (V_target,) bool array, optional
        Flat mask on the target grid.

    Returns
    -------
    (V_source,) bool array

    Examples
    --------
    >>> small = Grid((2, 1, 1), np.eye(4))
    >>> inside_of(Grid((4, 1, 1), np.eye(4)), small)
    array([ True,  True, False, False])
    """
    transform = np.linalg.inv(target.affine) @ source.affine
    x, y, z = np.ogrid[tuple(map(slice, source.shape))]
    inside = np.ones(source.shape, dtype=bool)
    indices = np.zeros(source.shape, dtype=np.intp)
    stride = 1
    for axis, n in enumerate(target.shape):
        a, b, c, shift = transform[axis]
        # rounding keeps a centre that falls on a voxel's face from depending on the last bit
        index = np.floor(np.round(a * x + b * y + c * z + shift, 6) + 0.5).astype(np.intp)
        inside &= (index >= 0) & (index < n)
        indices += np.clip(index, 0, n - 1) * stride
        stride *= n
    if mask is not None:
        inside &= mask[indices]
    return inside.ravel(order="F")


def coverage(values: np.ndarray, inside: np.ndarray) -> float:
    """Share of a map's absolute weight that lies inside.

    Parameters
    ----------
    values : array
        The map before it was resampled and masked, finite; zeros may be left out.
    inside : bool array of the same shape

    Returns
    -------
    float
        From 0 to 1; NaN for a map that is zero everywhere.

    Examples
    --------
    >>> coverage(np.array([1.0, -3.0]), np.array([False, True]))
    0.75
    """
    weight = np.abs(values)
    total = weight.sum()
    return float(weight[inside].sum() / total) if total else float("nan")
