"""Whether files belong to the runs that they are given for, as far as the call itself tells."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ..images.filenames import stem

#: What a number counts, by the word before it: sub01, S01 and subj-1 are one, run1 is another; a version
#: (v2) counts nothing of a run.
COUNTED = {
    "s": "sub", "p": "sub", "sub": "sub", "subj": "sub", "subject": "sub", "participant": "sub",
    "ses": "ses", "sess": "ses", "session": "ses", "run": "run", "r": "run", "task": "task",
    "echo": "echo", "e": "echo", "scan": "scan", "visit": "visit", "v": None,
}  # fmt: skip
DATE = re.compile(r"(?<![0-9])(19|20)[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9](?![0-9])")
#: A number with the word that it belongs to, or a word.
WORD = re.compile(r"(?:([^\W\d_]+)-?)?([0-9]+)|([^\W\d_]+)")


def words_of(name: str) -> set[tuple[str, str]]:
    """The words and numbers of a name, a number with what it counts, where its word says so.

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


def crossed(runs: Sequence[str], files: Sequence[Sequence[str]]) -> tuple[int, str, int] | None:
    """The first file that fits another run of the call by its name, and not the run it is given for.

    A word, or number, of the file's name speaks for each run that has it.  What all runs have, or all
    files, says nothing, unless it is the number of a participant or run; where one word speaks for the
    run itself, but not for the other, the file is taken to be its own.  So is one that several runs have.

    Parameters
    ----------
    runs : sequence of str
    files : sequence of sequence of str
        Of each run.

    Returns
    -------
    (int, str, int) or None
        The run, its file, and the run that the file fits.

    Examples
    --------
    >>> crossed(["S01.nii", "S02.nii"], [["S02_conf.tsv"], ["S01_conf.tsv"]])
    (0, 'S02_conf.tsv', 1)
    >>> crossed(["sub-01_bold.nii", "sub-02_bold.nii"], [["S1_conf.tsv"], ["S2_conf.tsv"]])
    >>> crossed(["S01.nii", "S02.nii"], [["run2_v2.tsv"], ["run1_v2.tsv"]])  # which count something else
    """
    times = Counter(path for given in files for path in set(given))
    paths = [path for path, count in times.items() if count == 1]
    words = dict(zip(paths, map(words_of, names_in_call(paths)), strict=True))
    of_runs = [words_of(name) for name in names_in_call(runs)]
    silent = {word for word in set.intersection(*words.values()) if not word[0]} if len(words) > 1 else set()
    having = cache(lambda word: {run for run, known in enumerate(of_runs) if _in(word, known)})
    for own, given in enumerate(files):
        for path in given:
            telling = [having(word) for word in words.get(path, set()) - silent]
            others = set().union(*(found for found in telling if own not in found))
            others = others.intersection(*(found for found in telling if own in found))
            if others:
                return own, path, min(others)
    return None


def _in(word: tuple[str, str], words: set[tuple[str, str]]) -> bool:
    """Whether a word is among others; a number that counts nothing known is that of any."""
    counted, text = word
    return any(text == other and (counted == of or not (counted and of)) for of, other in words)


def names_in_call(paths: Sequence[str]) -> list[str]:
    """What tells files apart: their names without ending, behind the folders that they do not share.

    Examples
    --------
    >>> names_in_call(["/data/S01/rest.nii.gz", "/data/S02/rest.nii.gz"])
    ['S01/rest', 'S02/rest']
    """
    absolute = [Path(os.path.abspath(path)) for path in paths]
    shared = os.path.commonpath([path.parent for path in absolute]) if absolute else ""
    return [(path.parent.relative_to(shared) / stem(path)).as_posix() for path in absolute]


def without_own(given: Sequence[Sequence[str]]) -> tuple[str, int, int] | None:
    """The first run that has no table but such as other runs have too: such a table, the run, another one.

    Tables of a design may be the same for all runs, beside one of each run's own.

    Parameters
    ----------
    given : sequence of sequence of str
        The tables of each run; the same file by another path, or link, is the same.

    Examples
    --------
    >>> without_own([["a.tsv"], ["a.tsv"]])
    ('a.tsv', 0, 1)
    >>> without_own([["a.tsv", "task.tsv"], ["b.tsv", "task.tsv"]])
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
