"""Tables of signals: a header, a row per frame, numbers that read back exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..images.filenames import display_name
from ..notes import note
from ..storage.atomic import replacing
from ..storage.text import read_text
from .column_names import check_names
from .tables import NUMBER, Table, read_table, require_one_width, values_of


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
    check_names(names, display_name(path), "column")
    if all(map(_is_fraction, names)):
        note(
            f"the first line of {path} is taken for the names of its columns, but holds numbers ({names[0]}, "
            "…); if it is a frame, put a line of names before it."
        )
    require_one_width(path, names, rows, first_line=2)
    return Table(names, values_of(path, names, rows), display_name(path))


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


def _is_fraction(field: str) -> bool:
    return NUMBER.fullmatch(field.strip()) is not None and not field.strip().lstrip("+-").isalnum()


def _shortest(value) -> str:
    # numpy's own scalar, so that a float32 is written with the digits of a float32
    return "n/a" if np.isnan(value) else str(value)
