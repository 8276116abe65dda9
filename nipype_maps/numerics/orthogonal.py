"""The least squares on ill-conditioned maps, by orthonormal combinations of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy

from .blocking import Maps, tiles_by_slab
from .solution import Solution
from .tiles import DENSE
from .used_maps import UsedMaps, condition


def by_orthogonal_maps(maps: Maps, used: UsedMaps, n_rows: int) -> Solution:
    """Orthonormal combinations of the maps, ``Q = maps @ mixing @ correction``.

    R of ``maps = Q R`` gives singular values and axes exactly enough, but the combinations
    computed with them are orthogonal only to rounding times the condition number; a second,
    well-conditioned step corrects this (as in CholeskyQR2, Yamamoto et al. 2015).

    Parameters
    ----------
    maps : Maps
        Scaled by powers of two.
    used : UsedMaps
    n_rows : int
        Number of voxels where any map is non-zero.
    """
    lengths, n = used.lengths, used.lengths.size
    triangle = np.zeros((0, n))
    for rows in _dense(maps, used.full):
        triangle = scipy.linalg.qr(np.vstack([triangle, rows / lengths]), mode="r")[0][:n]
    _, singular, axes = scipy.linalg.svd(triangle)
    singular = np.append(singular, np.zeros(n - singular.size))  # fewer voxels than maps
    cut_off = np.finfo(float).eps * max(n_rows, n)
    rank = int((singular > singular[0] * cut_off).sum())
    mixing = axes[:rank].T / singular[:rank] / lengths[:, None]
    gram = np.zeros((rank, rank))
    for rows in _dense(maps, used.full):
        part = rows @ mixing
        gram += part.T @ part
    correction = scipy.linalg.solve_triangular(scipy.linalg.cholesky(gram), np.eye(rank))
    finish = mixing @ correction
    vif = (finish**2).sum(axis=1) * lengths**2
    condition_number = condition(triangle * used.relative_lengths)
    if rank < n:
        dependent, null = _null_space(axes[rank:].T, singular, cut_off)
        vif[dependent], condition_number = np.inf, np.inf
        least = _of_least_norm(finish * lengths[:, None], null, used.relative_lengths)
        finish = least * (used.relative_lengths / lengths)[:, None]
    return Solution(
        used.finish(finish),
        rank,
        condition_number,
        float(singular[0] / singular[rank - 1]),
        used.rows(vif, np.nan),
        orthogonal=True,
        exponents=used.exponents,
        mixing=(used.rows(mixing, 0.0), correction),
    )


def _null_space(axes: np.ndarray, singular: np.ndarray, cut_off: float) -> tuple[np.ndarray, np.ndarray]:
    """The dependent maps, and the null space without all others.

    The exactness of the axes is that of rounding relative to the smallest singular value that counts.

    Parameters
    ----------
    axes : (n, N) array
        Axes along which combinations of the maps are zero.
    singular : (n,) array
        Singular values, descending.
    cut_off : float
        Relative size up to which they count as zero.

    Returns
    -------
    (n,) bool array
        The maps that take part in these axes.
    (n, N) array
    """
    n, n_null = axes.shape
    exactness = max(np.sqrt(np.finfo(float).eps), cut_off * singular[0] / singular[n - n_null - 1])
    parts = np.abs(axes) > min(exactness, 0.5 / np.sqrt(n))
    dependent = parts.any(axis=1)
    return dependent, np.where(dependent[:, None], axes, 0.0)


def _of_least_norm(finish: np.ndarray, null: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Signals of least norm, (n, R), among those that fit equally well.

    Parameters
    ----------
    finish : (n, R) array
        Signals of the maps at unit length.
    null : (n, N) array
        Signals that can be added without changing the fit.
    lengths : (n,) array
        Lengths of the maps.  They may differ by any factor: the signals of the N shortest maps
        that can be dropped are made zero first, so that no small number is the difference of large ones.
    """
    n_null = null.shape[1]
    last = scipy.linalg.qr((null / lengths[:, None]).T, mode="r", pivoting=True)[1][:n_null]
    null = np.linalg.solve(null[last].T, null.T).T
    finish = finish - null @ finish[last]
    null = null * lengths[last] / lengths[:, None]
    finish, null[last], finish[last] = finish / lengths[:, None], np.eye(n_null), 0.0
    return finish - null @ np.linalg.solve(null.T @ null, null.T @ finish)


def _dense(maps: Maps, full: np.ndarray) -> Iterator[np.ndarray]:
    """Values (v, n) of the maps that are not empty, some voxels at a time."""
    n_rows = max(2 * full.size, DENSE // full.size)
    for tiles in tiles_by_slab(maps):
        for _, values in tiles.dense(n_rows):
            yield values[:, full]
