"""What a strategy selects from a table of confounds: columns to regress out, and frames to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bids.tables import Table
from ..numerics.frames import acquisition_name
from .censoring import censored_frames, with_short_segments
from .columns import matching
from .compcor import components
from .strategies import Strategies, Strategy, entries_of


@dataclass(frozen=True)
class Selection:
    """Columns and frames that a strategy selects from one table.

    Attributes
    ----------
    columns : list of str
        In the order of the table.
    kept : list of int
        Frames.
    censored : dict of str to list of int
        Frames, by the reason: a measure's column, 'non_steady_state', 'sample_mask',
        'short_segment'.
    """

    columns: list[str]
    kept: list[int]
    censored: dict[str, list[int]]


def select(
    strategy: str,
    strategies: Strategies,
    table: Table,
    metadata: Mapping[str, Any],
    kept: np.ndarray | None = None,
    acquisitions: Sequence[np.ndarray] | None = None,
) -> Selection:
    """Apply a strategy to a table of confounds.

    Frames at the run's start that are not in a steady state, by the table's columns, are
    censored by every strategy.

    Parameters
    ----------
    strategy : str
        Names joined by ``+``.
    strategies : dict
        From `read_strategies`.
    table : Table
        As fMRIPrep writes it, (T, C).
    metadata : dict
        The table's sidecar, which describes CompCor's components.
    kept : (T_kept,) int array, optional
        Frames to choose from; the others count as censored by 'sample_mask'.
    acquisitions : sequence of int arrays, optional
        The frames of each, where several were concatenated.

    Returns
    -------
    Selection

    Raises
    ------
    ValueError
        If a strategy is not known, the table lacks what it needs, or no frame is left.

    Examples
    --------
    >>> table = Table(["csf", "non_steady_state_outlier00"], np.array([[1.0, 1], [2, 0], [3, 0]]))
    >>> select("csf", {"csf": {"Columns": ["csf"]}}, table, {})
    Selection(columns=['csf'], kept=[1, 2], censored={'non_steady_state': [0]})
    """
    n_frames = len(table.values)
    acquisitions = [np.arange(n_frames)] if acquisitions is None else acquisitions
    entries = entries_of(strategy, strategies)
    chosen = _columns(entries, table.names, metadata, table.source, strategy)
    censored = censored_frames(entries, table, strategy, acquisitions)
    if kept is not None and len(kept) < n_frames:
        censored["sample_mask"] = np.setdiff1d(np.arange(n_frames), kept).tolist()
    lost = np.zeros(n_frames, dtype=bool)
    for frames in censored.values():
        lost[frames] = True
    more = with_short_segments(lost, entries.values(), acquisitions)
    if short := np.flatnonzero(more & ~lost).tolist():
        censored["short_segment"] = short
    for acquisition in acquisitions:
        if more[acquisition].all():
            name = acquisition_name(acquisition, n_frames)
            raise ValueError(
                f"{table.source}: strategy {strategy!r} censors all {acquisition.size} frames"
                f"{f' of {name}' if name else ''}; choose another one, or leave the run out."
            )
    columns = [name for name in table.names if name in chosen]
    return Selection(columns, np.flatnonzero(~more).tolist(), censored)


def require_columns(
    strategy: str, strategies: Strategies, names: Sequence[str], metadata: Mapping[str, Any], source: str
) -> None:
    """Raise ValueError if a table with these columns lacks what a strategy needs; no values are read.

    Parameters
    ----------
    strategy, strategies, metadata
        As for `select`.
    names : sequence of str
        Columns of the table.
    source : str
        The table, for messages.
    """
    entries = entries_of(strategy, strategies)
    _columns(entries, names, metadata, source, strategy)
    censored_frames(entries, Table(list(names), np.empty((0, len(names))), source), strategy, [])


def _columns(
    entries: Mapping[str, Strategy],
    names: Sequence[str],
    metadata: Mapping[str, Any],
    source: str,
    strategy: str,
) -> set[str]:
    """The columns that the entries of a strategy take."""
    chosen: set[str] = set()
    for name, entry in entries.items():
        wanted_by = f"{name!r} of strategy {strategy!r}"
        for pattern in entry.get("Columns", []):
            found = matching(names, pattern)
            if not found:
                raise ValueError(
                    f"{source} has no column {pattern!r}, which {wanted_by} needs; choose another strategy, "
                    "or run the preprocessing that makes it."
                )
            chosen.update(found)
        for pattern in entry.get("OptionalColumns", []):
            chosen.update(matching(names, pattern))
        if "CompCor" in entry:
            chosen.update(components(names, metadata, entry["CompCor"], source, wanted_by))
    return chosen
