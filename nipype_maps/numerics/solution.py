"""What solving the least squares takes, worked out from the maps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from .cutting import Maps, cut

#: Normal equations square the condition number.  Up to this one (of the maps scaled to
#: unit length) they still give 1e-9; worse-conditioned maps take the orthogonal route.
WELL_CONDITIONED = 1e3
#: Values of the maps that the orthogonal route holds densely at once (32 MB).
DENSE = 1 << 22


@dataclass(frozen=True, eq=False)
class Solution:
    """How the products of a volume with the maps become signals.

    Attributes
    ----------
    finish : (K, R) array
        ``signals = finish @ mixed(maps).T @ volume``.  Rows of maps that are zero everywhere
        are zero.
    rank : int
        Numerical rank of the maps, by the cut-off of ``scipy.linalg.lstsq``.
    condition : float
        Largest over smallest singular value of the maps that are not empty; infinite where
        they are linearly dependent.
    vif : (K,) array
        Variance inflation factor of each map: how many times larger the variance of its
        signal is than if the maps were orthogonal (not centred, since the fit has no
        intercept).  Infinite for linearly dependent maps, NaN for empty ones.
    mixing : tuple of arrays
        (K, R) and (R, R): multiplied with one after the other, the maps become orthonormal.
        Their product would not do, since its rounding is as large as what the second mends.
        Empty where the maps are taken as they are.
    """

    finish: np.ndarray
    rank: int
    condition: float
    vif: np.ndarray
    mixing: tuple[np.ndarray, ...] = ()

    def mixed(self, maps: np.ndarray) -> np.ndarray:
        """(v, K) values of the maps at some voxels as (v, R)."""
        for matrix in self.mixing:
            maps = maps @ matrix
        return maps


def solve(maps: Maps) -> Solution:
    """Work out what the least squares on some maps take.

    Raises
    ------
    ValueError
        If every map is zero.

    Notes
    -----
    Maps in good condition are solved by normal equations, which are then exact enough.
    Others are first combined into orthonormal ones, by a QR decomposition taken a slab of
    rows at a time: that keeps the accuracy of ``lstsq`` without holding sparse maps
    densely.

    Examples
    --------
    Two unit maps at 60 degrees: their correlation is 1/2, so that the VIF is 1 / (1 - 1/4).

    >>> from .cutting import Columns
    >>> solution = solve(Columns(np.array([[1.0, 0.5], [0.0, 0.75**0.5]])))
    >>> solution.vif.round(6).tolist(), solution.rank
    ([1.333333, 1.333333], 2)
    """
    gram = sum((tiles.gram() for tiles in cut(maps)), np.zeros((maps.n_maps, maps.n_maps)))
    lengths = np.sqrt(np.diag(gram))
    full = np.flatnonzero(lengths > 0)
    if not full.size:
        raise ValueError("every map is zero, so there is nothing to fit.")
    lengths = lengths[full]
    correlation = gram[np.ix_(full, full)] / np.outer(lengths, lengths)
    eigenvalues = scipy.linalg.eigvalsh(correlation)
    if eigenvalues[0] * WELL_CONDITIONED**2 > eigenvalues[-1]:
        return _by_normal_equations(correlation, lengths, full, maps.n_maps)
    return _by_orthogonal_maps(maps, lengths, full)


def _by_normal_equations(correlation, lengths, full, n_maps) -> Solution:
    triangle = scipy.linalg.cholesky(correlation)
    inverse = scipy.linalg.cho_solve((triangle, False), np.eye(lengths.size))
    singular = scipy.linalg.svdvals(triangle * lengths)
    finish = np.zeros((n_maps, n_maps))
    finish[np.ix_(full, full)] = inverse / np.outer(lengths, lengths)
    condition = float(singular[0] / singular[-1])
    return Solution(finish, lengths.size, condition, _among(full, n_maps, np.diag(inverse), np.nan))


def _by_orthogonal_maps(maps, lengths, full) -> Solution:
    """Orthonormal combinations of the maps, ``Q = maps @ mixing @ correction``.

    R of ``maps = Q R`` gives singular values and axes exactly enough, but the combinations
    made with them are orthogonal to rounding times the condition number only; a second,
    well-conditioned step mends that (as in CholeskyQR2, Yamamoto et al. 2015).
    """
    n_full = full.size
    triangle = np.zeros((0, n_full))
    for rows in _dense(maps, full):
        triangle = scipy.linalg.qr(np.vstack([triangle, rows]), mode="r")[0][:n_full]
    _, singular, axes = scipy.linalg.svd(triangle)
    rank = int((singular > singular[0] * np.finfo(float).eps).sum())
    mixing = axes[:rank].T / singular[:rank]
    gram = np.zeros((rank, rank))
    for rows in _dense(maps, full):
        part = rows @ mixing
        gram += part.T @ part
    correction = scipy.linalg.solve_triangular(scipy.linalg.cholesky(gram), np.eye(rank))
    finish = mixing @ correction
    vif = (finish**2).sum(axis=1) * lengths**2
    vif[(np.abs(axes[rank:]) > np.sqrt(np.finfo(float).eps)).any(axis=0)] = np.inf
    condition = float(singular[0] / singular[-1]) if rank == n_full else np.inf
    finish, mixing = (_among(full, maps.n_maps, matrix, 0.0) for matrix in (finish, mixing))
    vif = _among(full, maps.n_maps, vif, np.nan)
    return Solution(finish, rank, condition, vif, (mixing, correction))


def _dense(maps, full):
    """The maps that are not empty, (v, n) values of some voxels at a time."""
    n_rows = max(2 * full.size, DENSE // full.size)
    for tiles in cut(maps):
        for _, values in tiles.dense(n_rows):
            yield values[:, full]


def _among(full, n_maps, values, filling) -> np.ndarray:
    """A row for each map, filled where a map is empty."""
    rows = np.full((n_maps, *values.shape[1:]), filling)
    rows[full] = values
    return rows
