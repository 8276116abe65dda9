"""What the results in a work folder need, and what nothing needs any more."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

from ...storage.atomic import replacing
from .lock import locked

#: In the folder of a graph: the last nodes of its branches, each with all folders before it.
NAME = ".needs.json"


def note_needs(graph: nx.DiGraph, folder: Path) -> None:
    """Note which node folders each last node of a graph needs, in place of what it needed before."""
    needs = read_needs(folder)
    for node in graph:
        if not graph.out_degree(node):
            before = (os.path.relpath(other.output_dir(), folder) for other in nx.ancestors(graph, node))
            needs[os.path.relpath(node.output_dir(), folder)] = sorted(before)
    with replacing(folder / NAME, durable=False) as temporary:
        temporary.write_text(json.dumps(needs, indent=1, sort_keys=True), encoding="utf-8")


def read_needs(folder: Path) -> dict[str, list[str]]:
    """What `note_needs` noted; empty where nothing was noted."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    sound = isinstance(found, dict) and all(isinstance(before, list) for before in found.values())
    return found if sound else {}


def graphs_in(work: Path) -> list[Path]:
    """The folders of the graphs in a work folder."""
    return sorted(path.parent for path in Path(work).glob(f"*/{NAME}"))


def clean(folder: Path, keep: bool = False) -> list[tuple[Path, int]]:
    """Remove the node folders that the last run of no branch needs.

    Parameters
    ----------
    folder : pathlib.Path
        Of a graph, one of `graphs_in`.
    keep : bool
        Only tell what would be removed.

    Returns
    -------
    list of (pathlib.Path, int)
        The folders, and the bytes that they take on the disk.

    Raises
    ------
    FolderInUseError
        If a run uses the folder.
    """
    with contextlib.nullcontext() if keep else locked(folder):
        needs = read_needs(folder)
        needed = {str(folder / name) for last, before in needs.items() for name in (last, *before)}
        # of a note that is damaged it cannot be told what is needed
        folders = _node_folders(folder) if needs else ()
        found = [(path, size_of(path)) for path in folders if str(path) not in needed]
        for path, _ in () if keep else found:
            shutil.rmtree(path)
            _remove_empty(path.parent, folder)
    return found


def _node_folders(folder: Path) -> Iterator[Path]:
    for path, folders, files in os.walk(folder):
        if any(name.startswith(("_0x", "result_")) or name == "_node.pklz" for name in files):
            folders.clear()  # what lies in it, the items of a MapNode above all, belongs to it
            yield Path(path)


def size_of(folder: Path) -> int:
    """The bytes that a folder takes on the disk."""
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # it is gone meanwhile
            size += path.lstat().st_blocks * 512
    return size


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
