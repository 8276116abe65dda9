"""Which frames a strategy censors: dummy scans, large motion, and short segments between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..bids.tables import Table
from ..numerics.scrub import above, without_short_segments
from .columns import matching
from .strategies import Strategy

#: Columns of a table that Scrub's thresholds refer to.
MEASURES = {"FramewiseDisplacement": "framewise_displacement", "StandardizedDVARS": "std_dvars"}
#: Columns that mark frames at the run's start, before the steady state.
DUMMIES = "non_steady_state*"


def censored_frames(entries: Mapping[str, Strategy], table: Table, strategy: str) -> dict[str, list[int]]:
    """Frames to censor, by the reason: ``non_steady_state``, or the column of a measure.

    Parameters
    ----------
    entries : dict of str to dict
        Of the strategy, by name.
    table : Table
        Of confounds, (T, C).
    strategy : str
        For messages.

    Raises
    ------
    ValueError
        If the table lacks a measure, or a measure has no number after its first ones.

    Examples
    --------
    >>> table = Table(["non_steady_state_outlier00"], np.array([[1.0], [0], [0]]))
    >>> censored_frames({}, table, "none")
    {'non_steady_state': [0]}
    """
    censored: dict[str, list[int]] = {}
    dummies = [table.names.index(name) for name in matching(table.names, DUMMIES)]
    if frames := np.flatnonzero((table.values[:, dummies] > 0).any(axis=1)).tolist():
        censored["non_steady_state"] = frames
    for name, entry in entries.items():
        for key, column in MEASURES.items():
            if key not in entry.get("Scrub", {}):
                continue
            if column not in table.names:
                raise ValueError(
                    f"{table.source} has no column {column!r}, which {name!r} of strategy {strategy!r} needs."
                )
            values = table.values[:, table.names.index(column)]
            _require_measured(values, table.source, column)
            if frames := np.flatnonzero(above(values, entry["Scrub"][key])).tolist():
                censored[column] = sorted({*censored.get(column, []), *frames})
    return censored


def with_short_segments(lost: np.ndarray, entries: Iterable[Strategy]) -> np.ndarray:
    """Censored frames, and the segments between them that are shorter than an entry's MinimumSegment.

    Parameters
    ----------
    lost : (T,) bool array
    entries : iterable of dict

    Returns
    -------
    (T,) bool array
    """
    shortest = (entry["Scrub"].get("MinimumSegment", 0) for entry in entries if "Scrub" in entry)
    return without_short_segments(lost, max(shortest, default=0))


def _require_measured(values: np.ndarray, source: str, column: str) -> None:
    """Raise ValueError if frames after the first have no number: they may have to be censored."""
    if not values.size:
        return
    missing = np.flatnonzero(np.isnan(values))
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        raise ValueError(f"{source}: column {column!r} has no number, so that nothing can be censored by it.")
    if missing.size and missing[-1] > known[0]:
        frame = missing[missing > known[0]][0]
        raise ValueError(
            f"{source}: column {column!r} has no number in row {frame + 1} (frame {frame}), so that it is "
            "unknown whether to censor that frame; complete it, or use a strategy without scrubbing."
        )
