"""Names of results: BIDS entities in, file names out."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

from .sidecars import stem

ENTITY = re.compile(r"[a-zA-Z]+-[a-zA-Z0-9+]+")


def run_name(path) -> str:
    """A run's name without its ending, and without its BIDS suffix (``_bold``) if it has one.

    Examples
    --------
    >>> run_name("sub-01_task-rest_space-MNI_desc-preproc_bold.nii.gz")
    'sub-01_task-rest_space-MNI_desc-preproc'
    >>> run_name("rest.nii")
    'rest'
    """
    name = stem(path)
    *entities, suffix = name.split("_")
    is_bids = entities and entities[0].startswith("sub-") and all(map(ENTITY.fullmatch, entities))
    return "_".join(entities) if is_bids and "-" not in suffix else name


def atlas_name(paths) -> str:
    """What maps are called in file names: their ``atlas`` entity, or letters and digits of their name.

    Parameters
    ----------
    paths : list of path-likes
        Several 3D maps are called by what their names have in common.

    Examples
    --------
    >>> atlas_name(["atlas-DiFuMo_res-2_probseg.nii.gz"]), atlas_name(["tpm_00.nii", "tpm_01.nii"])
    ('DiFuMo', 'tpm')
    """
    names = [stem(path) for path in paths]
    entity = re.search(r"(?:^|_)atlas-([a-zA-Z0-9+]+)", names[0])
    if entity:
        return entity.group(1)
    common = names[0]
    if len(names) > 1:
        common = re.sub(r"[\W_]*\d*$", "", os.path.commonprefix(names))  # noqa: RUF071 (names, no paths)
    return re.sub(r"[^a-zA-Z0-9]", "", common) or "maps"


def result_names(runs, maps) -> list[str]:
    """The name of each run's results, without ending; never two alike.

    Parameters
    ----------
    runs : list of path-likes
    maps : list of path-likes

    Returns
    -------
    list of str
        ``<entities>_atlas-<maps>_timeseries``.  Runs of one name in different folders take
        the folders' names in front.

    Raises
    ------
    ValueError
        If a run is given twice.

    Examples
    --------
    >>> result_names(["sub-01_bold.nii"], ["msdl.nii"])
    ['sub-01_atlas-msdl_timeseries']
    >>> result_names(["ann/rest.nii", "bob/rest.nii"], ["msdl.nii"])
    ['ann_rest_atlas-msdl_timeseries', 'bob_rest_atlas-msdl_timeseries']
    """
    paths = [Path(os.path.abspath(run)) for run in runs]
    for path, count in Counter(paths).items():
        if count > 1:
            raise ValueError(f"the run {path} is given {count} times; give each run once.")
    names = [run_name(path) for path in paths]
    depth = 0
    while len(set(names)) < len(names) and depth < min(len(path.parents) for path in paths):
        depth += 1
        counts = Counter(names)
        names = [
            f"{_label(path.parents[depth - 1].name)}_{name}" if counts[name] > 1 else name
            for path, name in zip(paths, names, strict=True)
        ]
    if len(set(names)) < len(names):  # rest.nii beside rest.nii.gz
        double = next(name for name, count in Counter(names).items() if count > 1)
        raise ValueError(f"two runs would both be called {double!r}; rename one of them.")
    return [f"{name}_atlas-{atlas_name(maps)}_timeseries" for name in names]


def listed(names, most: int = 8) -> str:
    """Some names for a message, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b"]), listed("abcd", most=2)
    ('a, b', 'a, b and 2 more')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _label(folder: str) -> str:
    return re.sub(r"[^a-zA-Z0-9+-]", "", folder) or "root"
