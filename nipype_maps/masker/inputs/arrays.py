"""Sample masks and signals: arrays, lists, or data frames."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ...storage.paths import PathLike
from ..user_warnings import warn

#: Anything that NumPy can make an array of.
ArrayLike = Any


def frames_of(sample_mask: PathLike | ArrayLike | None) -> str | list | None:
    """One run's sample mask as the graphs take it.

    Parameters
    ----------
    sample_mask : None, path-like, or 1D array-like of indices or booleans
        It may be the only item of a list.

    Returns
    -------
    str, list of int, list of bool, or None
        Absolute path, frame indices, one boolean per frame, or None for all frames.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    TypeError
        If it is neither a path nor a 1D array of numbers.
    ValueError
        If some of an array's values are masked.

    Examples
    --------
    >>> frames_of([np.array([0.0, 2.0])])
    [0, 2]
    """
    if sample_mask is None:
        return None
    if isinstance(sample_mask, (str, os.PathLike)):
        if not os.path.isfile(sample_mask):
            raise FileNotFoundError(f"sample_mask: the file {sample_mask} does not exist.")
        return os.path.abspath(sample_mask)
    if isinstance(sample_mask, (list, tuple)) and len(sample_mask) == 1 and np.ndim(sample_mask[0]) == 1:
        (sample_mask,) = sample_mask
    refuse_masked(sample_mask, "sample_mask")
    try:
        frames = np.atleast_1d(np.asarray(sample_mask))
    except ValueError:
        frames = np.empty(0, object)
    if frames.ndim != 1 or frames.dtype.kind not in "biuf":
        raise TypeError(
            "'sample_mask' must be a 1D array or list of frame indices, or of one boolean per frame. "
            f"Got: {type(sample_mask).__name__}"
        )
    if frames.dtype.kind == "f" and np.array_equal(frames, np.floor(frames)):
        frames = frames.astype(int)
    return frames.tolist()


def signals_of(region_signals: ArrayLike, n_signals: int) -> np.ndarray:
    """Signals to make an image of.

    Parameters
    ----------
    region_signals : (T, K) or (K,) array-like, or data frame
        A data frame of one row is one volume.
    n_signals : int
        K, the number of signals that the masker extracts.

    Returns
    -------
    (T, K) or (K,) array

    Raises
    ------
    ValueError
        If they are not numbers, have another shape, or are infinite.

    Warns
    -----
    UserWarning
        If they are booleans.
    """
    refuse_masked(region_signals, "region_signals")
    is_frame = hasattr(region_signals, "to_numpy")
    signals = np.atleast_1d(np.asarray(region_signals.to_numpy() if is_frame else region_signals))
    if is_frame and signals.ndim == 2 and len(signals) == 1:
        signals = signals[0]
    if signals.dtype.kind not in "biuf":
        raise ValueError(f"Input to 'inverse_transform' is an array of {signals.dtype}, not of numbers.")
    expected = (n_signals,) if signals.ndim == 1 else (len(signals), n_signals)
    if signals.shape != expected:
        raise ValueError(
            f"Input to 'inverse_transform' has wrong shape. Expected {expected}. Got {signals.shape}."
        )
    if np.isinf(signals).any():
        raise ValueError("Input to 'inverse_transform' contains infinity.")
    if signals.dtype == bool:
        warn("Casting boolean input to float64.")
        signals = signals.astype(np.float64)
    return signals


def refuse_masked(values: object, name: str) -> None:
    """Raise ValueError if some values of an array are masked: NumPy's functions would use them."""
    if np.ma.is_masked(values):
        raise ValueError(
            f"{name}: some values are masked; fill them (array.filled(np.nan)) or leave them out."
        )
