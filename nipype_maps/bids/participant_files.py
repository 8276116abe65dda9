"""The files of the participants of a data set."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path

from ..storage.paths import PathLike


def participant_files(root: PathLike, pattern: str, participant: str | None = None) -> list[Path]:
    """The files below the folders of participants, also where a folder is a link to another disk.

    Parameters
    ----------
    root : path-like
        Folder of a data set.
    pattern : str
        Of the names of files.
    participant : str, optional
        The name of one folder, such as ``sub-01``; default all.

    Returns
    -------
    list of pathlib.Path
        Below ``root``, in order.  What several paths lead to is there once, without a link if possible.
    """
    found: list[Path] = []
    tops = Path(root).glob(escape(participant) if participant else "sub-*")
    folders: list[Path] = []
    links: list[Path] = []
    for top in sorted(filter(Path.is_dir, tops)):
        (links if top.is_symlink() else folders).append(top)
    seen = {os.path.realpath(root)}
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        if (real := os.path.realpath(folder)) in seen:
            continue
        seen.add(real)
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue  # as glob does
        for entry in entries:
            if os.path.isdir(entry.path):  # its own method fails for a link to itself
                (links if entry.is_symlink() else folders).append(Path(entry.path))
            elif fnmatchcase(entry.name, pattern):
                found.append(Path(entry.path))
    return sorted(found)
