"""Censored frames: dropped, or replaced for a filter."""

from __future__ import annotations

import numpy as np
import scipy

from ..notes import note


def interpolated(values: np.ndarray, kept: np.ndarray, extrapolate: bool) -> tuple[np.ndarray, np.ndarray]:
    """Replace censored frames by a cubic spline through the kept ones.

    Parameters
    ----------
    values : (T, N) array
    kept : (T_kept,) int array
        Frames that are not censored.
    extrapolate : bool
        Replace censored frames at the ends of the run too, instead of cutting them off.

    Returns
    -------
    (T', N) array
    (T_kept,) int array
        The rows of the kept frames in it.

    Raises
    ------
    ValueError
        If only one frame is kept.
    """
    first, last = (0, len(values) - 1) if extrapolate else (kept[0], kept[-1])
    wanted = np.arange(first, last + 1)
    if kept.size == wanted.size:
        return values[wanted], kept - first
    if kept.size < 2:
        raise ValueError("censored frames cannot be interpolated from a single kept one; keep more.")
    filled = scipy.interpolate.CubicSpline(kept, values[kept], axis=0)(wanted)
    filled[kept - first] = values[kept]
    return filled, kept - first


def note_extrapolation(signals: np.ndarray, rows: np.ndarray) -> None:
    """Note extrapolated frames far outside the range of the others.

    Cubic polynomials grow with the third power of the distance from the frames that they fit.

    Parameters
    ----------
    signals : (T, K) array
    rows : (T_kept,) int array
        The rows of the kept frames.
    """
    inside = signals[rows[0] : rows[-1] + 1]
    low, high = inside.min(axis=0, initial=np.inf), inside.max(axis=0, initial=-np.inf)
    beyond = np.maximum(low - signals, signals - high).max(axis=0, initial=0)
    too_far = beyond > np.maximum(high - low, 0)
    if too_far.any():
        note(
            f"the {len(signals) - len(inside)} frames extrapolated at the ends of the run go beyond the "
            f"range of the others by more than its width in {too_far.sum()} of {too_far.size} signals, which "
            "the filter spreads; leave extrapolate (--extrapolate) off.",
            "Extrapolation",
        )
