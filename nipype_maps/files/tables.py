"""Tables on disk: signals, confounds, sample masks and labels of frames."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from ..numerics.notes import note
from .atomic import replacing
from .sidecars import stem

MISSING = {"", "n/a", "na", "nan", "none", "null", "."}


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of numbers.

    Attributes
    ----------
    names : list of str, one per column
    values : (T, C) float64 array
        NaN where the file says ``n/a``.
    source : str
        For messages.
    """

    names: list[str]
    values: np.ndarray
    source: str = "table"


def read_table(path) -> Table:
    """A table of numbers from a TSV, CSV, whitespace-separated or .npy file.

    Parameters
    ----------
    path : path-like
        The first line is a header if any of its fields is neither a number nor missing, or if
        it has no name for a column that counts the rows, as pandas writes its index: that
        column is left out.  Columns without a header are called ``<file's stem>_01…``.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If the file is empty, has rows of different lengths, or fields that are no numbers.
    """
    path = Path(path)
    if path.suffix == ".npy":
        values = _read_npy(path)
        values = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
        return Table(_numbered(path, values.shape[1]), values.astype(float), str(path))
    rows = read_rows(path)
    header = None
    if counts := _counts_rows(rows):
        note(
            f"the first column of {path} has no name and counts the rows; it is taken for pandas' index, and "
            "left out."
        )
        rows = [row[1:] for row in rows]
    if counts or not all(_is_number(field) for field in rows[0]):
        header, rows = [field.strip() for field in rows[0]], rows[1:]
    width = len(header if header is not None else rows[0])
    for number, row in enumerate(rows, start=1 if header is None else 2):
        if len(row) != width:
            raise ValueError(f"{path} has {len(row)} fields in line {number}, but {width} in its first.")
    names = _numbered(path, width) if header is None else header
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path} has two columns named {twice[0]!r}; give each its own name.")
    values = [[_number(path, field, row, name) for field, name in zip(fields, names, strict=True)]
              for row, fields in enumerate(rows)]  # fmt: skip
    return Table(names, np.array(values, dtype=float).reshape(len(rows), width), str(path))


def write_signals(path, names: list[str], signals: np.ndarray) -> None:
    """Write a TSV of signals: a header, a row per frame, shortest floats that read back exactly.

    Parameters
    ----------
    path : path-like
    names : list of str, one per column
    signals : (T, K) float array
        NaN is written as ``n/a``.
    """
    lines = ["\t".join(names)]
    lines += ["\t".join(map(_shortest, row)) for row in np.asarray(signals)]
    with replacing(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_confounds(
    paths, patterns, n_frames: int, kept: np.ndarray, constants: bool = False
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
    tables = [read_table(path) for path in paths]
    for table in tables:
        if len(table.values) != n_frames:
            raise ValueError(
                f"{table.source} has {len(table.values)} rows, but the run has {n_frames} frames; "
                "give the confounds of this run."
            )
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
        gaps = np.setdiff1d(np.arange(known[0], used.size), known)
        if gaps.size:
            raise ValueError(
                f"{where}: column {name!r} has no number in row {kept[gaps[0]] + 1} (frame "
                f"{kept[gaps[0]]}); leave the column out, or censor the frame by sample_mask."
            )
        if known[0] > 0:
            used[: known[0]] = used[known[0]]
            filled.append(name)
        values[kept, column] = used
        if not constants and np.ptp(used) == 0:
            _refuse_constant(where, name, whole_run=kept.size == n_frames)
    _refuse_twins(chosen, values)
    return Table([name for name, *_ in chosen], values), filled


def read_sample_mask(path, n_frames: int) -> np.ndarray:
    """Frames to keep from a .npy, .txt or .tsv file: indices, or one boolean per frame.

    Numbers are booleans if there are as many as frames, and all are 0 or 1; a run of one or
    two frames takes them as indices.

    Parameters
    ----------
    path : path-like
    n_frames : int
        Number of frames of the run.

    Returns
    -------
    1D array of bool or int
    """
    path = Path(path)
    if path.suffix == ".npy":
        values = _read_npy(path).ravel()
        if values.dtype == bool:
            return values
    else:
        fields = [field.strip().lower() for row in read_rows(path) for field in row]
        words = {"true": 1.0, "false": 0.0}
        if not (_is_number(fields[0]) or fields[0] in words):
            fields = fields[1:]
        if fields and all(field in words for field in fields):
            return np.array([words[field] for field in fields], dtype=bool)
        values = np.array([_number(path, field, row, "frames") for row, field in enumerate(fields)])
    if not np.array_equal(values, np.floor(values)):
        raise ValueError(f"{path} must hold frame indices (whole numbers) or booleans.")
    if values.size == n_frames > 2 and np.isin(values, (0, 1)).all():
        return values.astype(bool)
    return values.astype(int)


def read_labels(path) -> list[str]:
    """One label per frame from a text file, one a line."""
    return [row[0].strip() for row in read_rows(path)]


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
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name, *_ in columns):
            names = [name for name, *_ in columns]
            near = difflib.get_close_matches(pattern, names, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else f"they are {_some(names)}."
            raise ValueError(
                f"{columns[0][2] if columns else 'no table'}: no confound column matches {pattern!r}; {hint}"
            )
    return _unique(c for c in columns if any(fnmatchcase(c[0], pattern) for pattern in patterns))


def _unique(columns):
    """Columns of several tables; a name that comes again must be told apart."""
    columns, seen = list(columns), {}
    for name, _, source in columns:
        if name in seen:
            raise ValueError(f"{source} and {seen[name]} both have a confound column {name!r}; rename one.")
        seen[name] = source
    return columns


def _some(names, most=8):
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def read_rows(path) -> list[list[str]]:
    """Fields of a text table's lines, separated by tabs (always in a .tsv), commas or white space."""
    path = Path(path)
    text = path.read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError(f"{path} is empty.")
    if path.suffix == ".tsv" or "\t" in lines[0]:
        return list(csv.reader(lines, delimiter="\t"))
    if "," in lines[0]:
        return list(csv.reader(lines))
    return [line.split() for line in lines]


def _read_npy(path: Path) -> np.ndarray:
    values = np.load(path, allow_pickle=False)
    if values.dtype.kind not in "biuf" or values.ndim > 2:
        raise ValueError(f"{path} must hold a 1D or 2D array of numbers.")
    return values


def _counts_rows(rows: list[list[str]]) -> bool:
    """Whether the first column has no name, and then 0, 1, 2... below."""
    counted = [row[0].strip() for row in rows[1:]]
    return rows[0][0].strip() == "" and len(rows[0]) > 1 and counted == [str(k) for k in range(len(counted))]


def _numbered(path: Path, n: int) -> list[str]:
    return [f"{stem(path)}_{column:02d}" for column in range(1, n + 1)]


def _is_number(field: str) -> bool:
    if field.strip().lower() in MISSING:
        return True
    return (
        re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", field.strip(), re.I)
        is not None
    )


def _number(path, field: str, row: int, name: str) -> float:
    field = field.strip()
    if field.lower() in MISSING:
        return float("nan")
    try:
        return float(field)
    except ValueError:
        raise ValueError(f"{path}: {field!r} in row {row + 1} of column {name!r} is no number.") from None


def _shortest(value) -> str:
    # numpy's own scalar, so that a float32 is written with the digits of a float32
    return "n/a" if np.isnan(value) else str(value)
