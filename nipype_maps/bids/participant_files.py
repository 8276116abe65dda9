"""The files of the participants of a data set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path

from ..storage.paths import PathLike


def participant_files(root: PathLike, pattern: str, participant: str | None = None) -> Iterator[Path]:
    """The files below the folders of participants, also where a folder is a link to another disk.

    Parameters
    ----------
    root : path-like
        Folder of a data set.
    pattern : str
        Of the names of files.
    participant : str, optional
        The name of one folder, such as ``sub-01``; default all.

    Yields
    ------
    pathlib.Path
        Below ``root``, in order.
    """
    above = frozenset([os.path.realpath(root)])
    for folder in sorted(Path(root).glob(escape(participant) if participant else "sub-*")):
        if folder.is_dir():
            yield from _files(folder, pattern, above)


def _files(folder: Path, pattern: str, above: frozenset[str]) -> Iterator[Path]:
    """The files below a folder, unless it is one of those above it, by a link."""
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return  # as glob does
    for entry in entries:
        if entry.is_dir():
            yield from _files(Path(entry.path), pattern, above | {real})
        elif fnmatchcase(entry.name, pattern):
            yield Path(entry.path)
