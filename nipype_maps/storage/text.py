"""Text files: UTF-8, with or without a byte order mark; a clear message for anything else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .paths import PathLike

#: First bytes of files that are often mistaken for text, and what to do about them.
BEGINNINGS = {
    b"\xff\xfe": "is written in UTF-16; save it as UTF-8",
    b"\xfe\xff": "is written in UTF-16; save it as UTF-8",
    b"\x1f\x8b": "is compressed; decompress it",
    b"\x93NUMPY": "is a NumPy array; give it a name that ends in .npy",
}


def read_text(path: PathLike) -> str:
    """The text of a file.

    Raises
    ------
    ValueError
        If it is a folder, is no text, or is not written in UTF-8.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder; a text file is needed.")
    content = path.read_bytes()
    for beginning, what in BEGINNINGS.items():
        if content.startswith(beginning):
            raise ValueError(f"{path} {what}.")
    if b"\0" in content:
        raise ValueError(f"{path} is no text file: it contains null bytes; save it as UTF-8 text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path} is not written in UTF-8 (byte 0x{content[error.start]:02x} in line {line}); "
            "save it as UTF-8."
        ) from None


def lines_of(text: str) -> list[str]:
    r"""Lines that end in ``\n``, ``\r\n`` or ``\r``; `str.splitlines` splits at eight more characters.

    Examples
    --------
    >>> lines_of("a\x85b\r\nc\n")
    ['a\x85b', 'c', '']
    """
    return re.split(r"\r\n|\r|\n", text)


def parse_json(text: str, path: PathLike) -> Any:
    """Parse JSON; a ValueError names the file where it is not JSON.

    Examples
    --------
    >>> parse_json("[" * 100000, "names.json")
    Traceback (most recent call last):
    ValueError: names.json is nested too deeply to be read.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError(f"{path} is nested too deeply to be read.") from None
    except ValueError as error:  # a JSONDecodeError, or a whole number of thousands of digits
        raise ValueError(f"{path} is not a JSON file ({error}).") from error
