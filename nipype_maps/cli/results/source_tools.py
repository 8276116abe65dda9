"""The tools that made the runs of results, by the descriptions of the data sets that these are from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .folder import ResultFolder, read_object

#: Folders from a run up to its participant's.
NEAR = 3


def tools_of_runs(
    folder: ResultFolder, sidecars: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[str, ...]]:
    """Tools with their versions, by the names of results; none where they are not known.

    Parameters
    ----------
    folder : ResultFolder
    sidecars : mapping of str to dict
        By the names of results, which may begin with folders.
    """
    from ...bids.dataset import tools_of
    from ...bids.dataset_links import linked_datasets

    datasets, tools_in = linked_datasets(folder.out), cache(tools_of)
    found = {}
    for name, sidecar in sidecars.items():
        source = _linked(sidecar, datasets) or _around(read_object(folder.files(name)[2]).get("Run"))
        found[name] = tools_in(source) if source else ()
    return found


def _linked(sidecar: Mapping[str, Any], datasets: Mapping[str, Path]) -> Path | None:
    """The data set of a run by its URI."""
    from ...bids.dataset_links import file_of_uri

    runs = sidecar["Provenance"]["Run"]
    for source in sidecar.get("Sources", ()) if runs else ():
        file = file_of_uri(source, datasets)
        if file and file.name == runs[0]["File"]:
            return datasets[source.split(":")[1]]
    return None


def _around(run: object) -> Path | None:
    """The data set around a recorded run: it contains the folder of the run's participant."""
    if not isinstance(run, str) or not os.path.isabs(run):
        return None
    folders = list(Path(run).parents)[: NEAR + 1]
    return next((folder.parent for folder in folders if folder.name.startswith("sub-")), None)
