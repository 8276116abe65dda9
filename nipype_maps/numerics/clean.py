"""Clean signals: censor, remove drift, detrend, filter, regress out confounds, standardize.

The steps and their order are those of ``nilearn.signal.clean``; comments say what differs, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..notes import note
from .censoring import interpolated, note_extrapolation
from .cleaning import Cleaning
from .degrees_of_freedom import Spent, note_few, spent_on_filter
from .directions import independent_directions, one_bit_off
from .drift import with_drift
from .filters import butterworth
from .frames import acquisition_name, acquisitions_of, kept_frames
from .standardize import detrended, note_small_means, standardized


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Result of `clean`.

    Attributes
    ----------
    signals : (T_kept, K) array
    kept : (T_kept,) int array
        The frame of the input that each row belongs to.
    degrees_of_freedom : list of int
        Per run: those before the filter, less the frequencies that the Butterworth filter removes.
        Each frequency of the discrete Fourier transform beyond a cut-off counts two, Nyquist's
        one, as in AFNI's 3dTproject; the mean that ``standardize`` removes, or mean and trend that
        ``detrend`` does, and a high-pass too, count once.  Where frames are censored a frequency
        costs the kept frames' share of that.  An approximation: the filter's edges are soft, and a
        confound of which the filter leaves next to nothing counts in full.
    degrees_of_freedom_before_filter : list of int
        Per run: frames kept, less mean, trend and confounds (cosine terms among them) removed.
    """

    signals: np.ndarray
    kept: np.ndarray
    degrees_of_freedom: list[int]
    degrees_of_freedom_before_filter: list[int]


def clean(
    signals: np.ndarray,
    confounds: np.ndarray | None = None,
    sample_mask: ArrayLike | None = None,
    runs: Sequence | np.ndarray | None = None,
    options: Cleaning | None = None,
) -> Cleaned:
    """Clean signals.

    Parameters
    ----------
    signals : (T, K) array
        A column that is NaN throughout (an empty map) stays so.
    confounds : (T, C) array, optional
    sample_mask : (T,) bools or integer indices, optional
        The frames to keep; see `kept_frames`.  Values of censored frames are not used.
    runs : (T,) labels, optional
        Frames with the same label are one run; every option acts within each run.
    options : Cleaning, optional

    Returns
    -------
    Cleaned

    Raises
    ------
    ValueError
        If options contradict each other, lengths differ, kept values are not finite,
        or too few frames or no degrees of freedom are left.

    Notes
    -----
    In this order: censored frames are dropped or, for the Butterworth filter, replaced by
    a cubic spline through the kept ones; cosine drift terms, made on the full time axis,
    join the confounds; mean and trend are removed; the filter is applied, then censored
    frames dropped; confounds are projected out (pivoted QR); the rest is standardized.

    Examples
    --------
    >>> t = np.arange(6.0)
    >>> motion = np.array([0.0, 1, 0, 1, 0, 1])
    >>> signals = np.stack([3 * t + 5 * motion, t**2], axis=1)
    >>> cleaned = clean(signals, motion[:, None], options=Cleaning(detrend=True))
    >>> bool(np.abs(cleaned.signals[:, 0]).max() < 1e-12), cleaned.degrees_of_freedom
    (True, [3])
    """
    options = options or Cleaning()
    options.check()
    signals = np.array(signals, dtype=np.float64)
    n_frames = len(signals)
    if confounds is not None:
        confounds = np.array(confounds, dtype=np.float64)
        if len(confounds) != n_frames:
            raise ValueError(f"there are {len(confounds)} rows of confounds for {n_frames} frames.")
    kept = kept_frames(sample_mask, n_frames)
    members = acquisitions_of(runs, n_frames)

    cleaned = np.full((n_frames, signals.shape[1]), np.nan)
    before, after = [], []
    names = [acquisition_name(member, n_frames) for member in members]
    for member, name in zip(members, names, strict=True):
        kept_here = np.flatnonzero(np.isin(member, kept))
        if not kept_here.size:
            raise ValueError(f"sample_mask (--sample-mask) keeps no frame of {name or 'the run'}.")
        rows, spent = _clean_run(
            signals[member], None if confounds is None else confounds[member], kept_here, options
        )
        cleaned[member[kept_here]] = rows
        left = spent.left(name)
        before.append(left + spent.filter)
        after.append(left)
    note_few(after, [len(member) for member in members], names)
    return Cleaned(cleaned[kept], kept, after, before)


def _clean_run(
    signals: np.ndarray, confounds: np.ndarray | None, kept: np.ndarray, options: Cleaning
) -> tuple[np.ndarray, Spent]:
    """Clean one run: (T, K) signals to (T_kept, K) signals, and the degrees of freedom that this takes."""
    measured = ~np.isnan(signals[kept]).all(axis=0)
    out = np.full((kept.size, signals.shape[1]), np.nan)
    signals = signals[:, measured]
    _check_finite(signals, kept, "signal")
    if confounds is None:
        confounds = np.zeros((len(signals), 0))
    _check_finite(confounds, kept, "confound")
    if confounds.shape[1] and not (options.centres_confounds or options.detrend):
        note(
            "confounds are neither standardized nor detrended, so that what they share with a constant is "
            "removed from the signals' level; standardize confounds, or detrend, unless that is meant.",
            "ConfoundsNotCentered",
        )
    _check_enough_frames(kept.size, options)
    signals, exponents = _of_unit_size(signals, kept)
    confounds, _ = _of_unit_size(confounds, kept)

    if options.cosine and options.t_r is not None and options.high_pass is not None:
        confounds = with_drift(confounds, kept, options.t_r, options.high_pass)
    n_signals = signals.shape[1]
    both, rows = _frames(np.hstack([signals, confounds]), kept, options)
    off, _ = _frames(one_bit_off(confounds), kept, options)
    scale = np.abs(both[:, :n_signals]).max(axis=0, initial=0)
    note_extrapolation(both[:, :n_signals], rows)
    # without extrapolated values; with interpolated ones, as nilearn
    mean = both[rows[0] : rows[-1] + 1, :n_signals].mean(axis=0)
    deviation = both[rows, :n_signals].std(axis=0)
    n_filtered = len(both)
    signals, confounds = np.split(_filtered(both, rows, options), [n_signals], axis=1)
    off = _filtered(off, rows, options)
    if options.centres_confounds:
        confounds, off = confounds - confounds.mean(axis=0), off - off.mean(axis=0)
    basis = independent_directions(confounds, np.sqrt(((off - confounds) ** 2).mean(axis=0)))
    on_filter = spent_on_filter(n_filtered, kept.size, options)
    keeps_mean = options.keeps_mean and (options.centres_confounds or not basis.shape[1])
    spent = Spent(kept.size, basis.shape[1], options.trend, on_filter, keeps_mean)
    # centered confounds keep the level, but for rounding that grows with it
    level = signals.mean(axis=0) if options.centres_confounds else 0.0
    varying = signals - level
    signals = level + (varying - basis @ (basis.T @ varying))
    if not options.standardize:
        out[:, measured] = np.ldexp(signals, exponents)
        return out, spent
    if options.standardize == "psc":
        note_small_means(signals, mean, deviation)
    out[:, measured] = standardized(signals, mean, scale, options.standardize)
    return out, spent


def _frames(values: np.ndarray, kept: np.ndarray, options: Cleaning) -> tuple[np.ndarray, np.ndarray]:
    """The frames that are cleaned, and the rows of the kept ones among them."""
    if options.butterworth:
        return interpolated(values, kept, options.extrapolate)
    return values[kept], np.arange(kept.size)


def _filtered(values: np.ndarray, rows: np.ndarray, options: Cleaning) -> np.ndarray:
    """Kept rows of detrended and filtered values."""
    if options.detrend:
        values = detrended(values)
    if options.butterworth and options.t_r is not None:
        values = butterworth(values, options.t_r, options.low_pass, options.high_pass)[rows]
    return values


def _of_unit_size(values: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns of about unit size in kept frames, and the exponents of two that they were divided by.

    This changes no digit, and extremely large or small values can be squared.
    """
    _, exponents = np.frexp(np.abs(values[kept]).max(axis=0, initial=0))
    return np.ldexp(values, -exponents), exponents


def _check_finite(values: np.ndarray, kept: np.ndarray, kind: str) -> None:
    bad = ~np.isfinite(values[kept])
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise ValueError(
            f"{kind} column {column + 1} has no finite value in frame {kept[row]}; "
            "censor that frame or leave the column out."
        )


def _check_enough_frames(n_kept: int, options: Cleaning) -> None:
    needs = [
        name
        for name, asked in (
            ("detrend", options.detrend),
            ("standardize", bool(options.standardize)),
            (f"filter={options.filter!r}", options.butterworth or options.cosine),
        )
        if asked
    ]
    if n_kept < 2 and needs:
        raise ValueError(f"{' and '.join(needs)} cannot work on {n_kept} frame; give a run of several.")
