"""Solving the least squares on maps."""

from __future__ import annotations

import numpy as np
import scipy

from .blocking import EDGE, Maps, tiles_by_slab
from .orthogonal import by_orthogonal_maps
from .solution import Scaled, Solution
from .used_maps import UsedMaps, condition

#: Normal equations square the condition number.  Up to this one (of the maps scaled to
#: unit length) they are still exact to 1e-9; for worse-conditioned maps orthogonal maps are used.
WELL_CONDITIONED = 1e3
#: Lengths whose squares and products are far from the ends of double precision.
LENGTHS = (1e-60, 1e60)
#: Largest absolute values of a map for which signals of ordinary runs can be represented.
LARGEST = (1e-280, 1e280)


def solve(maps: Maps) -> Solution:
    """Solve the least squares on some maps.

    Parameters
    ----------
    maps : Maps
        K maps that are zero outside the mask.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If every map is zero, or the values of a map are so small or large that its signals could
        not be represented.

    Notes
    -----
    Well-conditioned maps are solved by normal equations, which are then exact enough.
    Others are first combined into orthonormal maps, by a QR decomposition of a slab of rows at a
    time: this has the accuracy of ``lstsq`` without storing sparse maps densely.

    Singular values count as zero up to ``eps * max(V, K)`` times the largest one, as for
    ``numpy.linalg.matrix_rank``, where V is the number of voxels at which any map is non-zero
    (zeros around the maps change nothing) and the maps are scaled to unit length (nor do
    their units).  Maps that sum to a constant do so up to the rounding of each value, which
    leaves a singular value of about ``eps`` times the largest, sometimes above it and sometimes
    below.  The default of ``scipy.linalg.lstsq``, a cut-off of ``eps``, therefore mistakes
    rounding for a direction about half of the time, and signals along it are rounding divided by
    rounding; the cut-off for V sums of rounded numbers does not.

    Among the signals that fit equally well, those of least norm are chosen: ``pinv(A)``.

    Examples
    --------
    Two unit maps at 60 degrees: their correlation is 1/2, so that the VIF is 1 / (1 - 1/4).

    >>> from .blocking import Columns
    >>> solution = solve(Columns(np.array([[1.0, 0.5], [0.0, 0.75**0.5]])))
    >>> solution.vif.round(6).tolist(), solution.rank
    ([1.333333, 1.333333], 2)

    Three maps and their sum, which is constant: any of the four follows from the others.

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
        exponents, maps = powers, Scaled(maps, powers)
        gram, n_rows = _products(maps)
        lengths = np.sqrt(np.diag(gram))
    full = np.flatnonzero(lengths > 0)
    if not full.size:
        raise ValueError("every map is zero, so there is nothing to fit.")
    lengths = lengths[full]
    correlation = gram[np.ix_(full, full)] / np.outer(lengths, lengths)
    eigenvalues = scipy.linalg.eigvalsh(correlation)
    used = UsedMaps(full, maps.n_maps, lengths, exponents)
    if eigenvalues[0] * WELL_CONDITIONED**2 > eigenvalues[-1]:
        return _by_normal_equations(correlation, used)
    return by_orthogonal_maps(maps, used, n_rows)


def _by_normal_equations(correlation: np.ndarray, used: UsedMaps) -> Solution:
    lengths, n = used.lengths, used.lengths.size
    triangle = scipy.linalg.cholesky(correlation)
    inverse = scipy.linalg.cho_solve((triangle, False), np.eye(n))
    finish = np.zeros((n, used.n_maps))
    finish[:, used.full] = inverse / np.outer(lengths, lengths)
    return Solution(
        used.finish(finish),
        n,
        condition(triangle * used.relative_lengths),
        condition(triangle),
        used.rows(np.diag(inverse), np.nan),
        orthogonal=False,
        exponents=used.exponents,
    )


def _products(maps: Maps) -> tuple[np.ndarray, int]:
    """Products of all pairs of maps, (K, K), and the number of voxels where any map is non-zero."""
    gram, n_rows = np.zeros((maps.n_maps, maps.n_maps)), 0
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for tiles in tiles_by_slab(maps):
            gram += tiles.gram()
            n_rows += tiles.voxels.size
    return gram, n_rows


def _exponents(maps: Maps) -> np.ndarray:
    """Exponents (K,) of the powers of two next to the largest absolute values of the maps."""
    largest = np.zeros(maps.n_maps)
    for slab in maps.slabs(EDGE):
        for index, patch in slab:
            largest[index] = np.abs(patch.values).max(initial=largest[index])
    unusable = (largest > 0) & ((largest < LARGEST[0]) | (largest > LARGEST[1]))
    if unusable.any():
        first = unusable.argmax()
        raise ValueError(
            f"the largest value of map {first + 1} is {largest[first]:.3g}, so that its signals could not "
            "be represented; multiply the map by a constant."
        )
    return np.where(largest > 0, np.frexp(largest)[1], 0)
