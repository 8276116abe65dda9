"""Columns of confound tables, ready to be regressed out."""

from __future__ import annotations

import difflib

import numpy as np

from ..bids.tables import Table, read_table
from ..notes import listed, note
from ..numerics.steps import even_step
from .columns import matching


def read_confounds(
    paths, patterns, n_frames: int, kept: np.ndarray, constants: bool = False, read=read_table
) -> tuple[Table, list[str]]:
    """Columns from confound tables, ready to be regressed out.

    Parameters
    ----------
    paths : list of path-likes
        Tables of one row per frame of the run.
    patterns : list of str
        Names or wildcard patterns (``trans_*``) of the columns to take; empty takes all.
    n_frames : int
        Number of frames of the run, T.
    kept : (T_kept,) int array
        Frames that are used.  What the others hold is never read.
    constants : bool
        Whether a constant column says something (it takes the mean along); if not, one
        is refused in a whole run, and warned of where frames are censored, since the
        censored ones may have been all that it marks.
    read : callable
        `read_table`, or `read_signals` for tables of this package's own.

    Returns
    -------
    confounds : Table
        (T, C), finite; zero in frames that are not kept.
    filled : list of str
        Columns whose first kept rows were ``n/a`` and took the next value (derivatives have
        none in their first frame).

    Raises
    ------
    ValueError
        If a table's length is wrong, a pattern matches no column, a value is missing after a
        column's first ones, or a column says nothing or the same as another.
    """
    tables = [read(path) for path in paths]
    for table in tables:
        require_rows(table, n_frames)
    everything = [
        (name, table.values[:, column], table.source)
        for table in tables
        for column, name in enumerate(table.names)
    ]
    chosen = _choose(everything, patterns)
    values = np.zeros((n_frames, len(chosen)))
    filled = []
    for column, (name, series, where) in enumerate(chosen):
        used = series[kept].copy()
        known = np.flatnonzero(np.isfinite(used))
        if known.size == 0:
            raise ValueError(f"{where}: column {name!r} has no number in any kept frame; leave it out.")
        first = np.flatnonzero(~np.isnan(used))[0]  # infinity is not what a first row lacks
        gaps = np.setdiff1d(np.arange(first, used.size), known)
        if gaps.size:
            raise ValueError(
                f"{where}: column {name!r} has no number in row {kept[gaps[0]] + 1} (frame "
                f"{kept[gaps[0]]}); leave the column out, or censor the frame by sample_mask."
            )
        if known[0] > 0:
            used[: known[0]] = used[known[0]]
            filled.append(name)
        values[kept, column] = used
        if (step := _step(used, kept)) is not None:
            counts = series[0] in (0, 1) and np.array_equal(series, series[0] + np.arange(n_frames))
            how = "counts the rows"
            if not counts:
                how = f"{'rises' if step > 0 else 'falls'} by {abs(step):g} from row to row"
            note(
                f"{where}: column {name!r} {how}, so that a linear trend is regressed out; leave it out "
                "unless that is meant."
            )
        if not constants and np.ptp(used) == 0:
            _refuse_constant(where, name, whole_run=kept.size == n_frames)
    _refuse_twins(chosen, values)
    return Table([name for name, *_ in chosen], values), filled


def require_rows(table: Table, n_frames: int) -> None:
    """Raise ValueError unless a table of confounds has a row per frame of the run."""
    if len(table.values) != n_frames:
        raise ValueError(
            f"{table.source} has {len(table.values)} rows, but the run has {n_frames} frames; "
            "give the confounds of this run."
        )


def _step(values, frames) -> float | None:
    """The step from row to row of a column of times or numbers of frames; None of any other column."""
    return even_step(values, frames) if len(values) > 2 else None


def _refuse_constant(source, name, whole_run) -> None:
    sentence = (
        f"{source}: column {name!r} is constant, so that there is nothing to regress out; leave it out."
    )
    if whole_run:
        raise ValueError(sentence)
    note(sentence.replace("is constant", "is constant in the frames that are kept"))


def _refuse_twins(chosen, values) -> None:
    """Raise ValueError if two columns that vary are equal."""
    seen: dict[bytes, tuple] = {}
    for (name, _, source), column in zip(chosen, values.T, strict=True):
        if np.ptp(column) == 0:
            continue
        earlier = seen.setdefault(column.tobytes(), (name, source))
        if earlier != (name, source):
            raise ValueError(
                f"{source}: column {name!r} is the same as {earlier[0]!r} of {earlier[1]}; leave one out."
            )


def _choose(columns, patterns):
    if not patterns:
        return _unique(columns)
    names = [name for name, *_ in columns]
    wanted = set()
    for pattern in patterns:
        found = matching(names, pattern)
        wanted.update(found)
        if not found:
            near = difflib.get_close_matches(pattern, names, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else f"they are {listed(names)}."
            raise ValueError(
                f"{columns[0][2] if columns else 'no table'}: no confound column matches {pattern!r}; {hint}"
            )
    return _unique(column for column in columns if column[0] in wanted)


def _unique(columns):
    """Columns of several tables; a name that comes again must be told apart."""
    columns, seen = list(columns), {}
    for name, _, source in columns:
        if name in seen:
            raise ValueError(f"{source} and {seen[name]} both have a confound column {name!r}; rename one.")
        seen[name] = source
    return columns
