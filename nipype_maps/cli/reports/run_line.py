"""One line on the signals of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..messages import counted
from .run_names import run_label

if TYPE_CHECKING:
    from ...bids.sidecars import Sidecar
    from ...graphs import RunInputs


def run_line(run: RunInputs, sidecar: Sidecar) -> str:
    """Frames, degrees of freedom, confounds and maps of a run's signals.

    Parameters
    ----------
    run : RunInputs
    sidecar : Sidecar
        Of its signals.
    """
    n_kept, frames = len(sidecar.frames_kept), counted(sidecar.frames_in_run, "frame")
    if n_kept < sidecar.frames_in_run:
        frames = f"{n_kept} of {frames}"
    parts = [frames + _in_parentheses(run.frames_files)]
    n_confounds = len(sidecar.confound_columns)
    if n_confounds or run.confounds_files:
        parts.append(counted(n_confounds, "confound") + _in_parentheses(run.confounds_files))
    freedom = sidecar.degrees_of_freedom  # of each acquisition in the run
    at_least = "at least " if len(freedom) > 1 else ""
    parts.append(f"{at_least}{counted(min(freedom), 'degree')} of freedom left")
    coverage = f"covered {_range(sidecar.coverage)}"
    if sidecar.signal_coverage:
        coverage += f", with signal {_range(sidecar.signal_coverage)}"
    parts.append(f"{counted(len(sidecar.map_names), 'map')} ({coverage})")
    return f"{run_label(run.name)}: {', '.join(parts)}"


def _in_parentheses(files: Iterable[str]) -> str:
    # from another folder, the way there is long
    names = ", ".join(min(os.path.relpath(file), os.path.abspath(file), key=len) for file in files)
    return f" ({names})" if names else ""


def _range(shares: Sequence[float]) -> str:
    return f"{min(shares):.0%} to {max(shares):.0%}" if shares else "n/a"
