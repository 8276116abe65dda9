"""Detrending and standardizing of signals."""

from __future__ import annotations

import numpy as np

from ..notes import note

#: A column counts as constant if its spread is below this share of its largest value before
#: cleaning: standardizing would amplify rounding to noise.
NOTHING_LEFT = 1e3 * np.finfo(float).eps


def detrended(values: np.ndarray) -> np.ndarray:
    """Columns (T, N) without mean and linear trend; the rows are taken for evenly spaced, as by nilearn."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    centered = values - values.mean(axis=0)
    return centered - np.outer(time, time @ centered / (time @ time))


def standardized(signals: np.ndarray, mean: np.ndarray, scale: np.ndarray, kind: bool | str) -> np.ndarray:
    """Signals at unit variance, or in percent of their mean.

    Parameters
    ----------
    signals : (T, K) array
        After cleaning.
    mean, scale : (K,) array
        Mean and largest absolute value of each signal before cleaning.
    kind : {True, 'zscore', 'zscore_sample', 'psc'}

    Returns
    -------
    (T, K) array
        0 for a signal that is constant up to rounding.
    """
    now = signals.mean(axis=0)
    centered = signals - now
    deviation = centered.std(axis=0, ddof=1 if kind == "zscore_sample" else 0)
    left = deviation > NOTHING_LEFT * scale
    unit = _hundredth(now, mean) if kind == "psc" else deviation
    left &= unit > np.finfo(float).eps
    return np.where(left, centered / np.where(left, unit, 1), 0.0)


def note_small_means(signals: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> None:
    """Note signals whose mean is smaller than their standard deviation, before they become percent of it.

    The mean of a run as it was acquired is many times the deviation.  That of a run that was denoised or
    demeaned is about 0: what is left of it is rounding or noise, and percent of it say nothing.

    Parameters
    ----------
    signals : (T, K) array
        After cleaning.
    mean, deviation : (K,) array
        Mean and standard deviation of each signal before cleaning.
    """
    small = 100 * _hundredth(signals.mean(axis=0), mean) < deviation
    if small.any():
        note(
            f"the mean of {small.sum()} of {small.size} signals is smaller than their standard deviation, "
            "as in runs that were denoised or demeaned, so that noise decides what percent signal change is "
            "percent of; choose another standardize (--standardize), such as zscore.",
            "SmallMean",
        )


def _hundredth(now: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """One percent of each column's mean, which is restored first if cleaning removed it.

    Decided for each column, by nilearn's rule: a mean below a tenth of the original one was removed.
    """
    return np.abs(np.where(np.abs(now) < 0.1 * np.abs(mean), mean + now, now)) / 100
