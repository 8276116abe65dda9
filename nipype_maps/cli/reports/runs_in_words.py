"""The runs of a paragraph of the methods section: how many, of what, and what was done to them before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..messages import counted
from .confounds_in_words import counts, joined

Sidecar = Mapping[str, Any]
#: What else was done to a run, by what its desc matches.
DONE_BEFORE = {"denoised": "denois|aroma", "smoothed": "smooth"}
#: Papers of tools, by their names in lower case, of letters alone.
TOOLS = {"fmriprep": "esteban2019", "xcpd": "mehta2024"}
#: More repetition times than this are given as a range.
MOST_TIMES = 3


@dataclass(frozen=True)
class RunsOfParagraph:
    """What sidecars do not have of the runs that a paragraph describes.

    Attributes
    ----------
    n_subjects : int
        0 if it is not known.
    space : str
        Of all runs, such as ``MNI152NLin6Asym:res-2``; empty if it is not known.
    tasks : tuple of str
        Labels of the tasks; empty unless all runs have one.
    n_removed : int
        How many do not exist any more.
    tools : tuple of str
        With their versions, by the description of the data set that the runs are from.
    """

    n_subjects: int = 0
    space: str = ""
    tasks: tuple[str, ...] = ()
    n_removed: int = 0
    tools: tuple[str, ...] = ()


def number_of_runs(sidecars: Sequence[Sidecar], runs: RunsOfParagraph) -> str:
    """How many runs of how many participants, in which space."""
    text = counted(len(sidecars), "fMRI run")
    if runs.n_removed:
        is_one = runs.n_removed == 1
        removed = (
            "which no longer exists" if len(sidecars) == 1 else
            f"{runs.n_removed} of which no longer {'exists' if is_one else 'exist'}"
        )  # fmt: skip
        text += f" ({removed} in the source data set)"
    if runs.n_subjects:
        text += f" of {counted(runs.n_subjects, 'participant')}"
    if runs.space:
        label, *details = runs.space.split(":")
        text += f" in the space {label}" + f" ({', '.join(details)})" * bool(details)
    return text


def on_runs(sidecars: Sequence[Sidecar], runs: RunsOfParagraph) -> str:
    """A sentence on their tasks, frames and repetition times."""
    known = {sidecar["RepetitionTime"] for sidecar in sidecars}
    times = sorted(known - {None})
    shown = [f"{time:g}" for time in times]
    text = f"{'to'.join([f'{shown[0]} ', f' {shown[-1]}'])}" if len(shown) > MOST_TIMES else joined(
        shown, " or "
    )  # fmt: skip
    frames = counts([sidecar["FramesInRun"] for sidecar in sidecars], "frame")
    what = [frames, *([f"a repetition time of {text} s"] if times else [])]
    is_one = len(sidecars) == 1
    sentence = f"{the_runs(sidecars, 'has', 'have')} {joined(what)}"
    if None in known:
        whose = "its" if is_one else "some have a" if times else "their"
        sentence += f"; {whose} repetition time {'that ' * (whose == 'some have a')}is not known"
    if runs.tasks:
        labels = [f"`{task}`" for task in runs.tasks]
        sentence += f" (task{'s' * (len(labels) > 1)} {joined(labels)})"
    return f"{sentence}."


def the_runs(sidecars: Sequence[Sidecar], one: str, several: str) -> str:
    """The subject of a sentence, with the verb for one run or several."""
    return f"The run {one}" if len(sidecars) == 1 else f"The runs {several}"


def desc_of(sidecar: Sidecar) -> str:
    """The desc of a run's own name; empty without one.

    Examples
    --------
    >>> desc_of({"Provenance": {"Run": [{"File": "sub-01_desc-denoised_bold.nii.gz"}]}})
    'denoised'
    """
    from ...bids.entities import entities_of

    files = sidecar["Provenance"].get("Run") or [{"File": ""}]
    return entities_of(files[0]["File"]).get("desc", "")


def on_earlier_steps(sidecars: Sequence[Sidecar], runs: RunsOfParagraph) -> str:
    """A sentence on what was done to the runs before, as their names and their data set say."""
    from ...bids.derivatives import PREPROCESSED

    desc, tools = desc_of(sidecars[0]), joined([_tool(tool) for tool in runs.tools])
    by = f" with {tools}" if tools else ""
    if not desc:
        return f"{the_runs(sidecars, 'is', 'are')} from a data set that was made{by}." if by else ""
    had = the_runs(sidecars, "had", "had")
    if desc == PREPROCESSED:
        return f"{had} been preprocessed{by}." if by else ""
    done = [word for word, pattern in DONE_BEFORE.items() if re.search(pattern, desc.lower())]
    named = "its name has" if len(sidecars) == 1 else "their names have"
    return f"{had} been {joined(done) or 'processed'} before{by}; {named} `desc-{desc}`."


def beyond_earlier_steps(sidecars: Sequence[Sidecar]) -> tuple[str, str]:
    """Words before and after what was not done here, and may have been done to the runs before."""
    from ...bids.derivatives import PREPROCESSED

    desc = desc_of(sidecars[0])
    return "further " if desc not in ("", PREPROCESSED) else "", "" if desc == PREPROCESSED else " here"


def _tool(text: str) -> str:
    """A tool with its version and its paper.

    Examples
    --------
    >>> _tool("fMRIPrep 24.1.1"), _tool("mine")
    ('*fMRIPrep* 24.1.1 [@esteban2019]', '*mine*')
    """
    name, _, version = text.partition(" ")
    paper = TOOLS.get(re.sub("[^a-z]", "", name.lower()))
    return f"*{name}*" + f" {version}" * bool(version) + f" [@{paper}]" * bool(paper)
