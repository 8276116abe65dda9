"""Which node folders the current results of a graph depend on; the others can be pruned."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

from ...storage.atomic import replacing
from ..nipype_api import is_node_folder
from .lock import locked

#: In the folder of a graph: the last node of each branch, with the folders that it depends on.
NAME = ".dependencies.json"


def record_dependencies(graph: nx.DiGraph, folder: Path) -> None:
    """Record which node folders each last node of a graph depends on.

    Last nodes of graphs executed earlier keep their entries; those of this graph are replaced.
    """
    dependencies = read_dependencies(folder)
    for node in graph:
        if not graph.out_degree(node):
            ancestors = (os.path.relpath(other.output_dir(), folder) for other in nx.ancestors(graph, node))
            dependencies[os.path.relpath(node.output_dir(), folder)] = sorted(ancestors)
    with replacing(folder / NAME, durable=False) as temporary:
        temporary.write_text(json.dumps(dependencies, indent=1, sort_keys=True), encoding="utf-8")


def read_dependencies(folder: Path) -> dict[str, list[str]]:
    """What `record_dependencies` wrote; empty if there is nothing that can be read."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    is_valid = isinstance(found, dict) and all(
        isinstance(ancestors, list) and all(isinstance(name, str) for name in ancestors)
        for ancestors in found.values()
    )
    return found if is_valid else {}


def graphs_in(work: Path) -> list[Path]:
    """The folders of the graphs in a work folder."""
    return sorted(path.parent for path in Path(work).glob(f"*/{NAME}"))


def prune(folder: Path, dry_run: bool = False) -> list[tuple[Path, int]]:
    """Remove the node folders that no branch of a graph depends on any more.

    Parameters
    ----------
    folder : pathlib.Path
        Of a graph, one of `graphs_in`.
    dry_run : bool
        Only list what would be removed.

    Returns
    -------
    list of (pathlib.Path, int)
        The folders, and the bytes that they take on disk.

    Raises
    ------
    FolderInUseError
        If another process uses the folder.
    """
    with contextlib.nullcontext() if dry_run else locked(folder):
        dependencies = read_dependencies(folder)
        needed = {str(folder / name) for last, others in dependencies.items() for name in (last, *others)}
        # without a valid record it is unknown what is needed
        folders = _node_folders(folder) if dependencies else iter(())
        found = [(path, size_of(path)) for path in folders if str(path) not in needed]
        for path, _ in () if dry_run else found:
            shutil.rmtree(path)
            _remove_empty(path.parent, folder)
    return found


def _node_folders(folder: Path) -> Iterator[Path]:
    for path, folders, files in os.walk(folder):
        if is_node_folder(files):
            folders.clear()  # folders in it, such as the items of a MapNode, belong to it
            yield Path(path)


def size_of(folder: Path) -> int:
    """The bytes that a folder takes on disk."""
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # removed meanwhile
            size += path.lstat().st_blocks * 512
    return size


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
