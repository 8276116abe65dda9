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
#: Texts above this length, in characters, are sentences or paths, and have a line each; objects
#: up to it have one line.
LONG = 80
CONTAINERS = (Mapping, list, tuple)
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
    path.write_bytes(json_bytes(content))


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """The bytes of the file of a JSON object."""
    # where a name is no UTF-8, what comes is JSON's own way to write it
    return f"{as_utf8(readable(content))}\n".encode("utf-8", "backslashreplace")


def readable(content: Mapping[str, Any]) -> str:
    """An object as JSON that people read; the same text for the same content, whatever wrote it.

    A list has one line, however long, and so have small objects; items that are lists or objects,
    or texts where one is a sentence, have a line each.

    Parameters
    ----------
    content : dict
        Of dicts with keys that are strings, lists, tuples, and plain values.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> print(readable({"Grid": {"Shape": [4, 9], "Affine": [[2.0, 0], [0, 1]]}, "Run": [{"File": "a.nii"}]}))
    {
      "Grid": {
        "Shape": [4, 9],
        "Affine": [
          [2.0, 0],
          [0, 1]
        ]
      },
      "Run": [
        {"File": "a.nii"}
      ]
    }
    """
    return _object(content, "")


def _object(content: Mapping[str, Any], indent: str) -> str:
    items = (f"{_on_line(key)}: {_value(value, indent + INDENT)}" for key, value in content.items())
    return _on_lines("{", items, "}", indent)


def _value(value: Any, indent: str) -> str:
    if isinstance(value, Mapping):
        if all(map(_is_plain, value.values())) and len(_on_line(value)) <= LONG:
            return _on_line(value)
        return _object(value, indent)
    if isinstance(value, (list, tuple)) and any(map(_has_own_line, value)):
        items = (_on_line(item) if _is_row(item) else _value(item, indent + INDENT) for item in value)
        return _on_lines("[", items, "]", indent)
    return _on_line(value)


def _on_lines(opening: str, items: Iterable[str], closing: str, indent: str) -> str:
    separator = f"\n{indent}{INDENT}"
    lines = f",{separator}".join(items)
    return f"{opening}{separator}{lines}\n{indent}{closing}" if lines else opening + closing


def _has_own_line(item: Any) -> bool:
    """Whether an item makes its list one of several lines."""
    return isinstance(item, CONTAINERS) or (isinstance(item, str) and len(item) > LONG)


def _is_plain(value: Any) -> bool:
    """Whether a value is not a container, or a list without containers."""
    is_list = isinstance(value, (list, tuple))
    return not any(isinstance(item, CONTAINERS) for item in (value if is_list else [value]))


def _is_row(item: Any) -> bool:
    """Whether an item of a list is a row, or an object of few words: it has one line."""
    values = item.values() if isinstance(item, Mapping) else item if isinstance(item, (list, tuple)) else ()
    return not any(isinstance(value, CONTAINERS) for value in values)


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
    """A figure of six significant digits in a form that JSON has: 'n/a' and 'inf' are strings.

    More digits tell nothing, hide the others, and differ between machines.

    Examples
    --------
    >>> number(0.9999999999999953), number(27.116623101406354), number(float("nan"))
    (1.0, 27.1166, 'n/a')
    """
    value = float(value)
    if value != value:
        return "n/a"
    return float(f"{value:.6g}") if abs(value) != float("inf") else "inf"
