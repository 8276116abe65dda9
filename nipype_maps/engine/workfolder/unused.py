"""Graphs that no run has used for long, and what only they read."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from pathlib import Path

from . import dependencies, lock

#: Beside the folders of graphs: what programs handed over in memory, in folders named by content.
INPUTS = "inputs"
_INPUT = re.compile(rb"/inputs/([0-9a-f]{32})/")


def remove_unused(work: Path, seconds: float, keep: bool = False) -> tuple[list[tuple[Path, int]], list[str]]:
    """Remove the folders of graphs that no run has used for so long, and the inputs that none reads.

    Parameters
    ----------
    work : pathlib.Path
    seconds : float
    keep : bool
        Only tell what would be removed.

    Returns
    -------
    removed : list of (pathlib.Path, int)
        The folders, and the bytes that they take on the disk.
    in_use : list of str
        Of those that were left because a run uses them, a sentence each.
    """
    before = time.time() - seconds
    removed, in_use, left = [], [], []
    for folder in dependencies.graphs_in(work):
        if _used(folder) >= before:
            left.append(folder)
            continue
        size = dependencies.size_of(folder)
        try:
            if not keep:
                _remove(folder)
            removed.append((folder, size))
        except lock.FolderInUseError as error:
            left.append(folder)
            in_use.append(str(error).partition(";")[0])
    inputs = work / INPUTS
    if removed and inputs.is_dir():
        read = {name for folder in left for name in _inputs_of(folder)}
        for path in sorted(inputs.iterdir()):
            # one that is new may wait for its graph; old ones that come to use again are touched
            if path.is_dir() and path.name not in read and path.stat().st_mtime < before:
                removed.append((path, dependencies.size_of(path)))
                if not keep:
                    shutil.rmtree(path)
    return removed, in_use


def _used(folder: Path) -> float:
    """When a run used a graph last."""
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
        (folder / lock.NAME).unlink()  # last: whoever waits for it begins anew
        with contextlib.suppress(OSError):  # another has begun already
            folder.rmdir()


def _inputs_of(folder: Path) -> set[str]:
    """The inputs that a graph's nodes have read, by the files of their cache keys."""
    read = set()
    for path, _, files in os.walk(folder):
        for name in files:
            if name.startswith("_0x"):
                found = _INPUT.findall(Path(path, name).read_bytes())
                read.update(os.fsdecode(digest) for digest in found)
    return read
