"""Results whose ``Sources`` lead to other files than they were made from: their folder was moved alone."""

from __future__ import annotations

import os
from pathlib import Path

from ..messages import counted
from .folder import ResultFolder, read_object


def warnings_of_moved(folder: ResultFolder) -> list[str]:
    """A warning where the runs of results are there, but links lead to other files in their place.

    Links of a data set are relative, so that they lead to another data set once it stands beside that.
    Runs that are not where they were recorded cannot be compared; they may have been moved too.

    Parameters
    ----------
    folder : ResultFolder
        A data set.
    """
    from ...bids.dataset_links import file_of_uri

    linked_to = [Path(os.path.realpath(path)) for name, path in folder.datasets.items() if name]
    moved = []
    for name, record in folder.records():
        run = record.get("Run")
        if not isinstance(run, str) or not os.path.isfile(run):
            continue
        if any(Path(os.path.realpath(run)).is_relative_to(path) for path in linked_to):
            continue
        sources = read_object(folder.files(name)[1]).get("Sources")
        files = (file_of_uri(uri, folder.datasets) for uri in sources) if isinstance(sources, list) else ()
        linked = next((file for file in files if file and file.name == Path(run).name), None)
        if linked and not (linked.is_file() and linked.stat().st_size == os.path.getsize(run)):
            moved.append((name, os.path.normpath(linked), run))
    if not moved:
        return []
    name, other, run = moved[0]
    return [
        f"Sources of {counted(len(moved), 'result')} in {folder.out}, such as {name}, lead to {other}, but "
        f"were made from {run}; put OUT where it was, beside that data set, or delete these results."
    ]
