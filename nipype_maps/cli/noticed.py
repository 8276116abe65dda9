"""What was noticed of runs: warnings of one kind together, so that the rare ones are seen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..bids.sidecars import Sidecar


FILES = r"\S+\.(?:nii|img|hdr|tsv|csv|txt|json|npy)[\w.]*"
QUOTED = r"'[^']*'"
NUMBERS = r"\d+(?:\.\d+)?(?:e[+-]?\d+)?"
#: A list of names, as messages have them.
LISTS = r"#(?:, #|,? and #)*(?: more)?"


@dataclass(frozen=True)
class Noticed:
    """A warning in a run's sidecar.

    Attributes
    ----------
    run : str
        The name of its results, which no other run has.
    file : str
        The name of its own file.
    text : str
    names : tuple of str
        What else is called by a name in the sidecar: maps, confounds.
    """

    run: str
    file: str
    text: str
    names: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The text without what is the run's own: numbers, and names of files, maps and confounds.

        Examples
        --------
        >>> text = "nothing is left of visual, map-02 and 3 more in a.nii; 7 of 9 frames."
        >>> Noticed("a", "a.nii", text, ("visual", "motor")).kind
        'nothing is left of # in #; # of # frames.'
        """
        kind = self.text.replace(self.file, "#")
        for pattern in (FILES, QUOTED, _any_of(self.names), rf"\w*-?{NUMBERS}"):
            kind = re.sub(pattern, "#", kind)
        return re.sub(LISTS, "#", kind)


def noticed_of(run, sidecar: Sidecar) -> list[Noticed]:
    """The warnings in a run's sidecar."""
    names = (*sidecar.map_names, *sidecar.confound_columns)
    return [Noticed(run.name, Path(run.run_file).name, text, names) for text in sidecar.warnings]


def grouped(noticed: Sequence[Noticed]) -> list[str]:
    """One warning for each kind that several runs have, with the first run that it is of.

    Examples
    --------
    >>> first, second = Noticed("a", "a.nii", "9 frames."), Noticed("b", "b.nii", "a gap.")
    >>> grouped([first, second, Noticed("c", "c.nii", "9 frames.")])
    ['2 runs, such as a.nii: 9 frames.', 'b.nii: a gap.']
    >>> grouped([first, Noticed("c", "c.nii", "8 frames.")])
    ['2 runs, each in its own way, such as a.nii: 9 frames.']
    """
    kinds = defaultdict(list)
    for one in noticed:
        kinds[one.kind].append(one)
    return [sentence for same in kinds.values() for sentence in _sentences(same)]


def _sentences(same: Sequence[Noticed]) -> list[str]:
    first, n_runs = same[0], len({one.run for one in same})
    if n_runs == 1:
        return [f"{one.file}: {one.text}" for one in same]
    alike = len({one.text.replace(one.file, "#") for one in same}) == 1
    return [f"{n_runs} runs, {'' if alike else 'each in its own way, '}such as {first.file}: {first.text}"]


@cache
def _any_of(names: tuple[str, ...]) -> str:
    """A pattern of names; of none it matches nothing."""
    longest_first = sorted(filter(None, set(names)), key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if longest_first else "(?!)"
