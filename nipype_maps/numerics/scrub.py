"""Which frames to censor: those above a threshold, and short segments between them."""

from __future__ import annotations

import numpy as np


def above(values: np.ndarray, threshold: float) -> np.ndarray:
    """Frames whose value is above a threshold, (T,) bool; NaN, as of the first frame, is not above.

    Examples
    --------
    >>> above(np.array([np.nan, 0.1, 0.7]), 0.5)
    array([False, False,  True])
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(values) > threshold


def without_short_segments(censored: np.ndarray, min_segment: int) -> np.ndarray:
    """Censor also each segment of frames between censored ones that is too short.

    As Power et al. (2014, NeuroImage 84) and nilearn do.  A run without censored frames stays
    as it is, however short.

    Parameters
    ----------
    censored : (T,) bool array
    min_segment : int
        Fewest frames in a row that are kept.

    Returns
    -------
    (T,) bool array

    Examples
    --------
    >>> without_short_segments(np.array([0, 0, 1, 0, 0, 0, 1], bool), 3).astype(int)
    array([1, 1, 1, 0, 0, 0, 1])
    """
    censored = np.array(censored, dtype=bool)
    if not censored.any():
        return censored
    # 1 at the first frame of a kept segment, -1 after its last
    steps = np.diff(np.concatenate([[0], ~censored, [0]]).astype(int))
    for start, stop in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
        if stop - start < min_segment:
            censored[start:stop] = True
    return censored
