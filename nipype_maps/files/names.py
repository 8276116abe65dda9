"""Names of results: BIDS entities in, file names out."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

from .sidecars import stem

#: Labels of spaces that are a subject's own.
NATIVE = {"native", "t1w", "t2w", "func", "boldref", "bold", "scanner", "individual", "orig", "anat"}
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


def space_of(path) -> str | None:
    """The space that an image is in, as its name says; None where it says nothing.

    An entity ``tpl`` or ``space``, with the cohort of a template that has several; 'native' for the
    spaces of one subject, and for what fMRIPrep names without any.

    Examples
    --------
    >>> space_of("tpl-MNIInfant_cohort-2_res-1_atlas-x_probseg.nii.gz"), space_of("msdl.nii")
    ('MNIInfant cohort 2', None)
    >>> space_of("sub-01_space-T1w_desc-preproc_bold.nii"), space_of("sub-01_desc-preproc_bold.nii")
    ('native', 'native')
    """
    name = stem(path)
    entities = dict(part.split("-", 1) for part in name.split("_") if "-" in part)
    label = entities.get("space") or entities.get("tpl")
    if label is None:
        return "native" if re.fullmatch(r"sub-.*_desc-preproc_bold", name) else None
    if label.lower() in NATIVE:
        return "native"
    return f"{label} cohort {entities['cohort']}" if "cohort" in entities else label


def spaces_differ(one: str | None, other: str | None) -> bool:
    """Whether two spaces, of `space_of`, are certainly not the same.

    One that begins like the other, as ``MNI`` and ``MNI152NLin6Asym``, may be short for it.

    Examples
    --------
    >>> spaces_differ("MNI152NLin6Asym", "MNI152NLin2009cAsym"), spaces_differ("MNI", "MNI152NLin6Asym")
    (True, False)
    """
    if one is None or other is None:
        return False
    one, other = one.lower(), other.lower()
    return not (one.startswith(other) or other.startswith(one))


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
