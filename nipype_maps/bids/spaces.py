"""Spaces of images (MNI152NLin6Asym, T1w, ...), as their names give them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..images.filenames import stem
from ..storage.paths import PathLike
from .entities import entities_of

#: Entities that make a space narrower, such as its resolution.
DETAILS = ("res", "den", "cohort")
#: Entities in which files of one run may differ.
OF_SPACE = ("space", *DETAILS)
#: Labels of spaces of a single participant.
INDIVIDUAL = {"native", "t1w", "t2w", "func", "boldref", "bold", "scanner", "individual", "orig", "anat"}
#: What fMRIPrep calls the space of a run that was not resampled; its files' names have no space.
NOT_RESAMPLED = "func"


def space_of(path: PathLike) -> str | None:
    """The space of an image by its name, to compare with others; None if the name has none.

    The label of its entity ``space`` or ``tpl``, with the cohort of a template that has several;
    'native' for all spaces of a single participant, and for runs and masks that fMRIPrep did not
    resample.

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
        return "native" if re.fullmatch(r"sub-.*_desc-(preproc_bold|brain_mask)", name) else None
    if label.lower() in INDIVIDUAL:
        return "native"
    return f"{label} cohort {entities['cohort']}" if "cohort" in entities else label


def spaces_differ(one: str | None, other: str | None) -> bool:
    """Whether two spaces are certainly different.

    A label that begins another one, as ``MNI`` begins ``MNI152NLin6Asym``, may be short for it.

    Parameters
    ----------
    one, other : str or None
        From `space_of`.

    Examples
    --------
    >>> spaces_differ("MNI152NLin6Asym", "MNI152NLin2009cAsym"), spaces_differ("MNI", "MNI152NLin6Asym")
    (True, False)
    """
    if one is None or other is None:
        return False
    one, other = one.lower(), other.lower()
    return not (one.startswith(other) or other.startswith(one))


def full_space(path: PathLike) -> str:
    """The space of a run or of its results by their name, written as for fMRIPrep's --output-spaces.

    Examples
    --------
    >>> full_space("sub-01_space-MNI_res-2_desc-preproc_bold.nii"), full_space("sub-01_desc-preproc_bold.nii")
    ('MNI:res-2', 'func')
    """
    entities = entities_of(path)
    more = [f"{name}-{entities[name]}" for name in DETAILS if name in entities]
    return ":".join([entities.get("space", NOT_RESAMPLED), *more])


def spaces_meant(label: str, spaces: Iterable[str]) -> set[str]:
    """The spaces that a label means: the one of that name, else all that are narrower.

    Examples
    --------
    >>> sorted(spaces_meant("MNI", ["MNI", "MNI:res-2", "T1w"]))
    ['MNI']
    >>> sorted(spaces_meant("MNI", ["MNI:res-1", "MNI:res-2", "T1w"]))
    ['MNI:res-1', 'MNI:res-2']
    """
    known = set(spaces)
    named = {space for space in known if _parts(space) == _parts(label)}
    return named or {space for space in known if is_in(space, label)}


def is_in(space: str, label: str) -> bool:
    """Whether a space is the one of a label, or narrower.

    Examples
    --------
    >>> is_in("MNI:res-2", "MNI"), is_in("MNI", "MNI:res-2")
    (True, False)
    """
    name, details = _parts(label)
    return name == _parts(space)[0] and details <= _parts(space)[1]


def _parts(space: str) -> tuple[str, frozenset[str]]:
    """The name of a space, and its details."""
    name, *details = space.split(":")
    return name, frozenset(details)
