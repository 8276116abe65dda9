"""Where a run has signal, and how much of each map's weight is there."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import scipy

from ..notes import note
from .grid import Grid
from .patches import Patch
from .projector import Projector
from .resample import Resampler

#: FEAT's rule for what is brain: this share of the way from the 2nd to the 98th percentile.
PERCENTILES, SHARE = (2, 98), 0.1
#: About how many voxels percentiles are taken of.
SAMPLE = 100_000
#: Where the 2nd percentile is farther from 0 than this share of the 98th, nothing in the volume
#: is dark: it was demeaned, or cut to the brain.
DARK = 0.25
#: Multiplications that recovering maps from orthonormal combinations may take.
WORK = 4e9
#: Share of a map's weight below which users are warned that the run has no signal there, as XCP-D's.
ENOUGH_SIGNAL = 0.5


def signal_coverage(
    frames: Iterable[Patch], source: Grid, target: Grid, projector: Projector, demeaned: bool = False
) -> np.ndarray:
    """Share of each map's absolute weight at voxels where a run has signal.

    The first frame decides, or the first that is not constant.

    Parameters
    ----------
    frames : iterable of Patch
        Read up to that frame; may hold NaN and infinity.
    source, target : Grid
        Of the run and of the maps; where they differ the frame is resampled linearly.
    projector : Projector
    demeaned : bool
        See `met_by`.

    Returns
    -------
    (K,) array
        0 for a run that is constant in every frame, which is noted; NaN for a map without weight.
    """
    frame = next((patch for patch in frames if _varies(patch.volume(source.shape))), None)
    if frame is None:
        note("the run is constant in every frame, so that it holds no signal.", "NoSignal")
        return np.zeros(len(projector.solution.finish))
    volume = frame.volume(source.shape)
    if source.same_as(target):
        values = volume.ravel(order="F")[projector.support]
    else:
        values = Resampler(source, target, "linear").at(projector.support)(frame)
    return met_by(projector, has_signal(values, signal_threshold(volume)), demeaned)


def _varies(volume: np.ndarray) -> bool:
    """Whether the finite values of a volume differ."""
    values = volume
    if not np.isfinite([values.min(), values.max()]).all():
        values = values[np.isfinite(values)]
    return bool(values.size and values.min() < values.max())


def with_little_signal(shares: np.ndarray) -> list[int]:
    """The maps of which too little weight is where the run has signal, by their shares (K,)."""
    return [int(index) for index in np.flatnonzero(shares < ENOUGH_SIGNAL)]


def signal_threshold(values: np.ndarray) -> float | None:
    """The threshold above which voxels have signal; None where all non-zero voxels have.

    FEAT's rule, for volumes that have a dark background.  Others, such as demeaned or
    z-scored ones, or those that hold brain alone, have signal wherever they are not zero.

    Parameters
    ----------
    values : array
        A whole volume; NaN and infinity are left out.

    Returns
    -------
    float or None

    Examples
    --------
    >>> signal_threshold(np.repeat([0.0, 1000.0], 50)), signal_threshold(np.array([-2.0, 0.0, 1.0, 2.0]))
    (100.0, None)
    """
    values = np.ravel(values, order="K")
    step = max(1, values.size // SAMPLE)
    while math.gcd(step, values.size) > 1:  # else it could sample a few planes of the volume
        step += 1
    finite = values[::step]
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return None
    low, high = np.percentile(finite, PERCENTILES)
    if high <= 0 or abs(low) > DARK * high:
        return None
    return float(low + SHARE * (high - low))


def has_signal(values: np.ndarray, threshold: float | None) -> np.ndarray:
    """Which values are signal, by the threshold of `signal_threshold`; NaN and infinity are not."""
    if threshold is None:
        return np.isfinite(values) & (values != 0)
    with np.errstate(invalid="ignore"):
        return np.isfinite(values) & (values > threshold)


def met_by(projector: Projector, signal: np.ndarray, demeaned: bool = False) -> np.ndarray:
    """(K,) share of each map's absolute weight at voxels with signal; NaN for a map without weight.

    Parameters
    ----------
    projector : Projector
    signal : (S,) bool array
        Whether each voxel of the projector's support has signal.
    demeaned : bool
        Whether a mean was subtracted from the maps, so that they are not zero where they were.

    Examples
    --------
    >>> from .blocking import Columns, tiles_of
    >>> from .least_squares import solve
    >>> maps = Columns(np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0]]))
    >>> projector = Projector(tiles_of(maps), solve(maps))
    >>> met_by(projector, np.array([True, False, True]))
    array([0.25, 1.  ])
    """
    solution, weights = projector.solution, projector.weights
    n_maps, n_mixed = solution.finish.shape
    unmix, step = None, 1
    if solution.orthogonal:
        unmix = scipy.linalg.pinv(solution.finish)  # (R, K)
        step = max(1, int(signal.size * n_maps * n_mixed / WORK))
    met, total = np.zeros((2, n_maps))
    base = _base(projector, unmix) if demeaned else np.zeros(n_maps)
    for rows, maps, values in weights:
        values, lit = values[::step], signal[rows][::step]
        if unmix is not None:
            values, maps = values @ unmix, np.arange(n_maps)
        values = np.abs(values - base[maps] if demeaned else values)
        total[maps] += values.sum(axis=0)
        met[maps] += lit @ values
    with np.errstate(invalid="ignore"):
        shares = met / total
    shares[np.isnan(solution.vif)] = np.nan
    return shares


def _base(projector: Projector, unmix: np.ndarray | None) -> np.ndarray:
    """(K,) the value of each demeaned map where it was zero: its most common one, by medians of medians."""
    medians: list[list[float]] = [[] for _ in range(len(projector.solution.finish))]
    for _, maps, values in projector.weights:
        if unmix is not None:
            values, maps = values @ unmix, np.arange(unmix.shape[1])
        for index, median in zip(maps, np.median(values, axis=0), strict=True):
            medians[index].append(median)
    return np.array([np.median(each) if each else 0.0 for each in medians])
