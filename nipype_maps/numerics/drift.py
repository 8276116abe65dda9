"""Cosine drift terms among the confounds."""

from __future__ import annotations

import numpy as np

from ..notes import note
from .filters import cosine_drift


def with_drift(confounds: np.ndarray, kept: np.ndarray, t_r: float, high_pass: float) -> np.ndarray:
    """Confounds and the cosine drift terms that are not among them.

    Parameters
    ----------
    confounds : (T, C) array
    kept : (T_kept,) int array
        Frames that are not censored.
    t_r : float
        Repetition time in seconds.
    high_pass : float
        Cut-off in Hz.

    Returns
    -------
    (T, C + D) array
    """
    drift = cosine_drift(len(confounds), t_r, high_pass)
    if not drift.shape[1]:
        note(
            f"high_pass={high_pass:g} Hz is slower than the run of {len(confounds)} frames, so that "
            "filter='cosine' removes nothing; raise high_pass (--high-pass) or leave out the filter "
            "(--filter).",
            "NoDriftTerms",
        )
        return confounds
    missing = drift[:, ~_present_terms(confounds[kept], drift[kept])]
    if not missing.shape[1]:
        note(
            "the confounds hold cosine drift terms already, so that filter='cosine' (--filter cosine) adds "
            "none; leave out either.",
            "DriftTermsTwice",
        )
    return np.hstack([confounds, missing])


def _present_terms(confounds: np.ndarray, drift: np.ndarray) -> np.ndarray:
    """Which drift terms (D,) are among the confounds, in kept frames.

    All of them, if each has a confound of its own that correlates with it above 0.9 (those of fMRIPrep
    leave out dummy scans, and so differ slightly); otherwise those that are almost equal to a confound.
    nilearn takes any correlation above 0.9 as a sign of all terms: with one confound that has a trend
    nothing is filtered.  A straight line correlates with the first term by 0.993.
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
