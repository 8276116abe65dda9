"""What a table is like, seen without reading all its numbers."""

from __future__ import annotations

from pathlib import Path

from ..notes import collected
from .tables import NAMELESS, fields_of, header_and_rows, is_header, read_lines, read_table


def head_of(path) -> tuple[list[str], int]:
    r"""Names of a table's columns, and its number of rows: those that `read_table` finds.

    Of a table with a header no more is parsed than that: fMRIPrep's have hundreds of columns, and of
    a data set there are thousands.

    Raises
    ------
    ValueError
        If it is no table.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "motion.tsv")
    >>> _ = path.write_text("x\ty\n1\t2\n3\t4\n")
    >>> head_of(path)
    (['x', 'y'], 2)
    """
    path = Path(path)
    with collected():  # what is noticed is said when the table is read
        if path.suffix != ".npy":
            lines = read_lines(path)
            if header := _plain_header(path, lines):
                return header, len(lines) - 1
            header, rows = header_and_rows(path, fields_of(path, lines))
            if header is not None:
                return header, len(rows)
        table = read_table(path)
    return table.names, len(table.values)


def _plain_header(path, lines: list[str]) -> list[str] | None:
    """The header, where it is sure to be one, above rows that have a line each and no index."""
    if len(lines) < 2 or any('"' in line for line in lines):
        return None
    header, first = ([field.strip() for field in fields] for fields in fields_of(path, lines[:2]))
    sure = is_header(header) and len(header) == len(first) and header[0].lower() not in NAMELESS
    return header if sure else None
