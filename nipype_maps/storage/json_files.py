"""JSON files: UTF-8, complete or absent, laid out for readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .atomic import replacing
from .paths import PathLike
from .text import parse_json, read_text

#: What Python makes of bytes of a name that are no letters of the locale.
ESCAPED = re.compile("[\udc80-\udcff]+")
#: Texts above this length, in characters, are sentences or paths, and have a line each.
LONG = 80
INDENT = "  "


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
    # where a name is no UTF-8, what comes is JSON's own way to write it
    path.write_text(as_utf8(readable(content)) + "\n", encoding="utf-8", errors="backslashreplace")


def readable(value: Any, indent: str = "") -> str:
    """A value as JSON that people read: the same for the same value, and read back as ``json.dumps``'s.

    Objects are indented.  A list has a line, however long, and so has an object of plain values in
    a list; items that are lists or objects, or a list's texts where one is long, have a line each.

    Parameters
    ----------
    value : object
        Of dicts with keys that are strings, lists, tuples, and plain values.
    indent : str
        What precedes lines after the first.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> print(readable({"Names": ["a", "b"], "Affine": [[2.0, 0], [0, 1]], "Run": [{"File": "a.nii"}]}))
    {
      "Names": ["a", "b"],
      "Affine": [
        [2.0, 0],
        [0, 1]
      ],
      "Run": [
        {"File": "a.nii"}
      ]
    }
    """
    inner = indent + INDENT
    if isinstance(value, Mapping) and value:
        items: Iterable[str] = (f"{_on_line(key)}: {readable(item, inner)}" for key, item in value.items())
        return _on_lines("{", items, "}", indent)
    if isinstance(value, (list, tuple)) and any(map(_has_own_line, value)):
        items = (_on_line(item) if _is_short(item) else readable(item, inner) for item in value)
        return _on_lines("[", items, "]", indent)
    return _on_line(value)


def _on_lines(opening: str, items: Iterable[str], closing: str, indent: str) -> str:
    separator = f"\n{indent}{INDENT}"
    return f"{opening}{separator}{f',{separator}'.join(items)}\n{indent}{closing}"


def _has_own_line(item: Any) -> bool:
    """Whether an item makes its list one of several lines."""
    return isinstance(item, (Mapping, list, tuple)) or (isinstance(item, str) and len(item) > LONG)


def _is_short(item: Any) -> bool:
    """Whether an item of a list is an object of plain values."""
    return isinstance(item, Mapping) and not any(
        isinstance(value, (Mapping, list, tuple)) for value in item.values()
    )


def _on_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


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
