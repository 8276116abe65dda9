"""Which frames of a run are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..notes import note


def kept_frames(sample_mask: ArrayLike | None, n_frames: int) -> np.ndarray:
    """The frames to keep, as ascending indices.

    Parameters
    ----------
    sample_mask : None, (n_frames,) bools, or integer indices of the frames to keep
        None keeps all.  The argument is never modified.
    n_frames : int
        Number of frames, T.

    Returns
    -------
    (T_kept,) int array

    Raises
    ------
    ValueError
        If no frame is kept, an index is negative, out of range or given twice, or the number of
        booleans is not that of the frames.

    Examples
    --------
    >>> kept_frames([True, False, True], 3), kept_frames([2, 0], 3)
    (array([0, 2]), array([0, 2]))
    """
    if sample_mask is None:
        return np.arange(n_frames)
    mask = np.atleast_1d(np.asarray(sample_mask))
    if mask.ndim != 1:
        raise ValueError(f"sample_mask is one list of frames, not an array of shape {mask.shape}.")
    if mask.size == 0:
        raise ValueError("sample_mask keeps no frame; give the frames to keep, not those to censor.")
    if mask.dtype == bool:
        if mask.size != n_frames:
            raise ValueError(
                f"sample_mask has {mask.size} booleans for a run of {n_frames} frames; give one per frame."
            )
        if not mask.any():
            raise ValueError("sample_mask keeps no frame; True marks the frames to keep.")
        return np.flatnonzero(mask)
    if not np.array_equal(mask, np.floor(mask)):
        raise ValueError("sample_mask holds frame indices, which are whole numbers, or booleans.")
    kept, counts = np.unique(mask.astype(int), return_counts=True)
    if (counts > 1).any():
        twice = ", ".join(map(str, kept[counts > 1][:5]))
        raise ValueError(f"sample_mask names a frame more than once ({twice}); name each frame once.")
    if kept[0] < 0 or kept[-1] >= n_frames:
        wrong = kept[0] if kept[0] < 0 else kept[-1]
        raise ValueError(
            f"sample_mask names frame {wrong}, but the run's {n_frames} frames are numbered "
            f"0 to {n_frames - 1}."
        )
    return kept


def acquisitions_of(labels: ArrayLike | None, n_frames: int) -> list[np.ndarray]:
    """The frames of each acquisition in a run, by the label of each frame.

    Parameters
    ----------
    labels : (T,) labels, or None
        None is one acquisition.
    n_frames : int
        Number of frames, T.

    Returns
    -------
    list of int arrays
        Ascending, in the order in which the labels first come.

    Raises
    ------
    ValueError
        If there is not one label per frame.

    Examples
    --------
    >>> acquisitions_of(["b", "b", "a"], 3)
    [array([0, 1]), array([2])]
    """
    if labels is None:
        return [np.arange(n_frames)]
    values = np.asarray(labels)
    if values.shape != (n_frames,):
        raise ValueError(f"runs has {values.size} labels for {n_frames} frames; give one per frame.")
    return [np.flatnonzero(values == label) for label in dict.fromkeys(values.tolist())]


def acquisition_name(frames: np.ndarray, n_frames: int) -> str:
    """What messages call an acquisition; empty where it is the whole run.

    Examples
    --------
    >>> acquisition_name(np.array([3, 4]), 5), acquisition_name(np.arange(5), 5)
    ('the acquisition that starts at frame 3', '')
    """
    return "" if frames.size == n_frames else f"the acquisition that starts at frame {frames[0]}"


def note_blank_frames(signals: np.ndarray, kept: np.ndarray) -> None:
    """Note kept frames that are zero in all signals, as a scan that was aborted leaves them.

    Parameters
    ----------
    signals : (T, K) array
        A column may be NaN throughout.
    kept : (T_kept,) int array
    """
    blank = kept[(np.nan_to_num(signals[kept]) == 0).all(axis=1)]
    if blank.size:
        note(
            f"{blank.size} of {kept.size} frames are zero wherever the maps are (the first is frame "
            f"{blank[0]}, counted from 0); censor them, or cut them off.",
            "BlankFrames",
        )
