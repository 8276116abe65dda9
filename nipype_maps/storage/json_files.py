"""JSON files: UTF-8, complete or absent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .atomic import replacing
from .paths import PathLike
from .text import parse_json, read_text

#: What Python makes of bytes of a name that are no letters of the locale.
ESCAPED = re.compile("[\udc80-\udcff]+")


def read_json(path: PathLike) -> dict[str, Any]:
    """A JSON object; ValueError where the file holds something else."""
    content = parse_json(read_text(path), path)
    if not isinstance(content, dict):
        raise ValueError(f"{path} contains no JSON object but a {type(content).__name__}.")
    return content


def write_json(path: PathLike, content: dict[str, Any]) -> None:
    """Write a JSON object, its keys in the given order: all of it, or nothing."""
    with replacing(path) as temporary:
        save_json(temporary, content)


def save_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON object to a draft, or to another file that nobody reads yet."""
    text = as_utf8(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
    # where a name is no UTF-8, what comes is JSON's own way to write it
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def as_utf8(text: str) -> str:
    r"""A text with names of files as they are on the disk, where they are UTF-8, whatever the locale.

    Python reads what a locale cannot decode as halves of characters.

    Examples
    --------
    >>> as_utf8("sub-\udcc3\udca9"), as_utf8("\udcff\ud800")
    ('sub-é', '\udcff\ud800')
    """
    return ESCAPED.sub(
        lambda found: found[0].encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"), text
    )


def number(value: float) -> float | str:
    """A float in a form that JSON has: 'n/a' and 'inf' are strings."""
    value = float(value)
    if value != value:
        return "n/a"
    return value if abs(value) != float("inf") else "inf"
