"""What strategies and cleaning mean, written from their definitions with pandas, numpy and scipy alone."""

from __future__ import annotations

import functools
import itertools
import json

import numpy as np
import pandas as pd
import scipy

MOTION = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]
TISSUES = ["csf", "white_matter"]


class RefusalError(Exception):
    """The reference cannot do it either; the text is a word that the message is to contain."""


def expanded(names, *suffixes):
    return [name + suffix for name in names for suffix in ("", *suffixes)]


FULL = ("_derivative1", "_power2", "_derivative1_power2")
#: Columns of each strategy (Friston et al. 1996; Satterthwaite et al. 2013; Ciric et al. 2017).
COLUMNS = {
    "none": [],
    "6P": MOTION,
    "12P": expanded(MOTION, "_derivative1"),
    "24P": expanded(MOTION, *FULL),
    "gs": ["global_signal"],
    "gs4": expanded(["global_signal"], *FULL),
    "wmcsf": TISSUES,
    "wmcsf8": expanded(TISSUES, *FULL),
    "9P": [*MOTION, *TISSUES, "global_signal"],
    "36P": expanded([*MOTION, *TISSUES, "global_signal"], *FULL),
}
#: Masks of aCompCor's strategies, and how many components or what share of variance.
COMPCOR = {
    "acompcor5": (["combined"], 5),
    "acompcor6": (["combined"], 6),
    "acompcor50": (["combined"], 0.5),
    "acompcor5-each": (["WM", "CSF"], 5),
    "acompcor6-each": (["WM", "CSF"], 6),
    "acompcor50-each": (["WM", "CSF"], 0.5),
}
FD = {"scrub": 0.5, "scrub-strict": 0.2}
NAMES = [*COLUMNS, "cosine", *COMPCOR, "aroma", *FD]


def selection(path, strategy, sample_mask):
    """Columns as a data frame, and the frames to keep."""
    table, about = _read(path)
    wanted = set()
    for name in strategy.split("+"):
        wanted.update(_wanted(name, table, about))
    if missing := sorted(wanted - set(table)):
        raise RefusalError(missing[0])
    bad = table.filter(regex="^non_steady_state").gt(0).any(axis=1).to_numpy(copy=True)
    limits = [FD[name] for name in strategy.split("+") if name in FD]
    if limits:
        bad |= (table["framewise_displacement"] > min(limits)).to_numpy()
        bad |= (table["std_dvars"] > 1.5).to_numpy()
    if sample_mask is not None:
        given = np.zeros(len(table), bool)
        given[sample_mask] = True
        bad |= ~given
    if limits and bad.any():
        bad = _without_short(bad)
    if bad.all():
        raise RefusalError("censors all")
    kept = np.flatnonzero(~bad)
    frame = table[[name for name in table if name in wanted]].iloc[kept]
    for name in frame:
        if (
            frame[name].isna().iloc[1:].any()
            and frame[name].loc[frame[name].first_valid_index() :].isna().any()
        ):
            raise RefusalError(name)
    frame = frame.bfill()
    if kept.size == len(table):
        for name in frame:
            if frame[name].nunique() == 1:
                raise RefusalError("constant")
    return frame, kept, len(table)


@functools.cache
def _read(path):
    beside = path.with_suffix(".json")
    about = json.loads(beside.read_text()) if beside.exists() else {}
    return pd.read_csv(path, sep="\t", na_values="n/a"), about


def _wanted(name, table, about):
    cosines = [column for column in table if column.startswith("cosine")]
    if name == "cosine":
        return cosines
    if name == "aroma":
        found = [column for column in table if column.startswith("aroma_motion_")]
        if not found:
            raise RefusalError("aroma_motion_")
        return found
    if name in FD:
        return []
    if name not in COMPCOR:
        return COLUMNS[name]
    masks, amount = COMPCOR[name]
    chosen = list(cosines)
    for mask in masks:
        rows = [
            (entry["VarianceExplained"], column)
            for column, entry in about.items()
            if column in table and entry.get("Method") == "aCompCor" and entry.get("Mask") == mask
        ]
        if not rows:
            raise RefusalError("no aCompCor components")
        rows.sort(reverse=True)
        total = 0.0
        for number, (share, column) in enumerate(rows):
            if (amount >= 1 and number == amount) or (amount < 1 and total >= amount):
                break
            total += share
            chosen.append(column)
    return chosen


def _without_short(bad, shortest=5):
    """Power et al. (2014): between censored frames, fewer than 5 frames in a row are censored too."""
    out = []
    for is_bad, group in itertools.groupby(bad):
        group = list(group)
        out += [True] * len(group) if is_bad or len(group) < shortest else group
    return np.array(out)


def cleaned(signals, confounds, kept, n_frames, *, t_r, low, high, kind, detrend, standardize):
    """Signals, and degrees of freedom before and after the filter.

    ``signals`` is (T, K); ``confounds`` (T_kept, C), finite.
    """
    x, c = signals[kept], np.asarray(confounds, float)
    filtering = kind == "butterworth" and (low or high)
    if kind == "cosine":
        c = _with_cosines(c, kept, n_frames, t_r, high)
    grid, at = kept, slice(None)
    if filtering:
        grid = np.arange(kept[0], kept[-1] + 1)
        at = kept - kept[0]
        if kept.size < grid.size:
            # not-a-knot, as splines are by default; what was measured stays as it is
            spline = scipy.interpolate.make_interp_spline(kept, np.hstack([x, c]), k=3)
            both = spline(grid)
            both[at] = np.hstack([x, c])
            x, c = both[:, : x.shape[1]], both[:, x.shape[1] :]
    size = np.abs(c).max(axis=0, initial=0)
    if detrend:
        time = np.linspace(-1, 1, len(x))
        x, c = (y - np.polynomial.polynomial.polyval(time, np.polynomial.polynomial.polyfit(time, y, 1)).T
                if y.shape[1] else y for y in (x, c))  # fmt: skip
    if filtering:
        cut = [f for f in (high, low) if f]
        band = "bandpass" if len(cut) == 2 else "lowpass" if low else "highpass"
        sos = scipy.signal.butter(5, cut if len(cut) == 2 else cut[0], band, fs=1 / t_r, output="sos")
        try:
            x, c = (scipy.signal.sosfiltfilt(sos, y, axis=0)[at] if y.shape[1] else y[at] for y in (x, c))
        except ValueError:
            raise RefusalError("Butterworth filter needs more than") from None
    c = c - c.mean(axis=0)
    deviation = c.std(axis=0)
    c = (
        c[:, deviation > 1e3 * np.finfo(float).eps * size]
        / deviation[deviation > 1e3 * np.finfo(float).eps * size]
    )
    rank = 0
    if c.shape[1]:
        u, s, _ = np.linalg.svd(c, full_matrices=False)
        u = u[:, s > s[0] * max(c.shape) * np.finfo(float).eps]
        rank = u.shape[1]
        x = x - u @ (u.T @ x)
    trend = 2 if detrend else 1 if standardize else 0
    before = kept.size - rank - trend
    after = before - (_lost(len(grid), t_r, low, high, trend, kept.size) if filtering else 0)
    has_mean = not (trend or (filtering and high))
    if after <= has_mean and after < kept.size:
        raise RefusalError("no degrees of freedom")
    if standardize:
        spread = x.std(axis=0)
        left = spread > 1e3 * np.finfo(float).eps * np.abs(signals[kept]).max(axis=0)
        x = np.where(left, (x - x.mean(axis=0)) / np.where(left, spread, 1), 0)
    return x, before, after


def _with_cosines(c, kept, n_frames, t_r, high):
    """DCT-II of the run, but for the constant, up to a frequency; without those that the confounds have."""
    count = int(np.floor(2 * n_frames * t_r * high + 1e-12))
    terms = scipy.fft.idct(np.eye(n_frames), norm="ortho", axis=0)[:, 1 : count + 1][kept]
    if c.shape[1] and count:
        with np.errstate(invalid="ignore", divide="ignore"):
            between = np.nan_to_num(np.abs(np.corrcoef(terms.T, c.T)[:count, count:]))
        matches = {int(row.argmax()) for row in between if row.max() > 0.9}
        if count > 2 and len(matches) == count:  # a confound for each term
            return c
        terms = terms[:, between.max(axis=1) <= 0.999]
    return np.hstack([c, terms])


def _lost(n, t_r, low, high, trend, n_kept):
    """What the filter takes: two for a frequency, one for 0 and for Nyquist's."""
    slow = fast = 0
    for k in range(n // 2 + 1):
        weight = 1 if k in (0, n / 2) else 2
        frequency = k / (n * t_r)
        slow += weight * bool(high and frequency < high)
        fast += weight * bool(low and frequency > low)
    return round((max(slow - trend, 0) + fast) * n_kept / n)
