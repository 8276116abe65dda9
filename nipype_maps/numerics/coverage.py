"""How much of each map is inside the working grid and the mask."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .grid import Grid
from .patches import Patch


def coverages(
    maps: Iterable[Patch],
    n_maps: int,
    source: Grid,
    target: Grid,
    inside: np.ndarray | None,
    is_complete: bool,
) -> list[float]:
    """Share of each map's absolute weight inside the working grid and the mask.

    Parameters
    ----------
    maps : iterable of Patch
        The maps before they were resampled; not read where all of their grid is inside.
    n_maps : int
        K.
    source, target : Grid
        Of those maps, and the working grid.
    inside : (X, Y, Z) bool array or None
        The mask on the working grid.
    is_complete : bool
        Whether every map is known to have a non-zero voxel.

    Returns
    -------
    (K,) list of float
        From 0 to 1; NaN for a map that is 0 everywhere.
    """
    flat = None if inside is None else inside.ravel(order="F")
    covered = source.unflatten(inside_of(source, target, flat))
    if covered.all() and is_complete:
        return [1.0] * n_maps
    return [coverage(patch.values, covered[patch.box]) for patch in maps]


def inside_of(source: Grid, target: Grid, mask: np.ndarray | None = None) -> np.ndarray:
    """Which voxels of one grid have their center in a voxel of another (and of its mask).

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
        # rounding keeps a center that falls on a voxel's face from depending on the last bit
        index = np.floor(np.round(a * x + b * y + c * z + shift, 6) + 0.5).astype(np.intp)
        inside &= (index >= 0) & (index < n)
        indices += np.clip(index, 0, n - 1) * stride
        stride *= n
    if mask is not None:
        inside &= mask[indices]
    return inside.ravel(order="F")


def coverage(values: np.ndarray, inside: np.ndarray) -> float:
    """Share of a map's absolute weight inside mask and field of view.

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
