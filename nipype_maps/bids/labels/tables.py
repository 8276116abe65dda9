"""Label tables: which column has the names, which one the index, and what else there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from ...notes import note
from ...storage.paths import PathLike
from ..text_tables import NAMELESS, NUMBER, is_number, read_rows
from .fitting import Rows

#: The column of names in BIDS, and others that are taken without it if there is just one of them.
NAME, OTHER_NAMES = "name", ("difumo_names", "label", "labels", "names", "region", "roi")
#: The one of these that may repeat names; others that do may be of networks or lobes.
REPEATS = "difumo_names"
#: The index in BIDS, and others, first that of DiFuMo, which count only if they number the rows.
INDEX = "index"
NUMBERS = (
    "component",
    "label",
    "labels",
    "id",
    "number",
    "no",
    "nr",
    "roi",
    "value",
    "map",
    "volume",
    *NAMELESS,
)
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
        ``label``, ``labels``, ``names``, ``region`` or ``roi``, in any case; but ``Difumo_names`` it
        must not repeat a name, since it may then be one of networks.

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
    while rows and not any(rows[-1]):  # spreadsheets write rows of separators alone
        rows.pop()
    names = _column_of_names(path, header, rows, column)
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path} has {len(row)} fields in line {line}, but {len(header)} in its first.")
    index = _column_of_index(path, header, rows, names)
    indices = None
    if index is not None:
        in_file = rows
        rows, indices = _by_index(path, header[index], rows, index)
        if rows != in_file and header[index].lower() != INDEX:
            note(
                f"{PurePath(path).name} has no column 'index'; its rows are put in the order of the column "
                f"{header[index]!r}, which numbers them.",
                "LabelOrder",
            )
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
    if len(header) == 1 and (separator := next((mark for mark in ";,|" if mark in header[0]), None)):
        raise ValueError(
            f"{path} has its columns separated by {separator!r}; separate them by tabs, or by commas in a "
            ".csv file."
        )
    if column is not None:
        position = _position(path, header, column.strip())
        if position is None:
            raise ValueError(f"{path} has no column {column!r}, {there}; {CHOICE}.")
        return position
    position = _position(path, header, NAME)
    if position is not None:
        return position
    found = [position for position, name in enumerate(lower) if name in OTHER_NAMES]
    # such as a column label that has the values of voxels
    found = [
        position
        for position in found
        if not all(is_number(row[position]) for row in rows if position < len(row))
    ]
    if len(found) == 1:
        counts = Counter(row[found[0]] for row in rows if found[0] < len(row))
        repeated = [name for name, count in counts.items() if count > 1]
        if repeated and lower[found[0]] != REPEATS:
            raise ValueError(
                f"{path} has no column 'name', and its column {header[found[0]]!r} may be one of networks, "
                f"since it repeats {repeated[0]!r}; {CHOICE}."
            )
        return found[0]
    if not found:
        raise ValueError(f"{path} has no column 'name', {there}; {CHOICE}.")
    several = " and ".join(repr(header[position]) for position in found)
    raise ValueError(f"{path} has several columns that may be names, {several}; {CHOICE}.")


def _position(path: PathLike, header: Sequence[str], name: str) -> int | None:
    """The position of a column, in any case if none is called just so; ValueError if there are two."""
    for names, sought in ((header, name), ([other.lower() for other in header], name.lower())):
        found = [position for position, other in enumerate(names) if other == sought]
        if len(found) > 1:
            raise ValueError(f"{path} has {len(found)} columns {name!r}; rename all but one.")
        if found:
            return found[0]
    return None


def _column_of_index(
    path: PathLike, header: Sequence[str], rows: Sequence[Sequence[str]], names: int
) -> int | None:
    """The column by which rows are put in order, which is not that of names."""
    position = _position(path, header, INDEX)
    if position is not None and position != names:
        return position
    lower = [name.lower() for name in header]
    for position in sorted(
        (position for position, name in enumerate(lower) if name in NUMBERS and position != names),
        key=lambda position: NUMBERS.index(lower[position]),
    ):
        numbers = [row[position] for row in rows]
        if any({str(start + k) for k in range(len(rows))} == set(numbers) for start in (0, 1)):
            return position
        if (
            lower[position] == NUMBERS[0]
            and len(set(numbers)) == len(rows)
            and all(map(str.isdecimal, numbers))
        ):
            return position
    return None


def _by_index(
    path: PathLike, name: str, rows: list[list[str]], column: int
) -> tuple[list[list[str]], list[int]]:
    """Rows in the order of a column of different whole numbers, and these."""
    indices = []
    for row in rows:
        field = row[column]
        if not (NUMBER.fullmatch(field) and float(field).is_integer() and float(field) >= 0):
            raise ValueError(
                f"{path}: {field!r} in its column {name!r} is no whole number from 0; correct it."
            )
        indices.append(int(float(field)))
    if len(set(indices)) < len(indices):
        twice = next(index for index in indices if indices.count(index) > 1)
        raise ValueError(f"{path} has {twice} twice in its column {name!r}; give each row its own number.")
    order = sorted(range(len(rows)), key=indices.__getitem__)
    return [rows[k] for k in order], [indices[k] for k in order]
