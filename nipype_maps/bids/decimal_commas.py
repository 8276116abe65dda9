"""Decimal commas and thousands separators, which look like two columns of a CSV file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..notes import note
from ..storage.paths import PathLike

#: Two whole numbers, or one number with a decimal comma; and one number with commas between thousands.
DECIMAL_COMMA = re.compile(r"[+-]?(\d*|\d{1,3}(\.\d{3})+),\d+([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def refuse_decimal_commas(path: PathLike, lines: Sequence[str]) -> None:
    """Raise ValueError if each line of a table may be a single number with a comma; for a .csv it is noted.

    A single line is taken for a list.
    """
    stripped = [line.strip() for line in lines]
    is_index = stripped[0].startswith(",") and not any(line.startswith(",") for line in stripped[1:])
    patterns = (DECIMAL_COMMA, THOUSANDS)
    if (
        len(stripped) < 2
        or is_index
        or not any(all(map(pattern.fullmatch, stripped)) for pattern in patterns)
    ):
        return
    doubt = (
        f"{path}: {stripped[0]!r} and all other lines may be one number with a decimal comma or a "
        "thousands separator"
    )
    remedy = "if there are several columns, put a line of names above them"
    if Path(path).suffix.lower() == ".csv":
        note(
            f"{doubt}; each is read as columns, because it is a .csv file. Write a decimal point, or, "
            f"{remedy}.",
            "DecimalComma",
        )
    else:
        raise ValueError(f"{doubt}; write a decimal point and no separator, or, {remedy}.")


def remedy_of(field: str) -> str:
    """What to do about a field that is no number, if its text shows it; empty otherwise.

    Examples
    --------
    >>> remedy_of("1,5"), remedy_of("1.5;2.5"), remedy_of("four")
    ('; write a decimal point', '; separate columns by tabs or commas', '')
    """
    if DECIMAL_COMMA.fullmatch(field) or THOUSANDS.fullmatch(field):
        return "; write a decimal point"
    return "; separate columns by tabs or commas" if ";" in field else ""
