"""Tables of numbers as users have them: TSV, CSV, white space, .npy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..images.filenames import display_name, stem
from ..notes import collected, note
from ..storage.paths import PathLike
from .text_tables import (
    NAMELESS,
    fields_of,
    header_and_rows,
    is_header,
    read_lines,
    read_rows,
    require_one_width,
    values_of,
)


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of numbers.

    Attributes
    ----------
    names : list of str, one per column
    values : (T, C) float64 array
        NaN for ``n/a``.
    source : str
        The file, for messages.
    """

    names: list[str]
    values: np.ndarray
    source: str = "table"


def read_table(path: PathLike) -> Table:
    """A table of numbers as users have them: a TSV, CSV, whitespace-separated or .npy file.

    Parameters
    ----------
    path : path-like
        The first line is a header if any of its fields is neither a number nor missing.  A first
        column that has no name and counts the rows, as pandas and R write it, is an index: it is left
        out, with a note.  Columns without a header are called ``<file's stem>_01…``.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If the file is empty, has rows of different lengths, fields that are no numbers, or a
        column of numbers without a name.
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
            "that pandas writes, give the columns names, and if not, write a line of names above it.",
            "TableHeader",
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


def read_header(path: PathLike) -> tuple[list[str], int]:
    r"""Names of a table's columns, and its number of rows, as `read_table` finds them.

    If there is a header, numbers are not parsed: fMRIPrep's tables have hundreds of columns, and a
    data set has thousands of tables.

    Raises
    ------
    ValueError
        If the file is no table.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "motion.tsv")
    >>> _ = path.write_text("x\ty\n1\t2\n3\t4\n")
    >>> read_header(path)
    (['x', 'y'], 2)
    """
    path = Path(path)
    with collected():  # notes are made when the table is read
        if path.suffix != ".npy":
            lines = read_lines(path)
            if header := _plain_header(path, lines):
                return header, len(lines) - 1
            header, rows = header_and_rows(path, fields_of(path, lines))
            if header is not None:
                return header, len(rows)
        table = read_table(path)
    return table.names, len(table.values)


def read_npy(path: Path) -> np.ndarray:
    """A 1D or 2D array of numbers from a .npy file."""
    try:
        # mapped, so that a header that claims more than the file contains takes no memory
        values = np.load(path, mmap_mode="r", allow_pickle=False)
        values = np.array(values)
    except Exception as error:  # a damaged header raises whatever Python's tokenizer does
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path} cannot be read as a .npy file ({reason}); save it again.") from error
    if values.dtype.kind not in "biuf" or values.ndim > 2:
        raise ValueError(f"{path} must contain a 1D or 2D array of numbers.")
    return values


def _plain_header(path: PathLike, lines: list[str]) -> list[str] | None:
    """The header, if it certainly is one and the rows have a line each and no index."""
    if len(lines) < 2 or any('"' in line for line in lines):
        return None
    header, first = ([field.strip() for field in fields] for fields in fields_of(path, lines[:2]))
    certain = is_header(header) and len(header) == len(first) and header[0].lower() not in NAMELESS
    return header if certain else None


def _numbered(path: Path, n: int) -> list[str]:
    return [f"{stem(path)}_{column:02d}" for column in range(1, n + 1)]
