"""From raw to clean signals: frames, drift, detrend, filter, confounds, standardise.

The steps and their order are those of ``nilearn.signal.clean``; what differs, and why, is
said where it differs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from ..notes import note
from .directions import independent_directions, one_bit_off
from .filters import butterworth, check_band, cosine_drift, frequencies_removed
from .frames import kept_frames

#: What is left of a column counts as nothing when its spread is below this share of the
#: column's largest value before: rounding, which standardising would blow up to noise.
NOTHING_LEFT = 1e3 * np.finfo(float).eps
#: Fewer degrees of freedom than this are warned of: a correlation of n independent samples has a
#: standard error of about 1 / sqrt(n), which is 0.22 here, as large as most correlations between networks.
FEW_DEGREES_OF_FREEDOM = 20


@dataclass(frozen=True)
class Cleaning:
    """The options of `clean`, all but the data.

    Parameters
    ----------
    detrend : bool
        Remove mean and linear trend from signals and confounds.
    filter : {'butterworth', 'cosine', None}
        How ``low_pass`` and ``high_pass`` are applied; None forbids them.
    low_pass, high_pass : float or None
        Cut-offs in Hz.
    t_r : float or None
        Seconds from frame to frame; needed by the filters.
    standardize : {False, None, True, 'zscore', 'zscore_sample', 'psc'}
        Nothing; zero mean and unit variance with ddof=0 (True, 'zscore') or ddof=1
        ('zscore_sample'); percent change from the mean before cleaning.
    standardize_confounds : bool
        Give confounds zero mean and unit variance before they are regressed out.
    extrapolate : bool
        With the Butterworth filter: extrapolate censored frames at the ends of the run
        for the filter rather than cut them off before it.
    """

    detrend: bool = False
    filter: str | None = "butterworth"
    low_pass: float | None = None
    high_pass: float | None = None
    t_r: float | None = None
    standardize: bool | str | None = False
    standardize_confounds: bool = True
    extrapolate: bool = False

    @property
    def butterworth(self) -> bool:
        """Whether there is a Butterworth filter to apply."""
        return self.filter == "butterworth" and not (self.low_pass is None and self.high_pass is None)

    @property
    def trend(self) -> int:
        """How many of mean and linear trend are removed from the signals, filters apart."""
        return 2 if self.detrend else int(bool(self.standardize))

    @property
    def keeps_mean(self) -> bool:
        """Whether the signals keep their level, confounds apart."""
        return not (self.trend or (self.butterworth and self.high_pass is not None))

    @property
    def cosine(self) -> bool:
        """Whether there are cosine drift terms to regress out."""
        return self.filter == "cosine"

    def check(self) -> None:
        """Raise ValueError where the options contradict each other or lack t_r."""
        if self.t_r is not None and not self.t_r > 0:
            raise ValueError(f"t_r={self.t_r:g} is not a time between frames; give seconds above 0.")
        if self.cosine and self.high_pass is None:
            raise ValueError("filter='cosine' needs high_pass (Hz).")
        if self.cosine and self.low_pass is not None:
            raise ValueError(
                "low_pass has no meaning with filter='cosine', which removes slow drift only; "
                "leave it out or use filter='butterworth'."
            )
        if not self.filter and not (self.low_pass is None and self.high_pass is None):
            raise ValueError("low_pass and high_pass need a filter, 'butterworth' or 'cosine'.")
        if not (self.butterworth or self.cosine):
            return
        if self.t_r is None:
            raise ValueError(
                "low_pass and high_pass need t_r (seconds), which neither a BIDS sidecar nor the "
                "run's header gives; pass t_r."
            )
        check_band(self.t_r, self.low_pass, self.high_pass)


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What `clean` returns.

    Attributes
    ----------
    signals : (T_kept, K) array
    kept : (T_kept,) int array
        The frames of the input that the rows belong to.
    degrees_of_freedom : list of int
        Per run: those before the filter, less the frequencies that the Butterworth filter removes.
        Each frequency of the discrete Fourier transform beyond a cut-off counts two, Nyquist's
        one, as in AFNI's 3dTproject; the mean that ``standardize`` removes, or mean and trend that
        ``detrend`` does, and a high-pass too, count once.  Where frames are censored a frequency
        costs the kept frames' share of that.  An approximation: the filter's edges are soft, and a
        confound of which the filter leaves next to nothing counts in full.
    degrees_of_freedom_before_filter : list of int
        Per run: frames kept, less mean, trend and confounds (cosine terms among them) taken out.
    """

    signals: np.ndarray
    kept: np.ndarray
    degrees_of_freedom: list[int]
    degrees_of_freedom_before_filter: list[int]


def clean(
    signals: np.ndarray,
    confounds: np.ndarray | None = None,
    sample_mask=None,
    runs=None,
    options: Cleaning | None = None,
) -> Cleaned:
    """Clean signals.

    Parameters
    ----------
    signals : (T, K) array
        A column that is NaN throughout (an empty map) stays so.
    confounds : (T, C) array, optional
    sample_mask : (T,) bools or integer indices, optional
        The frames to keep; see `kept_frames`.  Values of censored frames are never read.
    runs : (T,) labels, optional
        Frames with the same label are one run; every option acts within each run.
    options : Cleaning, optional

    Returns
    -------
    Cleaned

    Raises
    ------
    ValueError
        If options contradict each other, lengths do not fit, kept values are not finite,
        or too few frames or no degrees of freedom are left.

    Notes
    -----
    In this order: censored frames are dropped or, for the Butterworth filter, replaced by
    a cubic spline through the kept ones; cosine drift terms, made on the full time axis,
    join the confounds; mean and trend are removed; the filter is applied, then censored
    frames dropped; confounds are projected out (pivoted QR); the rest is standardised.

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
    if runs is None:
        members = [np.arange(n_frames)]
    else:
        labels = np.asarray(runs)
        if labels.shape != (n_frames,):
            raise ValueError(f"runs has {labels.size} labels for {n_frames} frames; give one per frame.")
        members = [np.flatnonzero(labels == label) for label in dict.fromkeys(labels.tolist())]

    cleaned = np.full((n_frames, signals.shape[1]), np.nan)
    before, after, few = [], [], []
    for member in members:
        kept_here = np.flatnonzero(np.isin(member, kept))
        where = f"the run that starts at frame {member[0]}"
        if not kept_here.size:
            raise ValueError(f"sample_mask keeps no frame of {where}.")
        rows, spent = _clean_run(
            signals[member], None if confounds is None else confounds[member], kept_here, options
        )
        cleaned[member[kept_here]] = rows
        left = spent.left(where if len(members) > 1 else "")
        before.append(left + spent.filter)
        after.append(left)
        if left < FEW_DEGREES_OF_FREEDOM and left < len(member):
            few.append(f"{left} of {len(member)} frames{f' in {where}' if len(members) > 1 else ''}")
    if few:
        little = "are all 1 or -1" if min(after) == 1 else "say little"
        note(
            f"few degrees of freedom are left: {', '.join(few)}, fewer than {FEW_DEGREES_OF_FREEDOM}, so "
            f"that correlations of the signals {little}; use fewer confounds, a wider band or more frames."
        )
    return Cleaned(cleaned[kept], kept, after, before)


@dataclass(frozen=True)
class _Spent:
    """What the degrees of freedom of a run's frames were spent on."""

    frames: int
    confounds: int
    trend: int
    filter: int
    keeps_mean: bool

    def left(self, where: str) -> int:
        """Those that are left; ValueError if there are none, or that of the mean alone."""
        left = self.frames - self.confounds - self.trend - self.filter
        if left > self.keeps_mean or left == self.frames:
            return left
        words = [f"{self.confounds} confounds"]
        words += [("1 for the mean", "2 for mean and trend")[self.trend - 1]] * bool(self.trend)
        words += [f"{self.filter} for the frequencies filtered out"] * bool(self.filter)
        listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
        rest = f"leave {left}{' (the mean)' if left == 1 else ''}"
        remedy = f"use fewer confounds{', a wider band' * bool(self.filter)} or keep more frames"
        raise ValueError(
            f"no degrees of freedom are left{f' in {where}' if where else ''}: {self.frames} frames less "
            f"{listed} {rest}; {remedy}."
        )


def _clean_run(signals, confounds, kept, options) -> tuple[np.ndarray, _Spent]:
    """Clean one run: (T, K) signals to (T_kept, K) signals, and what that cost."""
    measured = ~np.isnan(signals[kept]).all(axis=0)
    out = np.full((kept.size, signals.shape[1]), np.nan)
    signals = signals[:, measured]
    _check_finite(signals, kept, "signal")
    if confounds is None:
        confounds = np.zeros((len(signals), 0))
    _check_finite(confounds, kept, "confound")
    if confounds.shape[1] and not (options.standardize_confounds or options.detrend):
        note(
            "confounds are neither standardised nor detrended, so that what they share with a constant is "
            "taken out of the signals' level; standardise confounds, or detrend, unless that is meant."
        )
    _check_enough_frames(kept.size, options)
    signals, exponents = _of_unit_size(signals, kept)
    confounds, _ = _of_unit_size(confounds, kept)

    if options.cosine:
        confounds = _with_drift(confounds, kept, options)
    n_signals = signals.shape[1]
    both, rows = _frames(np.hstack([signals, confounds]), kept, options)
    off, _ = _frames(one_bit_off(confounds), kept, options)
    scale = np.abs(both[:, :n_signals]).max(axis=0, initial=0)
    _warn_of_extrapolation(both[:, :n_signals], rows)
    # extrapolated values have no say, and interpolated ones as much as in nilearn
    mean = both[rows[0] : rows[-1] + 1, :n_signals].mean(axis=0)
    n_filtered = len(both)
    signals, confounds = np.split(_filtered(both, rows, options), [n_signals], axis=1)
    off = _filtered(off, rows, options)
    if options.standardize_confounds:
        confounds, off = confounds - confounds.mean(axis=0), off - off.mean(axis=0)
    basis = independent_directions(confounds, np.sqrt(((off - confounds) ** 2).mean(axis=0)))
    on_filter = _spent_on_filter(n_filtered, kept.size, options)
    keeps_mean = options.keeps_mean and (options.standardize_confounds or not basis.shape[1])
    spent = _Spent(kept.size, basis.shape[1], options.trend, on_filter, keeps_mean)
    # centred, confounds leave the level as it is, but for rounding that grows with it
    level = signals.mean(axis=0) if options.standardize_confounds else 0.0
    varying = signals - level
    signals = level + (varying - basis @ (basis.T @ varying))
    if not options.standardize:
        out[:, measured] = np.ldexp(signals, exponents)
        return out, spent
    out[:, measured] = _standardize(signals, mean, scale, options.standardize)
    return out, spent


def _frames(values, kept, options) -> tuple[np.ndarray, np.ndarray]:
    """The frames that are cleaned, and where the kept ones are among them."""
    if options.butterworth:
        return _interpolate(values, kept, options.extrapolate)
    return values[kept], np.arange(kept.size)


def _filtered(values, rows, options) -> np.ndarray:
    """Kept rows of detrended and filtered values."""
    if options.detrend:
        values = _detrend(values)
    if options.butterworth:
        values = butterworth(values, options.t_r, options.low_pass, options.high_pass)[rows]
    return values


def _spent_on_filter(n_frames: int, n_kept: int, options: Cleaning) -> int:
    """Degrees of freedom that the Butterworth filter takes from the kept among some frames."""
    if not options.butterworth:
        return 0
    slow, fast = frequencies_removed(n_frames, options.t_r, options.low_pass, options.high_pass)
    slow = max(slow - options.trend, 0)  # which what is slow has taken already
    return round((slow + fast) * n_kept / n_frames)


def _of_unit_size(values, kept) -> tuple[np.ndarray, np.ndarray]:
    """Columns of about unit size in kept frames, and the exponents of two that they were divided by.

    That changes no digit, and what is extremely large or small can be squared.
    """
    _, exponents = np.frexp(np.abs(values[kept]).max(axis=0, initial=0))
    return np.ldexp(values, -exponents), exponents


def _check_finite(values, kept, kind) -> None:
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
            ("standardize", options.standardize),
            (f"filter={options.filter!r}", options.butterworth or options.cosine),
        )
        if asked
    ]
    if n_kept < 2 and needs:
        raise ValueError(f"{' and '.join(needs)} cannot work on {n_kept} frame; give a run of several.")


def _with_drift(confounds, kept, options) -> np.ndarray:
    """Confounds and cosine drift terms, (T, C + D)."""
    drift = cosine_drift(len(confounds), options.t_r, options.high_pass)
    if not drift.shape[1]:
        note(
            f"high_pass={options.high_pass:g} Hz is slower than the run of {len(confounds)} frames, "
            "so that filter='cosine' removes nothing; raise high_pass or leave the filter out."
        )
        return confounds
    missing = drift[:, ~_present_terms(confounds[kept], drift[kept])]
    if not missing.shape[1]:
        note("the confounds hold cosine drift terms already, so filter='cosine' adds none; leave out either.")
    return np.hstack([confounds, missing])


def _present_terms(confounds, drift) -> np.ndarray:
    """Which drift terms (D,) are among the confounds, in kept frames.

    All are where each has a confound of its own that correlates with it above 0.9 (those of fMRIPrep
    leave out dummy scans, and so differ a little), else those that are as good as equal to one.
    nilearn takes any correlation above 0.9 for a sign of all: one confound with a trend, and nothing
    is filtered.  A straight line correlates with the first term by 0.993.
    """
    if not confounds.shape[1]:
        return np.zeros(drift.shape[1], bool)
    confounds, drift = (x - x.mean(axis=0) for x in (confounds, drift))
    lengths = np.outer(np.linalg.norm(drift, axis=0), np.linalg.norm(confounds, axis=0))
    alike = np.abs(drift.T @ confounds) / np.where(lengths > 0, lengths, np.inf)
    best = alike.max(axis=1)
    if len(best) > 2 and best.min() > 0.9 and np.unique(alike.argmax(axis=1)).size == len(best):
        return np.ones(len(best), bool)
    return best > 0.999


def _interpolate(values, kept, extrapolate) -> tuple[np.ndarray, np.ndarray]:
    """Censored frames from a cubic spline through the kept ones, and where the kept ones now are."""
    first, last = (0, len(values) - 1) if extrapolate else (kept[0], kept[-1])
    wanted = np.arange(first, last + 1)
    if kept.size == wanted.size:
        return values[wanted], kept - first
    if kept.size < 2:
        raise ValueError("censored frames cannot be interpolated from a single kept one; keep more.")
    filled = scipy.interpolate.CubicSpline(kept, values[kept], axis=0)(wanted)
    filled[kept - first] = values[kept]
    return filled, kept - first


def _warn_of_extrapolation(signals, rows) -> None:
    """Cubic polynomials grow with the third power of the distance from the frames that they fit."""
    inside = signals[rows[0] : rows[-1] + 1]
    low, high = inside.min(axis=0, initial=np.inf), inside.max(axis=0, initial=-np.inf)
    beyond = np.maximum(low - signals, signals - high).max(axis=0, initial=0)
    too_far = beyond > np.maximum(high - low, 0)
    if too_far.any():
        note(
            f"the {len(signals) - len(inside)} frames extrapolated at the ends of the run go beyond the "
            f"range of the others by more than its width in {too_far.sum()} of {too_far.size} signals, which "
            "the filter spreads; leave extrapolate off."
        )


def _detrend(values) -> np.ndarray:
    """Without mean and linear trend; time is counted in the rows that are left, as nilearn does."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    centred = values - values.mean(axis=0)
    return centred - np.outer(time, time @ centred / (time @ time))


def _standardize(signals, mean, scale, kind) -> np.ndarray:
    now = signals.mean(axis=0)
    centred = signals - now
    deviation = centred.std(axis=0, ddof=1 if kind == "zscore_sample" else 0)
    left = deviation > NOTHING_LEFT * scale
    unit = _hundredth(now, mean) if kind == "psc" else deviation
    left &= unit > np.finfo(float).eps
    return np.where(left, centred / np.where(left, unit, 1), 0.0)


def _hundredth(now, mean) -> np.ndarray:
    """One percent of each column's mean, put back first where cleaning removed it.

    Decided for each column, by nilearn's rule: a mean below a tenth of what it was is gone.
    """
    return np.abs(np.where(np.abs(now) < 0.1 * np.abs(mean), mean + now, now)) / 100
