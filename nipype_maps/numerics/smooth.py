"""Gaussian smoothing as a separable operator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy

from .grid import Grid
from .separable import Separable, matrix_of

TRUNCATE = 4.0
SIGMAS_PER_FWHM = 1 / np.sqrt(8 * np.log(2))


def gaussian(grid: Grid, fwhm: float | Sequence[float]) -> Separable:
    """Gaussian smoothing of volumes on a grid.

    scipy's ``gaussian_filter1d`` along each axis, ``mode='reflect'``, ``truncate=4``,
    as nilearn smooths.  Reflection about the outer face of the border voxels makes each
    matrix symmetric, so that smoothing the maps gives the same signals as smoothing the run:
    ``A' (G x) = (G A)' x``.

    Parameters
    ----------
    grid : Grid
    fwhm : float or three floats
        Full width at half maximum in mm, for all axes or for each; 0 does not smooth along an axis.

    Raises
    ------
    ValueError
        If a width is negative or not finite, or the number of widths is neither 1 nor 3.

    Examples
    --------
    >>> grid = Grid((5, 6, 7), np.diag([2.0, 2.0, 3.0, 1.0]))
    >>> rng = np.random.default_rng(0)
    >>> smooth, a, x = gaussian(grid, 6.0), *rng.normal(size=(2, 5, 6, 7))
    >>> bool(np.isclose((a * smooth(x)).sum(), (smooth(a) * x).sum()))
    True
    """
    widths = np.atleast_1d(np.asarray(fwhm, dtype=float))
    if widths.shape not in ((1,), (3,)):
        raise ValueError(f"fwhm is one width in mm or three, one per axis, not {widths.size}.")
    if not np.isfinite(widths).all() or (widths < 0).any():
        raise ValueError(f"fwhm must be zero or positive (mm), not {fwhm}.")
    sigmas = np.broadcast_to(widths, 3) * SIGMAS_PER_FWHM / grid.voxel_size
    x, y, z = map(_gaussian_matrix, grid.shape, sigmas)
    return Separable((x, y, z))


def _gaussian_matrix(n: int, sigma: float) -> np.ndarray | None:
    if int(TRUNCATE * sigma + 0.5) == 0:
        return None  # the kernel is one voxel wide
    return matrix_of(
        lambda x: scipy.ndimage.gaussian_filter1d(x, sigma, mode="reflect", truncate=TRUNCATE), n
    )
