"""Names in JSON and text files, and lists of the good components."""

from __future__ import annotations

import re
from itertools import dropwhile
from pathlib import Path, PurePath
from typing import Any

from ...notes import note
from ...storage.paths import PathLike
from ...storage.text import lines_of, parse_json, read_text
from .fitting import Rows

#: The key of the names in the sidecar of a 4D image.
LABEL_MAP = "LabelMap"
#: A line that begins with a number, as those of FreeSurfer's and FSL's tables do.
NUMBERED = re.compile(r"([0-9]{1,9})[\s:.,)]+\S")
#: A comment at the beginning of a file.
COMMENT = re.compile(r"#(\s|$)")
#: A whole number, as programs write it: ``np.savetxt`` writes 3 as ``3.000e+00``.
WHOLE = re.compile(r"[0-9]{1,9}(\.0*)?|[0-9](\.[0-9]{1,30})?[eE][+]?0[0-9]")


def read_json_of_labels(path: PathLike) -> Rows | None:
    """The names in a JSON file; None where it has none, as a sidecar that describes the maps.

    The file is a list of names, or an object from index to name, or has either as ``LabelMap``.

    Raises
    ------
    ValueError
        If the file is no JSON, or names are not strings.
    """
    content = parse_json(read_text(path), path)
    is_sidecar = isinstance(content, dict) and LABEL_MAP in content
    if is_sidecar:
        content = content[LABEL_MAP]
    indices = None
    if _is_indexed(content):
        keys = sorted(content, key=int)
        content, indices = [content[key] for key in keys], list(map(int, keys))
        if len(set(indices)) < len(indices):
            raise ValueError(f"{path} gives the same index twice; give each map its own.")
    if content and isinstance(content, list) and all(isinstance(name, str) for name in content):
        return Rows(content, indices)
    if is_sidecar or isinstance(content, list):
        what = f"{LABEL_MAP} of {path}" if is_sidecar else str(path)
        raise ValueError(f"{what} must be a list of map names, or an object from index to name.")
    return None


def read_text_of_names(path: PathLike) -> Rows:
    """The names in a text file, one in each line; it may begin with comments, and then ``name``.

    Raises
    ------
    ValueError
        If lines begin with their numbers, in another order.
    """
    lines = [line.strip() for line in lines_of(read_text(path)) if line.strip()]
    names = list(dropwhile(COMMENT.match, lines))
    if len(names) < len(lines):
        note(
            f"{PurePath(path).name} begins with a comment ({lines[0]!r}); its first lines that begin with # "
            "and a blank are left out of the names.",
            "LabelComments",
        )
    names = names[1:] if names[:1] == ["name"] else names
    numbers = [int(found[1]) if (found := NUMBERED.match(name)) else -1 for name in names]
    if any(numbers != sorted(numbers) == list(range(start, start + len(names))) for start in (0, 1)):
        raise ValueError(
            f"{path} numbers its lines in another order than they have; sort them, or give a .tsv file with "
            "the columns index and name."
        )
    return Rows(names)


def read_good_components(path: PathLike, n_maps: int) -> list[int] | None:
    """The maps, from 0, that a text file lists by their numbers, from 1; None where it is no such list.

    Numbers are separated by blanks, commas or line breaks; lines that begin with ``#`` are comments.  A
    file of so many lines as there are maps is one of names, be they numbers.

    Parameters
    ----------
    path : path-like
    n_maps : int

    Raises
    ------
    ValueError
        If a number is not that of a map, or comes twice.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "rfMRI_GoodComponents_d25_v1.txt")
    >>> _ = path.write_text("1  2  3  5")
    >>> read_good_components(path, 25)
    [0, 1, 2, 4]
    """
    if Path(path).suffix.lower() in (".tsv", ".csv", ".json"):
        return None
    lines = [line for line in lines_of(read_text(path)) if line.strip() and not line.startswith("#")]
    words = re.split(r"[\s,]+", "\n".join(lines).strip())
    if len(lines) == n_maps or not all(WHOLE.fullmatch(word) and float(word).is_integer() for word in words):
        return None
    numbers = sorted(int(float(word)) for word in words)
    outside = [number for number in numbers if not 1 <= number <= n_maps]
    if outside:
        raise ValueError(
            f"{path} lists component {outside[0]}, but the numbers of these maps are 1 to {n_maps}; give the "
            "list that belongs to them."
        )
    if len(set(numbers)) < len(numbers):
        twice = next(number for number in numbers if numbers.count(number) > 1)
        raise ValueError(f"{path} lists component {twice} twice; list each once.")
    return [number - 1 for number in numbers]


def _is_indexed(content: Any) -> bool:
    """Whether JSON is an object from index to name."""
    return isinstance(content, dict) and bool(content) and all(map(str.isdecimal, content))
