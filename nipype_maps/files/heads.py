"""What a table is like, seen without reading all its numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .tables import MISSING, read_rows, read_table


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
    if path.suffix != ".npy":
        first, *rest = read_rows(path)
        if any(map(_is_word, first)):
            return [field.strip() for field in first], len(rest)
    table = read_table(path)
    return table.names, len(table.values)


def _is_word(field: str) -> bool:
    try:
        return field.strip().lower() not in {*MISSING, "true", "false"} and bool(np.isnan(float(field)))
    except ValueError:
        return True
