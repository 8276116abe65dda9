"""Text tables of numbers, as users have them: TSV, CSV, white space, .npy."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..images.filenames import display_name, stem
from ..notes import note
from ..storage.text import lines_of, read_text
from .ambiguous import refuse_decimal_commas, remedy_of

MISSING = {"", "n/a", "na", "nan", "none", "null", "."}


NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?inf(inity)?", re.I)


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
        values = read_npy(path)
        values = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
        return Table(_numbered(path, values.shape[1]), values.astype(float), display_name(path))
    header, rows = header_and_rows(path, read_rows(path))
    path = Path(display_name(path))
    names = _numbered(path, len(rows[0])) if header is None else header
    require_one_width(path, names, rows, first_line=1 if header is None else 2)
    if header is None and len(names) > 2 and rows[0] == [str(column) for column in range(len(names))]:
        note(
            f"the first line of {path} is taken for a frame, but counts the columns; if it is the header "
            "that pandas writes, give the columns names, and if not, write a line of names above it."
        )
    values = values_of(path, names, rows)
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


def require_one_width(path, names, rows, first_line: int) -> None:
    """Raise ValueError unless all rows have as many fields as there are names."""
    for number, row in enumerate(rows, start=first_line):
        if len(row) != len(names):
            raise ValueError(f"{path} has {len(row)} fields in line {number}, but {len(names)} in its first.")


def values_of(path, names, rows) -> np.ndarray:
    """(T, C) numbers of rows of fields; NaN where a field is missing."""
    values = [[number_of(path, field, row, name) for field, name in zip(fields, names, strict=True)]
              for row, fields in enumerate(rows)]  # fmt: skip
    return np.array(values, dtype=float).reshape(len(rows), len(names))


def read_npy(path: Path) -> np.ndarray:
    """A 1D or 2D array of numbers from a .npy file."""
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
    return not all(map(is_number, fields))


def is_number(field: str) -> bool:
    """Whether a field is a number or missing; Python's float takes 1_000 and other digits besides."""
    return field.strip().lower() in MISSING or NUMBER.fullmatch(field.strip()) is not None


def number_of(path, field: str, row: int, name: str) -> float:
    """A field as a number, NaN where it is missing; ValueError where it is something else."""
    try:
        value = float(field)  # far quicker than to look first
        if field.isascii() and "_" not in field:
            return value
    except ValueError:
        if field.strip().lower() in MISSING:
            return float("nan")
    field = field.strip()
    raise ValueError(f"{path}: {field!r} in row {row + 1} of column {name!r} is no number{remedy_of(field)}.")
