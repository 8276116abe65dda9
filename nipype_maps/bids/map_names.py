"""Names of an atlas's maps."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

from ..images.filenames import stem
from ..storage.paths import PathLike
from ..storage.text import lines_of, parse_json, read_text
from .column_names import check_names
from .text_tables import read_rows

ENDINGS = (".tsv", ".json", ".txt")


def names_of_maps(
    maps: Sequence[PathLike], n_maps: int, given: PathLike | Sequence[str] | None = None
) -> list[str]:
    """Names of maps: as given, from a file beside the maps, or ``map-01…``.

    Parameters
    ----------
    maps : sequence of path-likes
        The images of the maps.
    n_maps : int
        Number of maps, K.
    given : path-like or list of str, optional
        A file of names, or the names.  Without it, a .tsv, .json or .txt file of the maps' own
        name is read if there is one beside them.

    Returns
    -------
    list of str
        K different names.

    Raises
    ------
    ValueError
        If there are not as many names as maps, two are equal, or a table cannot have one as a header.
    """
    origin, names = _find(Path(maps[0]), n_maps, given)
    if names is None:
        return default_map_names(n_maps)
    if len(names) != n_maps:
        raise ValueError(f"{origin} has {len(names)} names for {n_maps} maps; give one name per map.")
    check_names(names, origin)
    return names


def _find(maps: Path, n_maps: int, given: PathLike | Sequence[str] | None) -> tuple[str, list[str] | None]:
    """Where names come from, for messages, and the names; None without any."""
    if isinstance(given, (str, os.PathLike)):
        return str(given), read_map_names(given)
    if given is not None:
        return "map_names", [str(name) for name in given]
    for beside in files_beside(maps):
        if _contains_names(beside, n_maps):
            return str(beside), read_map_names(beside)
    return "", None


def files_beside(maps: PathLike) -> list[Path]:
    """The files beside maps that may contain their names."""
    candidates = (Path(maps).with_name(stem(maps) + ending) for ending in ENDINGS)
    return [path for path in candidates if path.exists()]


def _contains_names(path: Path, n_maps: int) -> bool:
    """Whether a file beside the maps, which was not given, is a file of names."""
    if path.suffix == ".json":
        content = parse_json(read_text(path), path)
        return isinstance(content, list) or _is_indexed(content)
    if path.suffix == ".txt":
        return len(read_map_names(path)) == n_maps
    return "name" in [field.strip().lower() for field in read_rows(path)[0]]


def read_map_names(path: PathLike) -> list[str]:
    r"""Names of maps from a .tsv or .csv (BIDS: ``index``, ``name``), .json or .txt file.

    A JSON file is a list of names, or an object from index to name; a text file has a name
    per line, and may begin with ``name``.  A table is sorted by its index if it has one.

    Raises
    ------
    ValueError
        If the file contains no names.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "atlas.tsv")
    >>> _ = path.write_text("index\tname\n2\tvisual\n1\tmotor\n")
    >>> read_map_names(path)
    ['motor', 'visual']
    """
    path = Path(path)
    if path.suffix == ".json":
        content = parse_json(read_text(path), path)
        if _is_indexed(content):
            content = [content[key] for key in sorted(content, key=int)]
        if content and isinstance(content, list) and all(isinstance(name, str) for name in content):
            return content
        raise ValueError(f"{path} must be a list of map names, or an object from index to name.")
    if path.suffix not in (".tsv", ".csv"):
        names = [line.strip() for line in lines_of(read_text(path)) if line.strip()]
        return names[1:] if names[:1] == ["name"] else names
    header, *rows = read_rows(path)
    header = [field.strip().lower() for field in header]
    if "name" not in header:
        raise ValueError(f"{path} has no column 'name', only {', '.join(header)}.")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path} has {len(row)} fields in line {line}, but {len(header)} in its first.")
    if "index" in header:
        rows = _by_index(path, rows, header.index("index"))
    return [row[header.index("name")] for row in rows]


def _is_indexed(content: object) -> bool:
    """Whether JSON is an object from index to name."""
    return isinstance(content, dict) and bool(content) and all(map(str.isdecimal, content))


def _by_index(path: PathLike, rows: list[list[str]], column: int) -> list[list[str]]:
    """Rows in the order of a column of different numbers."""
    try:
        indices = [float(row[column]) for row in rows]
    except ValueError as error:
        raise ValueError(f"{path}: an index is no number ({error}); correct it.") from None
    if len(set(indices)) < len(indices) or not all(map(math.isfinite, indices)):
        raise ValueError(f"{path} must have a different number in each row of its column 'index'.")
    order = sorted(range(len(rows)), key=indices.__getitem__)
    return [rows[k] for k in order]


def default_map_names(n: int) -> list[str]:
    """``map-01…``, with as many digits as the last one needs.

    Examples
    --------
    >>> default_map_names(2)
    ['map-01', 'map-02']
    """
    return [f"map-{index:0{max(2, len(str(n)))}d}" for index in range(1, n + 1)]
