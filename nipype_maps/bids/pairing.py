"""Whether files belong to the runs that they are given for, judged by their names."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ..images.filenames import stem
from ..storage.paths import PathLike
from .entities import OF_RUN, entities_of, labels_differ

#: What a number counts, by the word before it: sub01, S01 and subj-1 are the same, run1 is not; the number
#: of a version (v2) says nothing about a run.
COUNTED = {
    "s": "sub", "p": "sub", "sub": "sub", "subj": "sub", "subject": "sub", "participant": "sub",
    "ses": "ses", "sess": "ses", "session": "ses", "run": "run", "r": "run", "task": "task",
    "echo": "echo", "e": "echo", "scan": "scan", "visit": "visit", "v": None,
}  # fmt: skip
DATE = re.compile(r"(?<![0-9])(19|20)[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9](?![0-9])")
#: A number with the word before it, or a word.
WORD = re.compile(r"(?:([^\W\d_]+)-?)?([0-9]+)|([^\W\d_]+)")


def mismatch(
    run: PathLike,
    other: PathLike,
    *,
    folders: bool = False,
    entities: Sequence[str] = OF_RUN,
    what: str = "",
) -> str | None:
    """A message on the first entity in which a run and a file that is given for it differ.

    Parameters
    ----------
    run, other : path-likes
    folders : bool
        See `entities_of`.
    entities : sequence of str
        Those that are compared, where both files have them.
    what : str
        Words before the other file's name.

    Examples
    --------
    >>> mismatch("sub-01_run-1_bold.nii", "sub-02_run-01_motion.tsv")
    'sub-02_run-01_motion.tsv is of sub-02, but is given for sub-01_run-1_bold.nii of sub-01'
    >>> mismatch("sub-01_run-1_bold.nii", "sub-01_ses-a_run-01_motion.tsv")
    """
    here, there = entities_of(run, folders, other), entities_of(other, folders, run)
    for entity in entities:
        if entity in here and entity in there and labels_differ(here[entity], there[entity]):
            return (
                f"{what}{Path(other).name} is of {entity}-{there[entity]}, but is given for "
                f"{Path(run).name} of {entity}-{here[entity]}"
            )
    return None


def words_of(name: str) -> set[tuple[str, str]]:
    """The words and numbers of a name, each number with what it counts, if that is known.

    Examples
    --------
    >>> sorted(words_of("S01_rest")), sorted(words_of("rest_2"))
    ([('', 'rest'), ('sub', '1')], [('', '2'), ('', 'rest')])
    """
    found = set()
    for word, number, other in WORD.findall(DATE.sub("_", name)):
        counted = COUNTED.get(word.lower(), "")
        if counted is None:
            continue
        if word and not counted:
            found.add(("", word.lower()))
        found.add((counted, number.lstrip("0") or "0") if number else ("", other.lower()))
    return found


def swapped_file(runs: Sequence[str], files: Sequence[Sequence[str]]) -> tuple[int, str, int] | None:
    """The first file whose name fits another run of the call, and not the run that it is given for.

    Each word or number in a file's name is evidence for the runs whose names have it too.  One that all
    runs have, or all files, is no evidence, unless it is the number of a participant or run.  If a single
    word is evidence for the run itself and not for the other one, the file is taken to be the run's own;
    so is a file that is given for several runs.

    Parameters
    ----------
    runs : sequence of str
    files : sequence of sequence of str
        The files of each run.

    Returns
    -------
    (int, str, int) or None
        Index of the run, its file, and index of the run that the file fits.

    Examples
    --------
    >>> swapped_file(["S01.nii", "S02.nii"], [["S02_conf.tsv"], ["S01_conf.tsv"]])
    (0, 'S02_conf.tsv', 1)
    >>> swapped_file(["sub-01_bold.nii", "sub-02_bold.nii"], [["S1_conf.tsv"], ["S2_conf.tsv"]])
    >>> swapped_file(["S01.nii", "S02.nii"], [["run2_v2.tsv"], ["run1_v2.tsv"]])  # which count something else
    """
    times = Counter(path for given in files for path in set(given))
    paths = [path for path, count in times.items() if count == 1]
    words = dict(zip(paths, map(words_of, names_in_call(paths)), strict=True))
    of_runs = [words_of(name) for name in names_in_call(runs)]
    silent = {word for word in set.intersection(*words.values()) if not word[0]} if len(words) > 1 else set()
    having = cache(lambda word: {run for run, known in enumerate(of_runs) if _in(word, known)})
    for own, given in enumerate(files):
        for path in given:
            evidence = [having(word) for word in words.get(path, set()) - silent]
            others = set().union(*(found for found in evidence if own not in found))
            others = others.intersection(*(found for found in evidence if own in found))
            if others:
                return own, path, min(others)
    return None


def _in(word: tuple[str, str], words: set[tuple[str, str]]) -> bool:
    """Whether a word is among others; a number without a known word equals any of its value."""
    counted, text = word
    return any(text == other and (counted == of or not (counted and of)) for of, other in words)


def names_in_call(paths: Sequence[str]) -> list[str]:
    """Names of files without ending, preceded by the folders that they do not share.

    Examples
    --------
    >>> names_in_call(["/data/S01/rest.nii.gz", "/data/S02/rest.nii.gz"])
    ['S01/rest', 'S02/rest']
    """
    absolute = [Path(os.path.abspath(path)) for path in paths]
    shared = os.path.commonpath([path.parent for path in absolute]) if absolute else ""
    return [(path.parent.relative_to(shared) / stem(path)).as_posix() for path in absolute]


def only_shared_tables(given: Sequence[Sequence[str]]) -> tuple[str, int, int] | None:
    """The first run all of whose tables are given for other runs too.

    Several runs may share the table of a design, if each has one of its own too.

    Parameters
    ----------
    given : sequence of sequence of str
        The tables of each run.  Two paths, or links, to one file are the same table.

    Returns
    -------
    (str, int, int) or None
        One of its tables, index of the run, and index of another run with that table.

    Examples
    --------
    >>> only_shared_tables([["a.tsv"], ["a.tsv"]])
    ('a.tsv', 0, 1)
    >>> only_shared_tables([["a.tsv", "task.tsv"], ["b.tsv", "task.tsv"]])
    """
    users: dict[str, set[int]] = {}
    for run, paths in enumerate(given):
        for path in paths:
            users.setdefault(os.path.realpath(path), set()).add(run)
    for run, paths in enumerate(given):
        others = [users[os.path.realpath(path)] - {run} for path in paths]
        if others and all(others):
            return paths[0], run, min(others[0])
    return None
