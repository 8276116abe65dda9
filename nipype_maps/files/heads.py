"""What a table is like, seen without reading all its numbers."""

from __future__ import annotations

from pathlib import Path

from ..numerics.notes import collected
from .tables import header_and_rows, read_rows, read_table


def head_of(path) -> tuple[list[str], int]:
    r"""Names of a table's columns, and its number of rows: those that `read_table` finds.

    Of a table with a header no number is converted, which is what takes time.

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
            header, rows = header_and_rows(path, read_rows(path))
            if header is not None:
                return header, len(rows)
        table = read_table(path)
    return table.names, len(table.values)
