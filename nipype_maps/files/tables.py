"""Tables on disk: signals, confounds, sample masks and labels of frames."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..numerics.notes import note
from ..numerics.steps import even_step
from .atomic import replacing
from .column_names import check_names
from .doubtful import refuse_decimal_commas, remedy_of, without_header_of_pandas
from .names import listed
from .patterns import matching
from .sidecars import stem
from .text import lines_of, read_text

MISSING = {"", "n/a", "na", "nan", "none", "null", "."}
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?inf(inity)?", re.I)
#: Booleans as programs write them.
WORDS = {"true": True, "false": False}
#: What pandas calls an index in a table that it has read and written again.
NAMELESS = {"", "unnamed: 0"}


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
    """A table of numbers from others: a TSV, CSV, whitespace-separated or .npy file.

    Parameters
    ----------
    path : path-like
        The first line is a header if any of its fields is neither a number nor missing, or if
        it has no name for a column that counts the rows, as pandas and R write their index:
        that column is left out, with a warning.  Columns without a header are called
        ``<file's stem>_01…``.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If the file is empty, has rows of different lengths, fields that are no numbers, or a
        column that holds something and has no name.
    """
    path = Path(path)
    if path.suffix == ".npy":
        values = _read_npy(path)
        values = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
        return Table(_numbered(path, values.shape[1]), values.astype(float), str(path))
    header, rows = header_and_rows(path, read_rows(path))
    names = _numbered(path, len(rows[0])) if header is None else header
    _require_one_width(path, names, rows, first_line=1 if header is None else 2)
    if header is None and len(names) > 2 and rows[0] == [str(column) for column in range(len(names))]:
        note(
            f"the first line of {path} is taken for a frame, but counts the columns; if it is the header "
            "that pandas writes, give the columns names, and if not, write a line of names above it."
        )
    values = _values(path, names, rows)
    if nameless := [column for column, name in enumerate(names) if not name]:
        if not np.isnan(values[:, nameless]).all():
            raise ValueError(
                f"{path} has no name for column {nameless[0] + 1}; name the column, or leave it out."
            )
        values = np.delete(values, nameless, axis=1)
        names = [name for name in names if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path} has two columns named {twice[0]!r}; give each its own name.")
    return Table(names, values, str(path))


def read_signals(path) -> Table:
    """A table that `write_signals` wrote: whatever the first line holds, it is the header.

    Maps may be called ``1``, ``2`` and ``nan``, which `read_table` would take for a frame.

    Parameters
    ----------
    path : path-like
        A table of another kind than .tsv is read by `read_table`.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If the file is empty, has rows of different lengths, or fields that are no numbers.
    """
    path = Path(path)
    if path.suffix != ".tsv":
        return read_table(path)
    text = read_text(path)
    text = text.replace("\r\n", "\n") if "\r\n" in text else text
    if "\r" in text:
        raise ValueError(f"{path} has line breaks of two kinds; save it with one kind.")
    lines = text.rstrip("\n").split("\n")
    if lines == [""]:
        raise ValueError(f"{path} is empty.")
    names, *rows = [line.split("\t") for line in lines]
    check_names(names, str(path), "column")
    if all(map(_is_fraction, names)):
        note(
            f"the first line of {path} is taken for the names of its columns, but holds numbers ({names[0]}, "
            "…); if it is a frame, put a line of names before it."
        )
    _require_one_width(path, names, rows, first_line=2)
    return Table(names, _values(path, names, rows), str(path))


def write_signals(path, names: list[str], signals: np.ndarray) -> None:
    """Write a TSV of signals: a header, a row per frame, shortest floats that read back exactly.

    Parameters
    ----------
    path : path-like
    names : list of str, one per column
    signals : (T, K) float array
        NaN is written as ``n/a``.

    Raises
    ------
    ValueError
        If a table cannot hold a name: see `check_names`.
    """
    check_names(names, Path(path).name, "column")
    lines = ["\t".join(names)]
    lines += ["\t".join(map(_shortest, row)) for row in np.asarray(signals)]
    with replacing(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


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
        values = _read_npy(path)
        if values.ndim == 2 and 1 not in values.shape:
            raise ValueError(f"{path} has the shape {values.shape}; a sample mask is one list of frames.")
        values = values.ravel()
        if values.dtype == bool:
            return values
    else:
        fields, bare = _one_column(path, "a sample mask", _is_frame)
        fields = [field.lower() for field in fields]
        if bare:
            fields = without_header_of_pandas(path, fields, n_frames)
        if fields and all(field in WORDS for field in fields):
            return np.array([WORDS[field] for field in fields], dtype=bool)
        values = np.array([_number(path, field, row, "frames") for row, field in enumerate(fields)])
    whole = np.isfinite(values) & (np.abs(values) < 2**53)
    if not np.array_equal(values[whole], np.floor(values)):
        raise ValueError(f"{path} must hold frame indices (whole numbers) or booleans.")
    if values.size == n_frames > 2 and np.isin(values, (0, 1)).all():
        return values.astype(bool)
    return values.astype(int)


def read_labels(path, n_frames: int) -> list[str]:
    """One label per frame from a text file, one a line.

    Parameters
    ----------
    path : path-like
    n_frames : int
        Number of frames of the run.

    Raises
    ------
    ValueError
        If there are not as many labels as frames, or several columns.
    """
    labels, _ = _one_column(path, "labels of runs", lambda field: True)
    if len(labels) != n_frames:
        hint = "remove its header" if len(labels) == n_frames + 1 else "give one per frame"
        raise ValueError(f"{path} has {len(labels)} labels for {n_frames} frames; {hint}.")
    return labels


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


def read_rows(path) -> list[list[str]]:
    """Fields of a text table's lines, separated by tabs (always in a .tsv), commas or white space."""
    return fields_of(path, read_lines(path))


def read_lines(path) -> list[str]:
    """The lines of a text table that are not blank; ValueError where there is none."""
    lines = [line for line in lines_of(read_text(path)) if line.strip(" ")]
    if not any(map(str.strip, lines)):
        raise ValueError(f"{path} is empty.")
    # between tabs, nothing is a missing value
    has_tabs = Path(path).suffix == ".tsv" or "\t" in lines[0]
    if has_tabs:
        return lines
    lines = [line for line in lines if line.strip()]
    refuse_decimal_commas(path, lines)
    return lines


def fields_of(path, lines: list[str]) -> list[list[str]]:
    """Fields of the first lines of a table, or of all."""
    path = Path(path)
    try:
        if path.suffix == ".tsv" or "\t" in lines[0]:
            return list(csv.reader(lines, delimiter="\t", strict=True))
        if "," in lines[0]:
            return list(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise ValueError(f"{path} cannot be read as a table ({error}); check its quotation marks.") from error
    # R quotes names, which may then hold blanks
    fields = re.compile(r'"([^"]*)"|(\S+)')
    return [[quoted or bare for quoted, bare in fields.findall(line)] for line in lines]


def header_and_rows(path, rows: list[list[str]]) -> tuple[list[str] | None, list[list[str]]]:
    """The header, where there is one, and the rows, without an index that counts them."""
    header, rows = [field.strip() for field in rows[0]], [[field.strip() for field in row] for row in rows]
    below = rows[1:]
    named = is_header(header)
    if below and len(header) + 1 == len(below[0]):  # R's names of rows have none themselves
        header, named = ["", *header], True
    if below and len(header) > 1 and header[0].lower() in NAMELESS:
        counted = [row[0] for row in below if row]
        start = int(counted[0]) if counted and re.fullmatch("[0-9]{1,9}", counted[0]) else 0
        if counted == [str(start + k) for k in range(len(below))] and (named or start < 2):
            note(
                f"the first column of {path} has no name and counts the rows; it is taken for an index, and "
                "left out."
            )
            return header[1:], [row[1:] for row in below]
    return (header, below) if named else (None, rows)


def _one_column(path, what: str, is_value) -> tuple[list[str], bool]:
    """Fields of a file that holds one list: a line each, or all in one line; without a header.

    And whether each has a line, and the first of them may be a header all the same.
    """
    lines = read_rows(path)
    header, rows = header_and_rows(path, lines)
    indexed = header is not None and len(lines[-1]) > len(header)
    if header is not None and not indexed and (len(lines) == 1 or all(map(is_value, header))):
        header, rows = None, [header, *rows]  # words, which are no numbers
    widths = {len(row) for row in rows}
    if len(rows) > 1 and widths != {1}:
        raise ValueError(f"{path} has {max(widths)} columns; {what} must be one column.")
    fields = [field for row in rows for field in row]
    # pandas calls a column without a name 0
    if header is None and len(fields) > 1 and fields[0].lower() not in WORDS:
        fields = fields[1:] if all(field.lower() in WORDS for field in fields[1:]) else fields
    return fields, header is None and len(rows) > 1


def _is_frame(field: str) -> bool:
    return field.lower() in WORDS or _is_number(field)


def _require_one_width(path, names, rows, first_line: int) -> None:
    for number, row in enumerate(rows, start=first_line):
        if len(row) != len(names):
            raise ValueError(f"{path} has {len(row)} fields in line {number}, but {len(names)} in its first.")


def _values(path, names, rows) -> np.ndarray:
    values = [[_number(path, field, row, name) for field, name in zip(fields, names, strict=True)]
              for row, fields in enumerate(rows)]  # fmt: skip
    return np.array(values, dtype=float).reshape(len(rows), len(names))


def _read_npy(path: Path) -> np.ndarray:
    try:
        # mapped, so that a header that promises more than the file holds takes no memory
        values = np.load(path, mmap_mode="r", allow_pickle=False)
        values = np.array(values)
    except Exception as error:  # a damaged header raises whatever Python's tokenizer does
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path} cannot be read as a .npy file ({reason}); save it again.") from error
    if values.dtype.kind not in "biuf" or values.ndim > 2:
        raise ValueError(f"{path} must hold a 1D or 2D array of numbers.")
    return values


def _numbered(path: Path, n: int) -> list[str]:
    return [f"{stem(path)}_{column:02d}" for column in range(1, n + 1)]


def is_header(fields) -> bool:
    """Whether a first line of these fields is a header: one is neither a number nor missing."""
    return not all(map(_is_number, fields))


def _is_number(field: str) -> bool:
    """Whether a field is a number or missing; Python's float takes 1_000 and other digits besides."""
    return field.strip().lower() in MISSING or NUMBER.fullmatch(field.strip()) is not None


def _is_fraction(field: str) -> bool:
    return NUMBER.fullmatch(field.strip()) is not None and not field.strip().lstrip("+-").isalnum()


def _number(path, field: str, row: int, name: str) -> float:
    try:
        value = float(field)  # far quicker than to look first
        if field.isascii() and "_" not in field:
            return value
    except ValueError:
        if field.strip().lower() in MISSING:
            return float("nan")
    field = field.strip()
    raise ValueError(f"{path}: {field!r} in row {row + 1} of column {name!r} is no number{remedy_of(field)}.")


def _shortest(value) -> str:
    # numpy's own scalar, so that a float32 is written with the digits of a float32
    return "n/a" if np.isnan(value) else str(value)
