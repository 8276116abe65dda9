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
#: What is between the label of a template and its cohort in the name of a space.
COHORT = " cohort "
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
    >>> space_of("sub-01_space-MNIInfant+2_desc-preproc_bold.nii.gz")
    'MNIInfant cohort 2'
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
    name, cohort = _name_and_cohort(label)
    cohort = entities.get("cohort", cohort)
    return f"{name}{COHORT}{cohort.lstrip('0') or '0'}" if cohort else name


def spaces_differ(one: str | None, other: str | None) -> bool:
    """Whether two spaces are certainly different.

    A label that begins another one, as ``MNI`` begins ``MNI152NLin6Asym``, may be short for it.  Cohorts
    are the same or not.

    Parameters
    ----------
    one, other : str or None
        From `space_of`.

    Examples
    --------
    >>> spaces_differ("MNI152NLin6Asym", "MNI152NLin2009cAsym"), spaces_differ("MNI", "MNI152NLin6Asym")
    (True, False)
    >>> spaces_differ("MNIInfant cohort 1", "MNIInfant cohort 10"), spaces_differ("MNI", "MNIInfant cohort 1")
    (True, False)
    """
    if one is None or other is None:
        return False
    (name, _, cohort), (other_name, _, other_cohort) = (at.lower().partition(COHORT) for at in (one, other))
    if cohort and other_cohort and cohort != other_cohort:
        return True
    return not (name.startswith(other_name) or other_name.startswith(name))


def full_space(path: PathLike) -> str:
    """The space of a run or of its results by their name, written as for fMRIPrep's --output-spaces.

    Examples
    --------
    >>> full_space("sub-01_space-MNI_res-2_desc-preproc_bold.nii"), full_space("sub-01_desc-preproc_bold.nii")
    ('MNI:res-2', 'func')
    >>> full_space("sub-01_space-MNIInfant+2_desc-preproc_bold.nii")
    'MNIInfant:cohort-2'
    """
    entities = entities_of(path)
    label, cohort = _name_and_cohort(entities.get("space", NOT_RESAMPLED))
    entities = {**({"cohort": cohort} if cohort else {}), **entities}
    return ":".join([label, *(f"{name}-{entities[name]}" for name in DETAILS if name in entities)])


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
    label, *details = space.split(":")
    name, cohort = _name_and_cohort(label)
    return name, frozenset([*details, *([f"cohort-{cohort}"] if cohort else [])])


def _name_and_cohort(label: str) -> tuple[str, str]:
    """The parts of a label of a space: fMRIPrep writes cohort 2 of MNIInfant as ``MNIInfant+2``."""
    name, _, cohort = label.partition("+")
    return name, cohort
