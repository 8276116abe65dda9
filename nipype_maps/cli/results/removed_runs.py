"""Runs that have a row in a data set's summary, and whose images have been removed since."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from ...storage.paths import PathLike
from ..reports.run_names import ATLAS, results_label
from .folder import ResultFolder


def removed_runs(labels: Iterable[str], folder: ResultFolder, source: PathLike) -> set[str]:
    """The labels of rows whose runs do not exist any more.

    A run exists if it is where it was, or at the same place in any data set that the results are
    made from.  A data set that cannot be reached, as on a disk that is not mounted, has lost no run.

    Parameters
    ----------
    labels : iterable of str
        Of rows.
    folder : ResultFolder
    source : path-like
        The data set that is read now.
    """
    from ...bids.dataset_description import sources_of

    sources = list(dict.fromkeys([Path(source).absolute(), *sources_of(folder.out)]))
    known = {
        results_label(name): (name, record["Run"])
        for name, record in folder.records()
        if isinstance(record.get("Run"), str) and os.path.isabs(record["Run"])
    }
    removed = set()
    for label in labels:
        if label in known:
            places, is_reachable = _recorded_places(*known[label], sources)
        else:
            run = label.rpartition("/")[2].rpartition(ATLAS)[0]
            if not run.startswith("sub-"):
                continue
            places, is_reachable = _possible_places(run, sources)
        if is_reachable and not any(map(os.path.lexists, places)):
            removed.add(label)
    return removed


def _recorded_places(name: str, run: str, sources: list[Path]) -> tuple[list[Path], bool]:
    """Where the image of a recorded run may be, and whether the data set that it was in can be reached."""
    from ...bids.derivatives import IMAGES
    from ...images.filenames import stem

    folders = name.rpartition("/")[0]
    dataset = Path(str(Path(run).parent).removesuffix(folders))
    images = [f"{stem(run)}{ending}" for ending in IMAGES]  # it may have been decompressed since
    return [Path(path, folders, image) for path in (dataset, *sources) for image in images], dataset.is_dir()


def _possible_places(run: str, sources: list[Path]) -> tuple[list[Path], bool]:
    """Images of the name of a run without a record, and whether all data sets can be reached."""
    pattern = f"{glob.escape(run).partition('_')[0]}/**/{glob.escape(run)}_bold.nii*"
    places = [place for path in sources for place in path.glob(pattern)]
    return places, all(path.is_dir() for path in sources)
