"""One line on the signals of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..messages import counted
from .run_names import run_label

if TYPE_CHECKING:
    from ...graphs import RunInputs


def run_line(run: RunInputs, sidecar: Mapping[str, Any]) -> str:
    """Frames, degrees of freedom, confounds and maps of a run's signals.

    Parameters
    ----------
    run : RunInputs
    sidecar : mapping
        Of its signals.
    """
    kept, maps = sidecar["FramesKept"], sidecar["Maps"]
    frames = counted(sidecar["FramesInRun"], "frame")
    if kept != "all":
        frames = f"{len(kept)} of {frames}"
    parts = [frames + _in_parentheses(run.frames_files)]
    n_confounds = len(sidecar["Cleaning"]["ConfoundColumns"])
    if n_confounds or run.confounds_files:
        parts.append(counted(n_confounds, "confound") + _in_parentheses(run.confounds_files))
    parts.append(_degrees_of_freedom(sidecar["DegreesOfFreedom"]))
    coverage = f"covered {_range(maps['Coverage'])}"
    if "SignalCoverage" in maps:
        coverage += f", with signal {_range(maps['SignalCoverage'])}"
    parts.append(f"{counted(len(maps['Names']), 'map')} ({coverage})")
    return f"{run_label(run.name)}: {', '.join(parts)}"


def _degrees_of_freedom(found: int | Sequence[int]) -> str:
    """Degrees of freedom; of several acquisitions in one run the smallest number."""
    if isinstance(found, Sequence):
        return f"at least {counted(min(found), 'degree')} of freedom left"
    return f"{counted(found, 'degree')} of freedom left"


def _in_parentheses(files: Iterable[str]) -> str:
    names = ", ".join(map(os.path.relpath, files))
    return f" ({names})" if names else ""


def _range(shares: Iterable[Any]) -> str:
    known = [share for share in shares if share != "n/a"]
    return f"{min(known):.0%} to {max(known):.0%}" if known else "n/a"
