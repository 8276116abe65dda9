"""BIDS entities (``sub-01``, ``run-2``) in the names of files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..images.filenames import stem
from ..storage.paths import PathLike

#: An entity and its label, as BIDS has them.
ENTITY = re.compile(r"[a-zA-Z]+-[a-zA-Z0-9+]+")
#: Entities with their labels anywhere in a name.
IN_NAME = re.compile(r"(?:^|_)([a-zA-Z]+)-([a-zA-Z0-9+]+)(?=_|$)")
#: The same as people write them: labels may have hyphens, as in NYU-12, if they end in a number.
WRITTEN = re.compile(r"([a-zA-Z]+)-([a-zA-Z0-9+]+|[a-zA-Z0-9+]+(?:-[a-zA-Z0-9+]+)*-[a-zA-Z0-9+]*[0-9])")
#: Entities in which a run and a file that is given for it must agree, where both have them.
OF_RUN = (
    "sub", "ses", "sample", "task", "run", "acq", "dir", "echo", "rec", "ce", "trc", "stain", "part", "inv",
    "flip", "mt", "chunk", "split",
)  # fmt: skip
#: Entities whose labels are numbers: run-1 is run-01.
NUMBERS = ("run", "echo", "inv", "flip", "chunk", "split")
#: Entities by what pybids calls them.
ENTITIES = {"subject": "sub", "session": "ses", "task": "task"}
#: Folders above a file that may name its participant even if they contain the whole study.
NEAR = 3


def entities_of(path: PathLike, folders: bool = False, beside: PathLike | None = None) -> dict[str, str]:
    """The BIDS entities in a file's name and their labels.

    Entities are in lower case, in the order of the name.

    Parameters
    ----------
    path : path-like
    folders : bool
        Take sub and ses from the nearest folders above if the name does not have them.
    beside : path-like, optional
        Another file.  Folders further up that contain both files are ignored, such as that of a
        project called ``sub-cortical``.

    Examples
    --------
    >>> entities_of("sub-01_task-rest_run-02_bold.nii.gz")
    {'sub': '01', 'task': 'rest', 'run': '2'}
    >>> entities_of("sub-01/ses-a/func/z.feat/mc/motion.par", folders=True)
    {'ses': 'a', 'sub': '01'}
    """
    # a label ends at a dot: sub-02.mcf.par
    pairs = [_entity(word.partition(".")[0]) for word in stem(path).split("_")]
    if folders:
        above = map(_entity, _folders_above(path, beside))
        pairs += [pair for pair in above if pair and pair[0] in ("sub", "ses")]
    found: dict[str, str] = {}
    for entity, label in filter(None, pairs):
        found.setdefault(entity, _number(label) if entity in NUMBERS else label)
    return found


def labels_in(name: str) -> dict[str, str]:
    """Entities and labels in the name of results or maps, as they stand there; folders do not count.

    Other than of `entities_of`, the words between them may be anything, and run-01 stays so.

    Examples
    --------
    >>> labels_in("sub-01/func/sub-01_run-01_atlas-msdl_desc-denoised_timeseries")
    {'sub': '01', 'run': '01', 'atlas': 'msdl', 'desc': 'denoised'}
    """
    return dict(IN_NAME.findall(name.rpartition("/")[2]))


def key_of(path: Path, without: Sequence[str] = ()) -> tuple:
    """The folder and entities of a file, which files of one run share, but for ``desc`` and some others.

    Examples
    --------
    >>> key_of(Path("func/sub-01_space-T1w_desc-preproc_bold.nii"), ["space"])[1:]
    (('sub', '01'),)
    """
    kept = ((name, label) for name, label in entities_of(path).items() if name not in ("desc", *without))
    return (path.parent, *sorted(kept))


def bare_labels(labels: Sequence[str], name: str) -> list[str]:
    """Labels without the entity that people write before them.

    Examples
    --------
    >>> bare_labels(["sub-01", "02"], "subject")
    ['01', '02']
    """
    return [label.removeprefix(f"{ENTITIES.get(name, name)}-") for label in labels]


def labels_differ(one: str, other: str) -> bool:
    """Whether two labels are certainly different; other words may follow a hyphen.

    Examples
    --------
    >>> labels_differ("A-1", "A-2"), labels_differ("01", "02-rest1")
    (True, True)
    >>> labels_differ("01", "01-rest1"), labels_differ("01-rest1", "01-motion1")
    (False, False)
    """
    for index, (a, b) in enumerate(zip(one.split("-"), other.split("-"), strict=False)):
        if a != b:
            return not index or a.rstrip("0123456789") == b.rstrip("0123456789")
    return False


def _entity(word: str) -> tuple[str, str] | None:
    """Entity and label of a part of a name; None if the part is none.

    Examples
    --------
    >>> _entity("Sub-01"), _entity("sub-NYU-12")
    (('sub', '01'), ('sub', 'NYU-12'))
    >>> _entity("run-wise-confounds"), _entity("sub-01-run-1")
    (None, None)
    """
    found = WRITTEN.fullmatch(word)
    if not found or not set(OF_RUN).isdisjoint(found[2].lower().split("-")[1:]):
        return None
    return found[1].lower(), found[2]


def _number(label: str) -> str:
    return label.lstrip("0") or "0" if label.isdigit() else label


def _folders_above(path: PathLike, beside: PathLike | None) -> list[str]:
    """Names of the folders above a file, the nearest first."""
    shared = set(Path(os.path.abspath(beside)).parents) if beside else set()
    above = Path(os.path.abspath(path)).parents
    return [folder.name for depth, folder in enumerate(above) if depth < NEAR or folder not in shared]
