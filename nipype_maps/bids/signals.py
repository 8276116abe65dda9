"""Tables of signals: a header, a row per frame, numbers that read back exactly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..images.filenames import display_name, stem
from ..notes import listed, note
from ..storage.atomic import replacing
from ..storage.paths import PathLike
from ..storage.text import read_text
from .column_names import check_names
from .tables import Table, read_table
from .text_tables import NUMBER, require_one_width, values_of


def read_signals(path: PathLike) -> Table:
    """A table that `write_signals` wrote, whose first line is always the header.

    Maps may be called ``1``, ``2`` and ``nan``, which `read_table` would take for numbers.

    Parameters
    ----------
    path : path-like
        A table that is no .tsv is read by `read_table`.

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
    check_names(names, display_name(path), "column")
    if all(map(_is_fraction, names)):
        note(
            f"the first line of {path} is taken for the names of its columns, but has numbers ({names[0]}, "
            "…); if it is a frame, put a line of names before it.",
            "TableHeader",
        )
    require_one_width(path, names, rows, first_line=2)
    return Table(names, values_of(path, names, rows), display_name(path))


def write_signals(path: PathLike, names: Sequence[str], signals: np.ndarray) -> None:
    """Write a TSV of signals: a header, a row per frame, shortest floats that read back exactly.

    Parameters
    ----------
    path : path-like
    names : sequence of str, one per column
    signals : (T, K) float array
        NaN is written as ``n/a``.

    Raises
    ------
    ValueError
        If a name cannot be in a header: see `check_names`.
    """
    check_names(names, Path(path).name, "column")
    lines = ["\t".join(names)]
    lines += ["\t".join(map(_shortest, row)) for row in np.asarray(signals)]
    with replacing(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def maps_of_columns(table: Table, names: Sequence[str]) -> list[int]:
    """The index of the map that each column of a table of signals belongs to.

    Columns are matched by name if each has a map of its name; by position, with a warning, if there
    are as many columns as maps and no column has the name of a map.  A table without names is
    matched by position.

    Parameters
    ----------
    table : Table
        Of signals.
    names : sequence of str
        Names of the maps.

    Returns
    -------
    list of int, one per column

    Raises
    ------
    ValueError
        If the columns cannot be matched.

    Examples
    --------
    >>> maps_of_columns(Table(["b", "a"], np.zeros((5, 2)), "signals.tsv"), ["a", "b", "c"])
    [1, 0]
    """
    columns, names = list(table.names), list(names)
    if set(columns) <= set(names):
        return [names.index(name) for name in columns]
    unknown = next(name for name in columns if name not in names)
    shared = set(columns) & set(names)
    if len(columns) != len(names) or shared:
        others = f" as {sorted(shared)[0]!r} has" if shared else ""
        raise ValueError(
            f"{table.source} has {len(columns)} signals for {len(names)} maps, and their names differ: "
            f"{unknown!r} has no map of its name{others} (the maps are {listed(names, most=3)}); pass "
            "the maps' names as map_names (--map-names)."
        )
    nameless = [f"{stem(table.source)}_{column:02d}" for column in range(1, len(columns) + 1)]
    if columns != nameless:
        note(
            f"the signals of {table.source} ({listed(columns, most=3)}) have other names than the maps "
            f"({listed(names, most=3)}); they are taken in the order of the maps.",
            "ColumnNames",
        )
    return list(range(len(names)))


def _is_fraction(field: str) -> bool:
    return NUMBER.fullmatch(field.strip()) is not None and not field.strip().lstrip("+-").isalnum()


def _shortest(value: np.floating) -> str:
    # numpy's own scalar, so that a float32 is written with the digits of a float32
    return "n/a" if np.isnan(value) else str(value)
