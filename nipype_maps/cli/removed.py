"""Runs that a data set's summary has rows of, but that were removed from the data since."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from .results import ResultFolder

#: What a run's name has behind it in the name of its results.
OF_RESULTS = "_atlas-"


def removed_runs(labels: Iterable[str], folder: ResultFolder, source, label_of: Callable) -> set[str]:
    """Those of some rows whose runs are not there any more.

    A run is there if it is where it was, or at the same place in any data set that the results are
    made from.  A data set that cannot be reached, as on a disk that is not mounted, has lost no run.

    Parameters
    ----------
    labels : iterable of str
        Of rows.
    folder : ResultFolder
    source : path-like
        The data set that is read now.
    label_of : callable
        The label of a run's row by the name of its results.
    """
    from ..bids.dataset import sources_of
    from ..bids.derivatives import IMAGES
    from ..images.filenames import stem

    sources = list(dict.fromkeys([Path(source).absolute(), *sources_of(folder.out)]))
    known = {label_of(name): (name, run) for name, run in folder.runs_of_before()}
    removed = set()
    for label in labels:
        if label in known:
            name, run = known[label]
            folders = name.rpartition("/")[0]
            of = Path(str(Path(run).parent).removesuffix(folders))
            images = [f"{stem(run)}{ending}" for ending in IMAGES]  # it may have been unpacked since
            places = [Path(path, folders, image) for path in (of, *sources) for image in images]
            may_be_elsewhere = not of.is_dir()
        else:
            run = glob.escape(label.rpartition("/")[2].rpartition(OF_RESULTS)[0])
            if not run.startswith("sub-"):
                continue
            pattern = f"{run.partition('_')[0]}/**/{run}_bold.nii*"
            places = [place for path in sources for place in path.glob(pattern)]
            may_be_elsewhere = not all(path.is_dir() for path in sources)
        if not may_be_elsewhere and not any(map(os.path.lexists, places)):
            removed.add(label)
    return removed
