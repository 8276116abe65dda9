"""Runs that have a row in a data set's summary, and whose images have been removed since."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...storage.paths import PathLike
from .folder import ResultFolder


def removed_runs(
    names: Iterable[str], recorded: Mapping[str, Any], folder: ResultFolder, source: PathLike
) -> set[str]:
    """The names of results whose runs do not exist any more.

    A run exists if it is where it was, or at the same place in any data set that the results are
    made from.  A data set that cannot be reached, as on a disk that is not mounted, has lost no run.

    Parameters
    ----------
    names : iterable of str
        Of results, of which there may be no files.
    recorded : mapping
        Paths of runs, by the names of results that have records.
    folder : ResultFolder
    source : path-like
        The data set that is read now.
    """
    from ...bids.dataset_description import sources_of

    sources = list(dict.fromkeys([Path(source).absolute(), *sources_of(folder.out)]))
    removed = set()
    for name in names:
        run = recorded.get(name)
        if isinstance(run, str) and os.path.isabs(run):
            exists, is_reachable = _is_at_recorded_place(name, run, sources)
        elif name.rpartition("/")[2].startswith("sub-"):
            exists, is_reachable = _is_in_sources(name, sources)
        else:
            continue
        if is_reachable and not exists:
            removed.add(name)
    return removed


def _is_at_recorded_place(name: str, run: str, sources: list[Path]) -> tuple[bool, bool]:
    """Whether a recorded run exists, and whether the data set that it was in can be reached."""
    from ...bids.derivatives import IMAGES
    from ...images.filenames import stem

    folders = name.rpartition("/")[0]
    dataset = Path(str(Path(run).parent).removesuffix(folders))
    images = [f"{stem(run)}{ending}" for ending in IMAGES]  # it may have been decompressed since
    places = (Path(path, folders, image) for path in (dataset, *sources) for image in images)
    return any(map(os.path.lexists, places)), dataset.is_dir()


def _is_in_sources(name: str, sources: list[Path]) -> tuple[bool, bool]:
    """Whether a run of results without a record exists, and whether all data sets can be reached."""
    from ...bids.participant_files import participant_files
    from ...bids.result_names import entities_of_run

    wanted = entities_of_run(name)
    pattern = f"{glob.escape(wanted[0])}_*bold.nii*"
    images = (image for path in sources for image in participant_files(path, pattern, wanted[0]))
    return any(entities_of_run(image) == wanted for image in images), all(path.is_dir() for path in sources)
