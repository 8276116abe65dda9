"""Names of results: BIDS entities in, file names out."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..images.filenames import stem
from ..storage.json_files import as_utf8

#: Labels of spaces that are a subject's own.
NATIVE = {"native", "t1w", "t2w", "func", "boldref", "bold", "scanner", "individual", "orig", "anat"}
ENTITY = re.compile(r"[a-zA-Z]+-[a-zA-Z0-9+]+")
#: Entities in which a run and what is given for it must not differ, where both have them.
OF_RUN = (
    "sub", "ses", "sample", "task", "run", "acq", "dir", "echo", "rec", "ce", "trc", "stain", "part", "inv",
    "flip", "mt", "chunk", "split",
)  # fmt: skip
#: Entities whose labels are numbers: run-1 is run-01.
NUMBERS = ("run", "echo", "inv", "flip", "chunk", "split")
#: An entity as people write it; hyphens, which labels of BIDS do not have, divide sites from numbers.
WRITTEN = re.compile(r"([a-zA-Z]+)-([a-zA-Z0-9+]+|[a-zA-Z0-9+]+(?:-[a-zA-Z0-9+]+)*-[a-zA-Z0-9+]*[0-9])")
#: Folders above a file that may be a participant's even if all of a study lies in them.
NEAR = 3
#: Letters of a run's name in the names of its nodes, which are folders.
READABLE = 120
#: Bytes that file systems allow a name.
MOST_BYTES = 255


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
        If a run is given twice, two would have names that differ in nothing but case, or a name
        holds what no table can.

    Examples
    --------
    >>> result_names(["sub-01_bold.nii"], ["msdl.nii"])
    ['sub-01_atlas-msdl_timeseries']
    >>> result_names(["ann/rest.nii", "bob/rest.nii"], ["msdl.nii"])
    ['ann_rest_atlas-msdl_timeseries', 'bob_rest_atlas-msdl_timeseries']
    """
    paths = [Path(os.path.abspath(run)) for run in runs]
    _require_different(paths)
    names = [run_name(path) for path in paths]
    for name, path in zip(names, paths, strict=True):
        if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in as_utf8(name)):
            raise ValueError(
                f"the name of the run {str(path)!r} has a line break, a control character or bytes that "
                "are no text; rename the file."
            )
    depth = 0
    while double_of(names) and depth < min(len(path.parents) for path in paths):
        depth += 1
        counts = Counter(map(_folded, names))
        names = [
            f"{_label(path.parents[depth - 1].name)}_{name}" if counts[_folded(name)] > 1 else name
            for path, name in zip(paths, names, strict=True)
        ]
    if double := double_of(names):  # rest.nii beside rest.nii.gz, or Rest.nii
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


def double_of(names: Sequence[str]) -> str | None:
    """The first of the names that another one has too; on many file systems case makes no difference.

    Examples
    --------
    >>> double_of(["rest", "task", "Rest"]), double_of(["rest", "task"])
    ('rest', None)
    """
    counts = Counter(map(_folded, names))
    return next((name for name in names if counts[_folded(name)] > 1), None)


def node_name(kind: str, name: str) -> str:
    """The name of a run's part of a graph: ASCII, never too long for a folder, and that of no other name.

    Examples
    --------
    >>> node_name("transform", "a b"), node_name("transform", "a_b")
    ('transform_a_b_c8687a08aa', 'transform_a_b_648fa9b31b')
    """
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{kind}_{re.sub('[^a-zA-Z0-9_-]', '_', name)[:READABLE]}_{digest[:10]}"


def require_room(name: str, run) -> None:
    """ValueError where the files of a run's results could not have their names.

    Parameters
    ----------
    name : str
        Of the results, without ending.
    run : path-like
        Its node's files have its name.
    """
    for file in (f"{Path(name).name}.json", f"{stem(run)}_signals_clean.json"):
        if len(os.fsencode(file)) > MOST_BYTES:
            raise ValueError(
                f"the name of {run} is too long for the files of its results, such as {file}; rename the run."
            )


def entities_of(path, folders: bool = False, beside=None) -> dict[str, str]:
    """BIDS entities in a file's name, in their order, in lower case.

    Parameters
    ----------
    path : path-like
    folders : bool
        Take sub and ses from the nearest folders above, where the name does not have them.
    beside : path-like, optional
        Another file.  Folders further up that hold both, as that of a project ``sub-cortical``, are
        left out.

    Examples
    --------
    >>> entities_of("sub-01_task-rest_run-02_bold.nii.gz")
    {'sub': '01', 'task': 'rest', 'run': '2'}
    >>> entities_of("sub-01/ses-a/func/z.feat/mc/motion.par", folders=True)
    {'ses': 'a', 'sub': '01'}
    """
    # what comes after a dot is no label: sub-02.mcf.par
    pairs = [_entity(word.partition(".")[0]) for word in stem(path).split("_")]
    if folders:
        above = map(_entity, _folders_above(path, beside))
        pairs += [pair for pair in above if pair and pair[0] in ("sub", "ses")]
    found: dict[str, str] = {}
    for entity, label in filter(None, pairs):
        found.setdefault(entity, _number(label) if entity in NUMBERS else label)
    return found


def mismatch(
    run, other, *, folders: bool = False, entities: Sequence[str] = OF_RUN, what: str = ""
) -> str | None:
    """A sentence on the first entity in which a run and a file that is given for it differ.

    Parameters
    ----------
    run, other : path-likes
    folders : bool
        See `entities_of`.
    entities : sequence of str
        Those that are compared, where both files have them.
    what : str
        What the other file is given as.

    Examples
    --------
    >>> mismatch("sub-01_run-1_bold.nii", "sub-02_run-01_motion.tsv")
    'sub-02_run-01_motion.tsv is of sub-02, but is given for sub-01_run-1_bold.nii of sub-01'
    >>> mismatch("sub-01_run-1_bold.nii", "sub-01_ses-a_run-01_motion.tsv")
    """
    here, there = entities_of(run, folders, other), entities_of(other, folders, run)
    for entity in entities:
        if entity in here and entity in there and _labels_differ(here[entity], there[entity]):
            return (
                f"{what}{Path(other).name} is of {entity}-{there[entity]}, but is given for "
                f"{Path(run).name} of {entity}-{here[entity]}"
            )
    return None


def _entity(word: str) -> tuple[str, str] | None:
    """Entity and label of a part of a name; None where it is none.

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


def _labels_differ(one: str, other: str) -> bool:
    """Whether two labels are certainly not the same; after a hyphen there may be other words.

    Examples
    --------
    >>> _labels_differ("A-1", "A-2"), _labels_differ("01", "02-rest1")
    (True, True)
    >>> _labels_differ("01", "01-rest1"), _labels_differ("01-rest1", "01-motion1")
    (False, False)
    """
    for index, (a, b) in enumerate(zip(one.split("-"), other.split("-"), strict=False)):
        if a != b:
            return not index or a.rstrip("0123456789") == b.rstrip("0123456789")
    return False


def _folders_above(path, beside) -> list[str]:
    """Names of the folders that a file lies in, the nearest first."""
    shared = set(Path(os.path.abspath(beside)).parents) if beside else set()
    above = Path(os.path.abspath(path)).parents
    return [folder.name for depth, folder in enumerate(above) if depth < NEAR or folder not in shared]


def _require_different(paths: Sequence[Path]) -> None:
    """ValueError where two paths, or links, lead to one file."""
    known: dict[str, Path] = {}
    for path, count in Counter(paths).items():
        if count > 1:
            raise ValueError(f"the run {path} is given {count} times; give each run once.")
        other = known.setdefault(os.path.realpath(path), path)
        if other != path:
            raise ValueError(f"{other} and {path} are the same file; give each run once.")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _number(label: str) -> str:
    return label.lstrip("0") or "0" if label.isdigit() else label


def _label(folder: str) -> str:
    return re.sub(r"[^a-zA-Z0-9+-]", "", folder) or "root"
