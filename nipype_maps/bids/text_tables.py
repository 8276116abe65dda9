"""Text tables: their lines, fields, headers and numbers, as people and programs write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ..notes import note
from ..storage.paths import PathLike
from ..storage.text import lines_of, read_text
from .decimal_commas import refuse_decimal_commas, remedy_of

MISSING = {"", "n/a", "na", "nan", "none", "null", "."}
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?inf(inity)?", re.I)
#: What pandas calls an index in a table that it has read and written again.
NAMELESS = {"", "unnamed: 0"}


def read_rows(path: PathLike) -> list[list[str]]:
    """The fields of each line, separated by tabs (always in a .tsv), commas or white space."""
    return fields_of(path, read_lines(path))


def read_lines(path: PathLike) -> list[str]:
    """The lines that are not blank; ValueError if there is none."""
    lines = [line for line in lines_of(read_text(path)) if line.strip(" ")]
    if not any(map(str.strip, lines)):
        raise ValueError(f"{path} is empty.")
    # an empty field between tabs is a missing value, so that a line of tabs is a row
    has_tabs = Path(path).suffix == ".tsv" or "\t" in lines[0]
    if has_tabs:
        return lines
    lines = [line for line in lines if line.strip()]
    refuse_decimal_commas(path, lines)
    return lines


def fields_of(path: PathLike, lines: list[str]) -> list[list[str]]:
    """The fields of some lines, the first of which is that of the table."""
    path = Path(path)
    try:
        if path.suffix == ".tsv" or "\t" in lines[0]:
            return list(csv.reader(lines, delimiter="\t", strict=True))
        if "," in lines[0]:
            return list(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise ValueError(f"{path} cannot be read as a table ({error}); check its quotation marks.") from error
    # R quotes names, which may then contain blanks
    fields = re.compile(r'"([^"]*)"|(\S+)')
    return [[quoted or bare for quoted, bare in fields.findall(line)] for line in lines]


def header_and_rows(path: PathLike, rows: list[list[str]]) -> tuple[list[str] | None, list[list[str]]]:
    """The header, or None, and the rows; an index that counts the rows is left out, with a note."""
    header, rows = [field.strip() for field in rows[0]], [[field.strip() for field in row] for row in rows]
    below = rows[1:]
    named = is_header(header)
    if below and len(header) + 1 == len(below[0]):  # R writes no name above the names of rows
        header, named = ["", *header], True
    if below and len(header) > 1 and header[0].lower() in NAMELESS:
        counted = [row[0] for row in below if row]
        start = int(counted[0]) if counted and re.fullmatch("[0-9]{1,9}", counted[0]) else 0
        if counted == [str(start + k) for k in range(len(below))] and (named or start < 2):
            note(
                f"the first column of {path} has no name and counts the rows; it is taken for an index, and "
                "left out.",
                "TableIndex",
            )
            return header[1:], [row[1:] for row in below]
    return (header, below) if named else (None, rows)


def require_one_width(
    path: PathLike, names: Sequence[str], rows: Sequence[Sequence[str]], first_line: int
) -> None:
    """Raise ValueError unless all rows have as many fields as there are names."""
    for number, row in enumerate(rows, start=first_line):
        if len(row) != len(names):
            raise ValueError(f"{path} has {len(row)} fields in line {number}, but {len(names)} in its first.")


def values_of(path: PathLike, names: Sequence[str], rows: Sequence[Sequence[str]]) -> np.ndarray:
    """(T, C) numbers of rows of fields; NaN for a missing field."""
    values = [[number_of(path, field, row, name) for field, name in zip(fields, names, strict=True)]
              for row, fields in enumerate(rows)]  # fmt: skip
    return np.array(values, dtype=float).reshape(len(rows), len(names))


def is_header(fields: Iterable[str]) -> bool:
    """Whether a first line of these fields is a header: one is neither a number nor missing."""
    return not all(map(is_number, fields))


def is_number(field: str) -> bool:
    """Whether a field is a number or missing; stricter than `float`, which takes 1_000 too."""
    return field.strip().lower() in MISSING or NUMBER.fullmatch(field.strip()) is not None


def number_of(path: PathLike, field: str, row: int, name: str) -> float:
    """A field as a number, NaN if it is missing; ValueError if it is neither."""
    try:
        value = float(field)  # far quicker than to match first
        if field.isascii() and "_" not in field:
            return value
    except ValueError:
        if field.strip().lower() in MISSING:
            return float("nan")
    field = field.strip()
    raise ValueError(f"{path}: {field!r} in row {row + 1} of column {name!r} is no number{remedy_of(field)}.")
