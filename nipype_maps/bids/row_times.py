"""When the rows of a table of signals were acquired, in the words of BIDS."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..storage.json_files import read_json
from ..storage.paths import PathLike
from .inheritance import sidecars_for
from .json_kinds import is_number
from .sidecar_parts import section

#: Decimal places of a time in seconds: multiples of decimal fractions have spurious digits.
MICROSECONDS = 6


def timing_entries(
    kept: Sequence[int] | np.ndarray,
    t_r: float | None,
    start: float | None = 0.0,
    times: Sequence[float] | None = None,
    n_acquisitions: int = 1,
) -> dict[str, object]:
    """The entries of a sidecar on the times of rows.

    Where there is a SamplingFrequency, row k is at StartTime + k / SamplingFrequency.

    Parameters
    ----------
    kept : (T_kept,) sequence of int
        The frames of the run that the rows are.
    t_r : float or None
        Seconds from frame to frame; None if unknown or uneven.
    start : float or None
        When the first frame was acquired, in seconds; None if it is not known.
    times : sequence of float, optional
        Onsets of all frames in seconds, where they are unevenly spaced.
    n_acquisitions : int
        How many were concatenated: nobody knows the time between two.

    Examples
    --------
    >>> timing_entries([2, 3, 4], 2.0)
    {'RepetitionTime': 2.0, 'SamplingFrequency': 0.5, 'StartTime': 4.0}
    >>> timing_entries([0, 1, 4], 2.0, start=0.9)
    {'RepetitionTime': 2.0, 'StartTime': 0.9}
    >>> timing_entries([1, 2], None, times=[0.5, 2, 5])
    {'RepetitionTime': None, 'StartTime': 1.5, 'VolumeTiming': [0.5, 2, 5]}
    >>> timing_entries([1, 2], None)
    {'RepetitionTime': None}
    >>> timing_entries([0, 1], None, start=None)
    {'RepetitionTime': None}
    """
    entries: dict[str, object] = {"RepetitionTime": t_r}
    first = int(kept[0])
    if start is None:
        pass
    elif first == 0:
        entries["StartTime"] = start
    elif times is not None:
        entries["StartTime"] = round(start + times[first] - times[0], MICROSECONDS)
    elif t_r is not None:
        entries["StartTime"] = round(start + first * t_r, MICROSECONDS)
    if t_r is not None and n_acquisitions == 1 and bool((np.diff(kept) == 1).all()):
        entries["SamplingFrequency"] = 1 / t_r
    if times is not None:
        entries["VolumeTiming"] = list(times)
    return section("", entries)


def start_time(run: PathLike) -> float:
    """When the first frame of a run was acquired by its JSON files, in seconds after it began; else 0.

    fMRIPrep writes a StartTime where it corrected for the time of slices: that of the reference.
    Files that cannot be read say nothing here.
    """
    for file in sidecars_for(run):
        try:
            value = read_json(file).get("StartTime")
        except (OSError, ValueError):
            continue
        if is_number(value):
            return float(value)
    return 0.0
