"""Names of results: those of a run's files, of its part of a graph, and of the maps."""

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
from .entities import ENTITY

#: Letters of a run's name in the names of its nodes, which are names of folders.
READABLE = 120
#: Bytes that file systems allow in a name.
MOST_BYTES = 255


def run_name(path: PathLike) -> str:
    """A run's name without ending, and without its BIDS suffix (``_bold``) if it has one.

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


def atlas_name(paths: Sequence[PathLike]) -> str:
    """The name of maps in file names: their ``atlas`` entity, or the letters and digits of their name.

    Parameters
    ----------
    paths : sequence of path-likes
        Several 3D maps are called by the beginning that their names have in common.

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


def result_names(runs: Sequence[PathLike], maps: Sequence[PathLike]) -> list[str]:
    """The name of each run's results, without ending; all names are different.

    Parameters
    ----------
    runs, maps : sequences of path-likes

    Returns
    -------
    list of str
        ``<entities>_atlas-<maps>_timeseries``.  Runs of one name in different folders are preceded
        by the names of the folders.

    Raises
    ------
    ValueError
        If a run is given twice, two names would differ in nothing but case, or a name has characters
        that no table can hold.

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
    while first_duplicate(names) and depth < min(len(path.parents) for path in paths):
        depth += 1
        counts = Counter(map(_folded, names))
        names = [
            f"{_label(path.parents[depth - 1].name)}_{name}" if counts[_folded(name)] > 1 else name
            for path, name in zip(paths, names, strict=True)
        ]
    if double := first_duplicate(names):  # rest.nii beside rest.nii.gz, or Rest.nii
        raise ValueError(f"two runs would both be called {double!r}; rename one of them.")
    return [f"{name}_atlas-{atlas_name(maps)}_timeseries" for name in names]


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


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _label(folder: str) -> str:
    return re.sub(r"[^a-zA-Z0-9+-]", "", folder) or "root"
