"""Columns of confound tables, checked and ready to be regressed out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..bids.tables import Table, read_table
from ..images.filenames import short_name
from ..notes import note
from ..numerics.frames import acquisition_name
from ..numerics.steps import even_step
from ..storage.paths import PathLike
from .columns import chosen_by

#: More columns are rarely meant to be regressed out together: tables of fMRIPrep have hundreds.
MANY = 50
#: A column: its name, its values (T,), and the table that it comes from.
Column = tuple[str, np.ndarray, str]


def read_confounds(
    paths: Sequence[PathLike],
    patterns: Sequence[str],
    n_frames: int,
    kept: np.ndarray,
    constants: bool = False,
    read: Callable[[PathLike], Table] = read_table,
    acquisitions: Sequence[np.ndarray] | None = None,
) -> tuple[Table, list[str]]:
    """Columns from confound tables, checked and ready to be regressed out.

    Parameters
    ----------
    paths : sequence of path-likes
        Tables of one row per frame of the run.
    patterns : sequence of str
        Names or wildcard patterns (``trans_*``) of the columns to take; empty takes all.
    n_frames : int
        Number of frames of the run, T.
    kept : (T_kept,) int array
        Frames that are used.  Values of the others are never read.
    constants : bool
        Whether a constant column has an effect (it removes the mean).  If not, one is refused in a
        whole run, and noted if frames are censored, which may have been all that it marks.
    read : callable
        `read_table`, or `read_signals` for tables that this package wrote.
    acquisitions : sequence of int arrays, optional
        The frames of each, where several were concatenated.

    Returns
    -------
    confounds : Table
        (T, C), finite; zero in frames that are not kept.
    filled : list of str
        Columns whose first kept rows, of any acquisition, were ``n/a`` and took the next value
        (derivatives have none in their first frame).

    Raises
    ------
    ValueError
        If a table's length is wrong, a pattern matches no column, a value is missing after the
        first ones of an acquisition, or a column is constant or equal to another.
    """
    tables = [read(path) for path in paths]
    for table in tables:
        require_rows(table.source, len(table.values), n_frames)
    columns = [
        (name, table.values[:, index], table.source)
        for table in tables
        for index, name in enumerate(table.names)
    ]
    chosen = _choose(columns, patterns)
    acquisitions = [np.arange(n_frames)] if acquisitions is None else acquisitions
    values = np.zeros((n_frames, len(chosen)))
    filled = []
    for index, (name, series, source) in enumerate(chosen):
        for frames in acquisitions:
            used, is_filled = _without_gaps(name, series, frames[np.isin(frames, kept)], frames, source)
            values[frames[np.isin(frames, kept)], index] = used
            if is_filled and name not in filled:
                filled.append(name)
        used = values[kept, index]
        _note_trend(name, series, used, kept, source)
        if not constants and np.ptp(used) == 0:
            _refuse_constant(source, name, whole_run=kept.size == n_frames)
    _refuse_equal(chosen, values)
    return Table([name for name, *_ in chosen], values), filled


def require_rows(source: str, n_rows: int, n_frames: int, run: str = "the run") -> None:
    """Raise ValueError unless a table of confounds has a row per frame of the run.

    Parameters
    ----------
    source, run : str
        Names of table and run, for the message.
    n_rows, n_frames : int
    """
    if n_rows != n_frames:
        raise ValueError(
            f"{source} has {n_rows} rows, but {run} has {n_frames} frames; give the confounds of this run."
        )


def require_selected_from(selection: Mapping[str, Any], n_frames: int) -> None:
    """Raise ValueError if confounds were selected from a table with another number of rows.

    Parameters
    ----------
    selection : dict
        What SelectConfounds recorded; may be empty.
    n_frames : int
        Number of frames of the run.
    """
    names = [origin["File"] for origin in selection.get("Provenance", {}).get("Confounds", [])]
    n_rows = selection.get("FramesInRun", n_frames)
    require_rows(", ".join(names) or "the table of confounds", n_rows, n_frames)


def note_many_columns(table: Table, files: Sequence[PathLike]) -> None:
    """Note that more columns are regressed out than is often meant; these files' whole tables are."""
    if len(table.names) > MANY:
        note(
            f"all {len(table.names)} columns of {short_name(files[0])} are regressed out; choose some of "
            "them by confound_columns (--confound-columns) or confounds_strategy (--confounds-strategy) "
            "unless that is meant.",
            "ManyConfounds",
        )


def joined(tables: Sequence[Table], n_frames: int) -> Table:
    """All columns of some tables with a row per frame, side by side; (T, 0) of none.

    Examples
    --------
    >>> joined([Table(["a"], np.ones((2, 1))), Table(["b"], np.zeros((2, 1)))], 2).values
    array([[1., 0.],
           [1., 0.]])
    """
    names = [name for table in tables for name in table.names]
    return Table(names, np.hstack([np.zeros((n_frames, 0)), *(table.values for table in tables)]))


def _without_gaps(
    name: str, series: np.ndarray, kept: np.ndarray, acquisition: np.ndarray, source: str
) -> tuple[np.ndarray, bool]:
    """Values in kept frames of an acquisition, leading ``n/a`` filled with the next, and whether any were."""
    used = series[kept]
    if not used.size:
        return used, False
    known = np.flatnonzero(np.isfinite(used))
    if known.size == 0:
        where = acquisition_name(acquisition, series.size)
        raise ValueError(
            f"{source}: column {name!r} has no number in any kept frame{f' of {where}' if where else ''}; "
            "leave it out."
        )
    first = np.flatnonzero(~np.isnan(used))[0]  # an infinite first value is not a missing one
    gaps = np.setdiff1d(np.arange(first, used.size), known)
    if gaps.size:
        raise ValueError(
            f"{source}: column {name!r} has no number in row {kept[gaps[0]] + 1} (frame "
            f"{kept[gaps[0]]}); leave the column out, or censor the frame by sample_mask (--sample-mask)."
        )
    used[: known[0]] = used[known[0]]
    return used, bool(known[0] > 0)


def _note_trend(name: str, series: np.ndarray, used: np.ndarray, kept: np.ndarray, source: str) -> None:
    """Note a column of times, or of numbers of frames, which is a linear trend."""
    step = even_step(used, kept) if len(used) > 2 else None
    if step is None:
        return
    counts = series[0] in (0, 1) and np.array_equal(series, series[0] + np.arange(len(series)))
    how = (
        "counts the rows"
        if counts
        else f"{'rises' if step > 0 else 'falls'} by {abs(step):g} from row to row"
    )
    note(
        f"{source}: column {name!r} {how}, so that a linear trend is regressed out; leave it out "
        "unless that is meant.",
        "LinearTrend",
    )


def _refuse_constant(source: str, name: str, whole_run: bool) -> None:
    where = "" if whole_run else " in the frames that are kept"
    message = (
        f"{source}: column {name!r} is constant{where}, so that there is nothing to regress out; leave it "
        "out."
    )
    if whole_run:
        raise ValueError(message)
    note(message, "ConstantConfound")


def _refuse_equal(chosen: Sequence[Column], values: np.ndarray) -> None:
    """Raise ValueError if two columns that vary are equal."""
    seen: dict[bytes, tuple[str, str]] = {}
    for (name, _, source), column in zip(chosen, values.T, strict=True):
        if np.ptp(column) == 0:
            continue
        earlier = seen.setdefault(column.tobytes(), (name, source))
        if earlier != (name, source):
            raise ValueError(
                f"{source}: column {name!r} is the same as {earlier[0]!r} of {earlier[1]}; leave one out."
            )


def _choose(columns: Sequence[Column], patterns: Sequence[str]) -> list[Column]:
    """The columns that patterns match, in the order of the tables; all without patterns."""
    if not patterns:
        return _unique(columns)
    source = columns[0][2] if columns else "no table"
    wanted = chosen_by([name for name, *_ in columns], patterns, source)
    return _unique(column for column in columns if column[0] in wanted)


def _unique(columns: Iterable[Column]) -> list[Column]:
    """Columns of several tables; ValueError if two have one name."""
    found = list(columns)
    seen: dict[str, str] = {}
    for name, _, source in found:
        if name in seen:
            raise ValueError(f"{source} and {seen[name]} both have a confound column {name!r}; rename one.")
        seen[name] = source
    return found
