"""Text that can be read in two ways: decimal commas, and the header that pandas writes above a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ..notes import note

#: Two whole numbers, or one number with a decimal comma; and one with commas between its thousands.
DECIMAL_COMMA = re.compile(r"[+-]?(\d*|\d{1,3}(\.\d{3})+),\d+([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def refuse_decimal_commas(path, lines: Sequence[str]) -> None:
    """Raise ValueError if each line of a table may be one number; of a .csv file it is only noted.

    A single line may be a list.
    """
    lines = [line.strip() for line in lines]
    is_index = lines[0].startswith(",") and not any(line.startswith(",") for line in lines[1:])
    patterns = (DECIMAL_COMMA, THOUSANDS)
    if len(lines) < 2 or is_index or not any(all(map(pattern.fullmatch, lines)) for pattern in patterns):
        return
    doubt = (
        f"{path}: {lines[0]!r} and all other lines may be one number with a decimal comma or a "
        "thousands separator"
    )
    remedy = "if there are several columns, put a line of names above them"
    if Path(path).suffix.lower() == ".csv":
        note(
            f"{doubt}; each is read as columns, because it is a .csv file. Write a decimal point, or, "
            f"{remedy}."
        )
    else:
        raise ValueError(f"{doubt}; write a decimal point and no separator, or, {remedy}.")


def remedy_of(field: str) -> str:
    """What to do with a field that is no number, where that can be told.

    Examples
    --------
    >>> remedy_of("1,5"), remedy_of("1.5;2.5"), remedy_of("four")
    ('; write a decimal point', '; separate columns by tabs or commas', '')
    """
    if DECIMAL_COMMA.fullmatch(field) or THOUSANDS.fullmatch(field):
        return "; write a decimal point"
    return "; separate columns by tabs or commas" if ";" in field else ""


def without_header_of_pandas(path, fields: list[str], n_frames: int) -> list[str]:
    """The frames that a file lists, a line each, without the 0 that pandas writes above them.

    It is left out where it cannot be frame 0, and noted where it can be either.

    Examples
    --------
    >>> without_header_of_pandas("kept.txt", ["0", "0", "1", "2"], 10)
    ['0', '1', '2']
    """
    first, *rest = fields
    flags = n_frames > 2 and set(fields) <= {"0", "1"}
    if first != "0" or not rest or (flags and len(fields) == n_frames):
        return fields
    if flags:
        return rest if len(rest) == n_frames else fields
    if all("." in field for field in rest) or rest[0] == "0":
        return rest
    every = fields == [str(frame) for frame in range(n_frames)]
    if every or (rest[0].isdigit() and int(rest[0]) > 1):
        doubt = "and every frame is kept" if every else f"but the next is {rest[0]}"
        note(
            f"the first line of {path} is taken for frame 0, {doubt}; if it is the header that pandas "
            "writes, remove it, and if not, write a header such as 'frame' above it."
        )
    return fields
