"""Names of results: those of a run's files, and of its part of a graph."""

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
from ..storage.paths import PathLike
from .atlas import Atlas
from .entities import ENTITY, labels_in
from .entity_order import ordered

#: Letters of a run's name in the names of its nodes, which are names of folders.
READABLE = 120
#: Entities that results have anew.
OF_RESULTS = ("atlas", "seg", "scale", "desc")
#: Bytes that file systems allow in a name.
MOST_BYTES = 255


def result_names(runs: Sequence[PathLike], atlas: Atlas, desc: str | None = None) -> list[str]:
    """The name of each run's results, without ending; all names are different.

    Parameters
    ----------
    runs : sequence of path-likes
    atlas : Atlas
    desc : str, optional
        What the results are, in place of the ``desc`` of the runs.

    Returns
    -------
    list of str
        ``<entities>_timeseries``: those of the run, but for its ``desc``, of the atlas, and ``desc``, in
        the order of BIDS; after a name that is none of BIDS, those of the atlas and ``desc``.  Runs of
        one name in different folders are preceded by the names of the folders.

    Raises
    ------
    ValueError
        If a run is given twice, two names would differ in nothing but case, or a name has characters
        that no table can hold.

    Examples
    --------
    >>> result_names(["sub-01_space-MNI_res-2_desc-preproc_bold.nii"], Atlas("msdl"), "denoised")
    ['sub-01_space-MNI_atlas-msdl_res-2_desc-denoised_timeseries']
    >>> result_names(["ann/rest.nii", "bob/rest.nii"], Atlas("msdl"))
    ['ann_rest_atlas-msdl_timeseries', 'bob_rest_atlas-msdl_timeseries']
    """
    paths = [Path(os.path.abspath(run)) for run in runs]
    _require_different(paths)
    entities = [_entities(path) for path in paths]
    _require_more_than_desc(paths, entities)
    added = [f"{entity}-{label}" for entity, label in atlas.entities.items()]
    added += [f"desc-{desc}"] if desc else []
    names = [
        "_".join([*(ordered([*words, *added]) if words else (stem(path), *added)), "timeseries"])
        for path, words in zip(paths, entities, strict=True)
    ]
    for name, path in zip(names, paths, strict=True):
        if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in as_utf8(name)):
            raise ValueError(
                f"the name of the run {str(path)!r} has a line break, a control character or bytes that "
                "are no text; rename the file."
            )
    depth = 0
    while first_duplicate(names) and depth < min(len(path.parents) for path in paths):
        depth += 1
        counts = Counter(map(_folded, names))
        names = [
            f"{_label(path.parents[depth - 1].name)}_{name}" if counts[_folded(name)] > 1 else name
            for path, name in zip(paths, names, strict=True)
        ]
    if double := first_duplicate(names):  # rest.nii beside rest.nii.gz, or Rest.nii
        raise ValueError(f"the results of two runs would both be called {double!r}; rename one of them.")
    return names


def desc_of(name: str) -> str | None:
    """What results are, by their name; None if it does not say.

    Examples
    --------
    >>> desc_of("sub-01/func/sub-01_atlas-msdl_desc-denoised_timeseries")
    'denoised'
    >>> desc_of("rest_atlas-msdl_timeseries")
    """
    return labels_in(name).get("desc")


def entities_of_run(name: PathLike) -> list[str]:
    """The entities, with their labels, that a run and its results have in common, in the order of BIDS.

    Examples
    --------
    >>> entities_of_run("sub-01/func/sub-01_task-rest_space-MNI_atlas-msdl_res-2_desc-denoised_timeseries")
    ['sub-01', 'task-rest', 'space-MNI', 'res-2']
    >>> entities_of_run("sub-01_task-rest_space-MNI_res-2_desc-preproc_bold.nii.gz")
    ['sub-01', 'task-rest', 'space-MNI', 'res-2']
    """
    words = ordered(word for word in stem(name).split("_") if ENTITY.fullmatch(word))
    return [word for word in words if word.partition("-")[0] not in OF_RESULTS]


def first_duplicate(names: Sequence[str]) -> str | None:
    """The first name that comes twice; case is ignored, as many file systems do.

    Examples
    --------
    >>> first_duplicate(["rest", "task", "Rest"]), first_duplicate(["rest", "task"])
    ('rest', None)
    """
    counts = Counter(map(_folded, names))
    return next((name for name in names if counts[_folded(name)] > 1), None)


def node_name(kind: str, name: str) -> str:
    """The name of a run's part of a graph: ASCII, short enough for a folder, different for each run.

    Examples
    --------
    >>> node_name("transform", "a b"), node_name("transform", "a_b")
    ('transform_a_b_c8687a08aa', 'transform_a_b_648fa9b31b')
    """
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{kind}_{re.sub('[^a-zA-Z0-9_-]', '_', name)[:READABLE]}_{digest[:10]}"


def require_short_names(name: str, run: PathLike) -> None:
    """Raise ValueError if the names of a run's results would be too long for the file system.

    Parameters
    ----------
    name : str
        Of the results, without ending.
    run : path-like
        Files in its nodes' folders begin with its name.
    """
    for file in (f"{Path(name).name}.json", f"{stem(run)}_signals_clean.json"):
        if len(os.fsencode(file)) > MOST_BYTES:
            raise ValueError(
                f"the name of {run} is too long for the files of its results, such as {file}; rename the run."
            )


def _require_different(paths: Sequence[Path]) -> None:
    """Raise ValueError if two paths, or links, lead to one file."""
    known: dict[str, Path] = {}
    for path, count in Counter(paths).items():
        if count > 1:
            raise ValueError(f"the run {path} is given {count} times; give each run once.")
        other = known.setdefault(os.path.realpath(path), path)
        if other != path:
            raise ValueError(f"{other} and {path} are the same file; give each run once.")


def _entities(path: Path) -> list[str]:
    """The entities of a run with a BIDS name that results keep; empty for any other name."""
    *words, suffix = stem(path).split("_")
    is_bids = (
        words and words[0].startswith("sub-") and all(map(ENTITY.fullmatch, words)) and "-" not in suffix
    )
    return [word for word in words if word.partition("-")[0] not in OF_RESULTS] if is_bids else []


def _require_more_than_desc(paths: Sequence[Path], entities: Sequence[list[str]]) -> None:
    """Raise ValueError if two runs in one folder differ in nothing but ``desc``, which results have anew."""
    known: dict[tuple[Path, str], Path] = {}
    for path, words in zip(paths, entities, strict=True):
        if not words:
            continue
        key = path.parent, "_".join(words)
        other = known.setdefault(key, path)
        if other != path and stem(other).rpartition("_")[0] != stem(path).rpartition("_")[0]:
            raise ValueError(
                f"{other.name} and {path.name} differ in desc- alone, and their results would have one name; "
                "extract them in two calls, each with a desc (--desc) of its own."
            )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _label(folder: str) -> str:
    return re.sub(r"[^a-zA-Z0-9+-]", "", folder) or "root"
