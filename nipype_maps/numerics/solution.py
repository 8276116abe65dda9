"""What solving the least squares takes, worked out from the maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from .blocking import EDGE, Maps, cut
from .patches import Patch

#: Normal equations square the condition number.  Up to this one (of the maps scaled to
#: unit length) they still give 1e-9; worse-conditioned maps take the orthogonal route.
WELL_CONDITIONED = 1e3
#: Values of the maps that the orthogonal route holds densely at once (32 MB).
DENSE = 1 << 22
#: Lengths whose squares, and the products of which, are far from the ends of double precision.
LENGTHS = (1e-60, 1e60)
#: A number so many powers of two smaller than another one is nothing beside it, even squared.
NEGLIGIBLE = 500
#: Largest absolute values of a map for which signals of ordinary runs can be represented.
LARGEST = (1e-280, 1e280)


@dataclass(frozen=True, eq=False)
class Solution:
    """How the products of a volume with the maps become signals.

    Attributes
    ----------
    finish : (K, R) array
        ``signals = finish @ mixed(scaled(maps)).T @ volume``.  Rows of maps that are zero
        everywhere are zero.
    rank : int
        Numerical rank of the maps, see `solve`.
    condition : float
        Largest over smallest singular value of the maps that are not empty; infinite where
        they are linearly dependent.
    scaled_condition : float
        The same of the maps scaled to unit length, which no choice of units changes, and over
        the smallest singular value above the cut-off: how many times larger relative
        errors of the signals can be than those of the maps.
    vif : (K,) array
        Variance inflation factor of each map: how many times larger the variance of its
        signal is than if the maps were orthogonal (not centred, since the fit has no
        intercept).  Infinite for linearly dependent maps, NaN for empty ones.
    orthogonal : bool
        Whether the weights are orthonormal combinations of the maps instead of the maps.
    exponents : (K,) int array, or None
        Powers of two that maps are divided by, so that their squares are representable.
    mixing : tuple of arrays
        (K, R) and (R, R): multiplied with one after the other, the maps become orthonormal.
        Their product would not do, since its rounding is as large as what the second mends.
        Empty where the maps are taken as they are.
    """

    finish: np.ndarray
    rank: int
    condition: float
    scaled_condition: float
    vif: np.ndarray
    orthogonal: bool = False
    exponents: np.ndarray | None = None
    mixing: tuple[np.ndarray, ...] = ()

    def scaled(self, maps: Maps) -> Maps:
        """Maps divided by their powers of two."""
        return maps if self.exponents is None else _Scaled(maps, self.exponents)

    def mixed(self, maps: np.ndarray) -> np.ndarray:
        """(v, K) values of the scaled maps at some voxels as (v, R)."""
        for matrix in self.mixing:
            maps = maps @ matrix
        return maps


def solve(maps: Maps) -> Solution:
    """Work out what the least squares on some maps take.

    Raises
    ------
    ValueError
        If every map is zero, or the values of one are too small or too large for signals to be
        representable.

    Notes
    -----
    Maps in good condition are solved by normal equations, which are then exact enough.
    Others are first combined into orthonormal ones, by a QR decomposition taken a slab of
    rows at a time: that keeps the accuracy of ``lstsq`` without holding sparse maps
    densely.

    Singular values count as zero up to ``eps * max(V, K)`` times the largest one, as for
    ``numpy.linalg.matrix_rank``, where V is the number of voxels at which any map is non-zero
    (zeros around the maps change nothing) and the maps are scaled to unit length (nor do
    their units).  Maps that sum to a constant do so up to the rounding of each value, which
    leaves a singular value of about ``eps`` times the largest, now above it and now below.
    The default of ``scipy.linalg.lstsq``, a cut-off of ``eps``, therefore takes rounding for
    a direction about as often as not, and signals along it are rounding divided by rounding;
    a cut-off for what V sums of rounded numbers can amount to does not.

    Among the signals that fit equally well those of least norm are taken, the norm being that
    of the signals of the maps as they are: ``pinv(A)``.

    Examples
    --------
    Two unit maps at 60 degrees: their correlation is 1/2, so that the VIF is 1 / (1 - 1/4).

    >>> from .blocking import Columns
    >>> solution = solve(Columns(np.array([[1.0, 0.5], [0.0, 0.75**0.5]])))
    >>> solution.vif.round(6).tolist(), solution.rank
    ([1.333333, 1.333333], 2)

    Three maps that sum to a fourth, which is constant: any of the four follows from the others.

    >>> parts = np.random.default_rng(0).random((1000, 3))
    >>> parts /= parts.sum(axis=1, keepdims=True)
    >>> solve(Columns(np.column_stack([parts, np.ones(1000)]))).rank
    3
    """
    gram, n_rows = _products(maps)
    lengths = np.sqrt(np.diag(gram))
    exponents = None
    extreme = ~((lengths > LENGTHS[0]) & (lengths < LENGTHS[1]))
    if extreme.any() and (powers := np.where(extreme, _exponents(maps), 0)).any():
        exponents, maps = powers, _Scaled(maps, powers)
        gram, n_rows = _products(maps)
        lengths = np.sqrt(np.diag(gram))
    full = np.flatnonzero(lengths > 0)
    if not full.size:
        raise ValueError("every map is zero, so there is nothing to fit.")
    lengths = lengths[full]
    correlation = gram[np.ix_(full, full)] / np.outer(lengths, lengths)
    eigenvalues = scipy.linalg.eigvalsh(correlation)
    among = _Among(full, maps.n_maps, lengths, exponents)
    if eigenvalues[0] * WELL_CONDITIONED**2 > eigenvalues[-1]:
        return _by_normal_equations(correlation, among)
    return _by_orthogonal_maps(maps, among, n_rows)


@dataclass(frozen=True, eq=False)
class _Among:
    """Which maps are not empty, and how long these are.

    Attributes
    ----------
    full : (n,) int array
    n_maps : int
        K.
    lengths : (n,) array
        After scaling by powers of two.
    exponents : (K,) int array or None
    """

    full: np.ndarray
    n_maps: int
    lengths: np.ndarray
    exponents: np.ndarray | None

    @property
    def relative_lengths(self) -> np.ndarray:
        """(n,) lengths of the maps as they are, in units of a length that none exceeds by much."""
        if self.exponents is None:
            return self.lengths
        exponents = self.exponents[self.full]
        return np.ldexp(self.lengths, np.maximum(exponents - exponents.max(), -NEGLIGIBLE))

    def rows(self, values, filling) -> np.ndarray:
        """A row for each map, filled where a map is empty."""
        rows = np.full((self.n_maps, *values.shape[1:]), filling)
        rows[self.full] = values
        return rows

    def finish(self, values) -> np.ndarray:
        """The rows of the signals of the maps as they are."""
        finish = self.rows(values, 0.0)
        return finish if self.exponents is None else np.ldexp(finish, -self.exponents[:, None])


def _by_normal_equations(correlation, among) -> Solution:
    lengths, n = among.lengths, among.lengths.size
    triangle = scipy.linalg.cholesky(correlation)
    inverse = scipy.linalg.cho_solve((triangle, False), np.eye(n))
    finish = np.zeros((n, among.n_maps))
    finish[:, among.full] = inverse / np.outer(lengths, lengths)
    return Solution(
        among.finish(finish),
        n,
        _condition(triangle * among.relative_lengths),
        _condition(triangle),
        among.rows(np.diag(inverse), np.nan),
        orthogonal=False,
        exponents=among.exponents,
    )


def _by_orthogonal_maps(maps, among, n_rows) -> Solution:
    """Orthonormal combinations of the maps, ``Q = maps @ mixing @ correction``.

    R of ``maps = Q R`` gives singular values and axes exactly enough, but the combinations
    made with them are orthogonal to rounding times the condition number only; a second,
    well-conditioned step mends that (as in CholeskyQR2, Yamamoto et al. 2015).
    """
    lengths, n = among.lengths, among.lengths.size
    triangle = np.zeros((0, n))
    for rows in _dense(maps, among.full):
        triangle = scipy.linalg.qr(np.vstack([triangle, rows / lengths]), mode="r")[0][:n]
    _, singular, axes = scipy.linalg.svd(triangle)
    singular = np.append(singular, np.zeros(n - singular.size))  # fewer voxels than maps
    cut_off = np.finfo(float).eps * max(n_rows, n)
    rank = int((singular > singular[0] * cut_off).sum())
    mixing = axes[:rank].T / singular[:rank] / lengths[:, None]
    gram = np.zeros((rank, rank))
    for rows in _dense(maps, among.full):
        part = rows @ mixing
        gram += part.T @ part
    correction = scipy.linalg.solve_triangular(scipy.linalg.cholesky(gram), np.eye(rank))
    finish = mixing @ correction
    vif = (finish**2).sum(axis=1) * lengths**2
    condition = _condition(triangle * among.relative_lengths)
    if rank < n:
        dependent, null = _null_space(axes[rank:].T, singular, cut_off)
        vif[dependent], condition = np.inf, np.inf
        least = _of_least_norm(finish * lengths[:, None], null, among.relative_lengths)
        finish = least * (among.relative_lengths / lengths)[:, None]
    return Solution(
        among.finish(finish),
        rank,
        condition,
        float(singular[0] / singular[rank - 1]),
        among.rows(vif, np.nan),
        orthogonal=True,
        exponents=among.exponents,
        mixing=(among.rows(mixing, 0.0), correction),
    )


def _null_space(axes, singular, cut_off) -> tuple[np.ndarray, np.ndarray]:
    """(n,) which maps take part in axes (n, N) along which maps are zero, and the axes without the others.

    The axes are as exact as rounding is small against the smallest singular value that is none.
    """
    n, n_null = axes.shape
    exactness = max(np.sqrt(np.finfo(float).eps), cut_off * singular[0] / singular[n - n_null - 1])
    parts = np.abs(axes) > min(exactness, 0.5 / np.sqrt(n))
    dependent = parts.any(axis=1)
    return dependent, np.where(dependent[:, None], axes, 0.0)


def _of_least_norm(finish, null, lengths) -> np.ndarray:
    """Signals of least norm, (n, R), of those that fit maps of some lengths equally well.

    Parameters
    ----------
    finish : (n, R) array
        Signals of the maps at unit length.
    null : (n, N) array
        What can be added to those without a change of the fit.
    lengths : (n,) array
        They may be of any range: signals of as many maps as are too many, of the shortest
        ones, are made zero first, so that no small number comes from large ones that cancel.
    """
    n_null = null.shape[1]
    last = scipy.linalg.qr((null / lengths[:, None]).T, mode="r", pivoting=True)[1][:n_null]
    null = np.linalg.solve(null[last].T, null.T).T
    finish = finish - null @ finish[last]
    null = null * lengths[last] / lengths[:, None]
    finish, null[last], finish[last] = finish / lengths[:, None], np.eye(n_null), 0.0
    return finish - null @ np.linalg.solve(null.T @ null, null.T @ finish)


def _condition(triangle) -> float:
    singular = scipy.linalg.svdvals(triangle)
    return float(singular[0] / singular[-1]) if singular[-1] else np.inf


def _products(maps) -> tuple[np.ndarray, int]:
    """Product of each map with each, (K, K), and the number of voxels where any is non-zero."""
    gram, n_rows = np.zeros((maps.n_maps, maps.n_maps)), 0
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for tiles in cut(maps):
            gram += tiles.gram()
            n_rows += tiles.voxels.size
    return gram, n_rows


def _exponents(maps) -> np.ndarray:
    """(K,) the power of two that each map's largest absolute value is next to."""
    largest = np.zeros(maps.n_maps)
    for slab in maps.slabs(EDGE):
        for index, patch in slab:
            largest[index] = np.abs(patch.values).max(initial=largest[index])
    for index in np.flatnonzero((largest > 0) & ((largest < LARGEST[0]) | (largest > LARGEST[1]))):
        raise ValueError(
            f"the largest value of map {index + 1} is {largest[index]:.3g}, so that its signals could not "
            "be represented; multiply the map by a constant."
        )
    return np.where(largest > 0, np.frexp(largest)[1], 0)


class _Scaled:
    """Maps divided by powers of two, which rounds nothing."""

    def __init__(self, maps: Maps, exponents: np.ndarray):
        self._maps, self._exponents = maps, exponents
        self.shape, self.n_maps = maps.shape, maps.n_maps

    def slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        for slab in self._maps.slabs(thickness):
            yield [
                (index, Patch(patch.corner, np.ldexp(patch.values, -self._exponents[index])))
                for index, patch in slab
            ]


def _dense(maps, full):
    """The maps that are not empty, (v, n) values of some voxels at a time."""
    n_rows = max(2 * full.size, DENSE // full.size)
    for tiles in cut(maps):
        for _, values in tiles.dense(n_rows):
            yield values[:, full]
