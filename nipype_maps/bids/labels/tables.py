"""Label tables: which column has the names, which one the index, and what else there is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...storage.paths import PathLike
from ..text_tables import NAMELESS, is_number, read_rows
from .fitting import Rows

#: The column of names in BIDS, and others that are taken without it if there is just one of them.
NAME, OTHER_NAMES = "name", ("difumo_names", "label", "labels", "names", "region", "roi")
#: The index in BIDS, and that of DiFuMo, which counts only if it numbers the rows.
INDEX, NUMBERS = "index", "component"
#: What messages say about the choice of a column.
CHOICE = "map_names_column (--map-names-column) chooses one"


def read_table_of_labels(path: PathLike, column: str | None = None) -> Rows:
    r"""The rows of a label table, in the order of its index if it has one.

    Parameters
    ----------
    path : path-like
        A .tsv or .csv file with a header.
    column : str, optional
        The column of names; default ``name``, else the only one that is called ``Difumo_names``,
        ``label``, ``labels``, ``names``, ``region`` or ``roi``, in any case.

    Raises
    ------
    ValueError
        If the table is damaged, or does not have just one such column.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "atlas.tsv")
    >>> _ = path.write_text("index\tname\themisphere\n2\tvisual\tL\n1\tmotor \tR\n")
    >>> rows = read_table_of_labels(path)
    >>> rows.names, rows.columns
    (['motor', 'visual'], {'hemisphere': ['R', 'L']})
    """
    header, *rows = ([field.strip() for field in row] for row in read_rows(path))
    names = _column_of_names(path, header, rows, column)
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path} has {len(row)} fields in line {line}, but {len(header)} in its first.")
    index = _column_of_index(header, rows)
    indices = None
    if index is not None:
        rows, indices = _by_index(path, rows, index)
    others = {
        name: [row[position] for row in rows]
        for position, name in enumerate(header)
        if position not in (names, index) and name.lower() not in NAMELESS
    }
    return Rows([row[names] for row in rows], indices, others)


def _column_of_names(
    path: PathLike, header: Sequence[str], rows: Sequence[Sequence[str]], column: str | None
) -> int:
    lower = [name.lower() for name in header]
    there = f"only {', '.join(header)}"
    if column is not None:
        if column.strip() in header:
            return header.index(column.strip())
        if column.strip().lower() in lower:
            return lower.index(column.strip().lower())
        raise ValueError(f"{path} has no column {column!r}, {there}; {CHOICE}.")
    if NAME in lower:
        return lower.index(NAME)
    found = [position for position, name in enumerate(lower) if name in OTHER_NAMES]
    # such as a column label that has the values of voxels
    found = [
        position
        for position in found
        if not all(is_number(row[position]) for row in rows if position < len(row))
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError(f"{path} has no column 'name', {there}; {CHOICE}.")
    several = " and ".join(repr(header[position]) for position in found)
    raise ValueError(f"{path} has several columns that may be names, {several}; {CHOICE}.")


def _column_of_index(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    lower = [name.lower() for name in header]
    if INDEX in lower:
        return lower.index(INDEX)
    if NUMBERS in lower:
        position = lower.index(NUMBERS)
        numbers = {row[position] for row in rows}
        if any({str(start + k) for k in range(len(rows))} == numbers for start in (0, 1)):
            return position
    return None


def _by_index(path: PathLike, rows: list[list[str]], column: int) -> tuple[list[list[str]], list[float]]:
    """Rows in the order of a column of different numbers, and these."""
    try:
        indices = [float(row[column]) for row in rows]
    except ValueError as error:
        raise ValueError(f"{path}: an index is no number ({error}); correct it.") from None
    if len(set(indices)) < len(indices) or not all(map(math.isfinite, indices)):
        raise ValueError(f"{path} must have a different number in each row of its column 'index'.")
    order = sorted(range(len(rows)), key=indices.__getitem__)
    return [rows[k] for k in order], [indices[k] for k in order]
