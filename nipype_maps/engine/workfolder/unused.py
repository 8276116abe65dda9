"""Graphs that have not been executed for long, and the inputs that only they read."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from pathlib import Path

from ..nipype_api import is_key_file
from . import dependencies, lock

#: Beside the folders of graphs: in-memory inputs that programs stored, in folders named by content.
INPUTS = "inputs"
_INPUT = re.compile(rb"/inputs/([0-9a-f]{32})/")


def prune_unused(
    work: Path, seconds: float, dry_run: bool = False
) -> tuple[list[tuple[Path, int]], list[str]]:
    """Remove the folders of graphs that have not been executed for so long, and inputs that no graph reads.

    Parameters
    ----------
    work : pathlib.Path
    seconds : float
    dry_run : bool
        Only list what would be removed.

    Returns
    -------
    removed : list of (pathlib.Path, int)
        The folders, and the bytes that they take on disk.
    in_use : list of str
        A message for each folder that was kept because another process uses it.
    """
    before = time.time() - seconds
    removed, in_use, kept = [], [], []
    for folder in dependencies.graphs_in(work):
        if _last_use(folder) >= before:
            kept.append(folder)
            continue
        size = dependencies.size_of(folder)
        try:
            if not dry_run:
                _remove(folder)
            removed.append((folder, size))
        except lock.FolderInUseError as error:
            kept.append(folder)
            in_use.append(error.what)
    inputs = work / INPUTS
    if removed and inputs.is_dir():
        read = {name for folder in kept for name in _inputs_of(folder)}
        for path in sorted(inputs.iterdir()):
            # a new one may be for a graph not yet executed; old ones that are used again are touched
            if path.is_dir() and path.name not in read and path.stat().st_mtime < before:
                removed.append((path, dependencies.size_of(path)))
                if not dry_run:
                    shutil.rmtree(path)
    return removed, in_use


def _last_use(folder: Path) -> float:
    """When a graph was last executed."""
    return max(
        path.stat().st_mtime for path in (folder / lock.NAME, folder / dependencies.NAME) if path.exists()
    )


def _remove(folder: Path) -> None:
    with lock.locked(folder):
        for path in folder.iterdir():
            if path.name == lock.NAME:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        (folder / lock.NAME).unlink()  # last: whoever waits for it makes a new folder
        with contextlib.suppress(OSError):  # which another process may have done already
            folder.rmdir()


def _inputs_of(folder: Path) -> set[str]:
    """The stored in-memory inputs that a graph's nodes have read, by their key files."""
    read: set[str] = set()
    for path, _, files in os.walk(folder):
        for name in files:
            if is_key_file(name):
                found = _INPUT.findall(Path(path, name).read_bytes())
                read.update(os.fsdecode(digest) for digest in found)
    return read
