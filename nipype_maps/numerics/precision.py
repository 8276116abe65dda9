"""The precision of signals: which one an option means, and whether it is sufficient."""

from __future__ import annotations

import numpy as np


def dtype_of(name: str | None) -> np.dtype:
    """The data type that an option means: None is double precision, ``auto`` single precision.

    Examples
    --------
    >>> dtype_of(None), dtype_of("auto"), dtype_of("float16")
    (dtype('float64'), dtype('float32'), dtype('float16'))
    """
    return np.dtype({None: "float64", "auto": "float32"}.get(name, name))


def rounded(signals: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Signals in another precision.

    Parameters
    ----------
    signals : (T, K) array
        A column may be NaN throughout.
    dtype : numpy.dtype

    Returns
    -------
    (T, K) array of that data type

    Raises
    ------
    ValueError
        If a value would become infinite, or a column would lose digits because it is too small.
    """
    info = np.finfo(dtype)
    largest = np.nanmax(np.abs(signals), initial=0)
    if largest > info.max:
        raise ValueError(
            f"the signals reach {largest:g}, more than dtype {dtype} can hold ({info.max:g}); choose another "
            "dtype (--dtype), or standardize (--standardize)."
        )
    sizes = np.nanmax(np.abs(signals), axis=0, initial=0)
    if ((sizes > 0) & (sizes < info.tiny / info.eps)).any():
        raise ValueError(
            f"signals of at most {sizes[sizes > 0].min():g} lose digits in dtype {dtype}; choose another "
            "dtype (--dtype), or standardize (--standardize)."
        )
    return signals.astype(dtype)
