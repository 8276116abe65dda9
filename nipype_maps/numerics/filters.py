"""Temporal filters: cosine drift terms and the Butterworth filter.

Both follow nilearn, which follows Lindquist et al. (2019, Human Brain Mapping 40:2358):
signals and confounds are filtered alike.
"""

from __future__ import annotations

import numpy as np
import scipy

ORDER = 5


def cosine_drift(n_frames: int, t_r: float, high_pass: float) -> np.ndarray:
    """Slow cosines (DCT-II without the constant) up to a frequency.

    Parameters
    ----------
    n_frames : int
        Number of frames, T.
    t_r : float
        Repetition time in seconds.
    high_pass : float
        Cut-off in Hz.

    Returns
    -------
    (T, D) array
        ``D = floor(2 T high_pass t_r)``, at most T - 1; columns of unit length.

    Examples
    --------
    >>> drift = cosine_drift(100, 2.0, 0.01)
    >>> drift.shape, bool(np.allclose(drift.T @ drift, np.eye(4)))
    ((100, 4), True)
    """
    frame_times = np.arange(n_frames) * t_r
    step = (frame_times[-1] - frame_times[0]) / (n_frames - 1)  # rounds as nilearn's does
    n_terms = min(n_frames - 1, int(np.floor(2 * n_frames * high_pass * step)))
    order = np.arange(1, n_terms + 1)
    phase = np.pi / n_frames * (np.arange(n_frames) + 0.5)
    return np.sqrt(2 / n_frames) * np.cos(phase[:, None] * order)


def butterworth(
    signals: np.ndarray, t_r: float, low_pass: float | None, high_pass: float | None
) -> np.ndarray:
    """Zero-phase Butterworth filter of order 5 along the first axis.

    Parameters
    ----------
    signals : (T, K) array
    t_r : float
        Repetition time in seconds.
    low_pass, high_pass : float or None
        Cut-offs in Hz; at least one of them.

    Returns
    -------
    (T, K) array

    Raises
    ------
    ValueError
        If a cut-off is not between 0 and Nyquist's frequency, the cut-offs are in the wrong
        order, or there are too few frames for the filter's padding.

    Notes
    -----
    Second-order sections forward and backward, padded oddly at both ends
    (``scipy.signal.sosfiltfilt``).

    Examples
    --------
    >>> t = np.arange(200)
    >>> slow, fast = np.sin(2 * np.pi * 0.01 * t), np.sin(2 * np.pi * 0.4 * t)
    >>> kept = butterworth((slow + fast)[:, None], 1.0, 0.1, None)[:, 0]
    >>> bool(np.abs(kept - slow)[50:-50].max() < 1e-4)
    True
    """
    check_band(t_r, low_pass, high_pass)
    cut_offs = [cut_off for cut_off in (high_pass, low_pass) if cut_off is not None]
    band = "bandpass" if len(cut_offs) == 2 else "highpass" if low_pass is None else "lowpass"
    cut_off = cut_offs if len(cut_offs) == 2 else cut_offs[0]
    sections = scipy.signal.butter(ORDER, cut_off, band, fs=1 / t_r, output="sos")
    # the default padding of sosfiltfilt, computed here for the message
    taps = 2 * len(sections) + 1 - min((sections[:, 2] == 0).sum(), (sections[:, 5] == 0).sum())
    padding = 3 * int(taps)
    if len(signals) <= padding:
        raise ValueError(
            f"the Butterworth filter needs more than {padding} frames, but there are "
            f"{len(signals)}; keep more frames, or use filter='cosine' (--filter cosine)."
        )
    return scipy.signal.sosfiltfilt(sections, signals, axis=0, padtype="odd", padlen=padding)


def frequencies_removed(
    n_frames: int, t_r: float, low_pass: float | None, high_pass: float | None
) -> tuple[int, int]:
    """Dimensions of a run below and above a band.

    Parameters
    ----------
    n_frames : int
        Number of frames, T.
    t_r : float
        Repetition time in seconds.
    low_pass, high_pass : float or None
        Cut-offs in Hz.

    Returns
    -------
    slow, fast : int
        Of the T dimensions of the discrete Fourier transform: one for frequency 0, one for
        Nyquist's (if the number of frames is even), two for each of the others.

    Examples
    --------
    >>> frequencies_removed(100, 2.0, 0.1, 0.01)
    (3, 59)
    """
    frequencies = np.fft.rfftfreq(n_frames, t_r)
    dimensions = np.full(frequencies.size, 2)
    dimensions[0] = 1
    if n_frames % 2 == 0:
        dimensions[-1] = 1
    slow = 0 if high_pass is None else dimensions[frequencies < high_pass].sum()
    fast = 0 if low_pass is None else dimensions[frequencies > low_pass].sum()
    return int(slow), int(fast)


def check_band(t_r: float, low_pass: float | None, high_pass: float | None) -> None:
    """Raise ValueError unless ``0 < high_pass < low_pass < Nyquist``, as far as they are given.

    Examples
    --------
    >>> check_band(2.0, 0.3, None)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: low_pass=0.3 Hz is not below Nyquist's frequency, 0.25 Hz at t_r=2 s; ...
    """
    nyquist = 0.5 / t_r
    for name, flag, cut_off in (
        ("low_pass", "--low-pass", low_pass),
        ("high_pass", "--high-pass", high_pass),
    ):
        if cut_off is None:
            continue
        if not cut_off > 0:
            raise ValueError(f"{name}={cut_off:g} Hz is not positive; choose a higher one or None ({flag}).")
        if cut_off >= nyquist:
            raise ValueError(
                f"{name}={cut_off:g} Hz is not below Nyquist's frequency, {nyquist:g} Hz at "
                f"t_r={t_r:g} s; choose a lower one or None ({flag})."
            )
    if low_pass is not None and high_pass is not None and high_pass >= low_pass:
        raise ValueError(
            f"high_pass={high_pass:g} Hz is not below low_pass={low_pass:g} Hz (--high-pass, --low-pass), so "
            "that nothing would pass."
        )
