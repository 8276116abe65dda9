"""Which frames a strategy censors: dummy scans, large motion, and short segments between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..bids.tables import Table
from ..numerics.frames import acquisition_name
from ..numerics.scrub import above, without_short_segments
from .columns import matching
from .strategies import Strategy

#: Columns of a table that Scrub's thresholds refer to.
MEASURES = {"FramewiseDisplacement": "framewise_displacement", "StandardizedDVARS": "std_dvars"}
#: Columns that mark frames at the run's start, before the steady state.
DUMMIES = "non_steady_state*"


def censored_frames(
    entries: Mapping[str, Strategy], table: Table, strategy: str, acquisitions: Sequence[np.ndarray]
) -> dict[str, list[int]]:
    """Frames to censor, by the reason: ``non_steady_state``, or the column of a measure.

    Parameters
    ----------
    entries : dict of str to dict
        Of the strategy, by name.
    table : Table
        Of confounds, (T, C).
    strategy : str
        For messages.
    acquisitions : sequence of int arrays
        The frames of each: of a table of a single acquisition, all.

    Raises
    ------
    ValueError
        If the table lacks a measure, or a measure has no number after the first ones of an
        acquisition.

    Examples
    --------
    >>> table = Table(["non_steady_state_outlier00"], np.array([[1.0], [0], [0]]))
    >>> censored_frames({}, table, "none", [np.arange(3)])
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
            for frames_of_one in acquisitions:
                _require_measured(values, frames_of_one, table.source, column)
            if frames := np.flatnonzero(above(values, entry["Scrub"][key])).tolist():
                censored[column] = sorted({*censored.get(column, []), *frames})
    return censored


def with_short_segments(
    lost: np.ndarray, entries: Iterable[Strategy], acquisitions: Sequence[np.ndarray]
) -> np.ndarray:
    """Censored frames, and the segments between them that are shorter than an entry's MinimumSegment.

    Parameters
    ----------
    lost : (T,) bool array
    entries : iterable of dict
    acquisitions : sequence of int arrays
        The frames of each: a segment ends where its acquisition does.

    Returns
    -------
    (T,) bool array
    """
    shortest = max(
        (entry["Scrub"].get("MinimumSegment", 0) for entry in entries if "Scrub" in entry), default=0
    )
    more = np.zeros_like(lost)
    for frames in acquisitions:
        more[frames] = without_short_segments(lost[frames], shortest)
    return more


def _require_measured(values: np.ndarray, frames: np.ndarray, source: str, column: str) -> None:
    """Raise ValueError if a frame after the first ones of an acquisition has no number."""
    if not frames.size:
        return
    is_known = ~np.isnan(values[frames])
    if not is_known.any():
        name = acquisition_name(frames, values.size)
        raise ValueError(
            f"{source}: column {column!r} has no number{f' in {name}' if name else ''}, so that nothing "
            "can be censored by it."
        )
    later = frames[is_known.argmax() :][~is_known[is_known.argmax() :]]
    if later.size:
        raise ValueError(
            f"{source}: column {column!r} has no number in row {later[0] + 1} (frame {later[0]}), so that it "
            "is unknown whether to censor that frame; complete it, or use a strategy without scrubbing."
        )
