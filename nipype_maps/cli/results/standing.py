"""How existing results differ from what is requested, and which of them a call may recompute."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..checks.runs import problems_of
from ..records.comparison import differences, is_of_same_files, is_record
from ..records.from_sidecar import record_from_sidecar
from ..records.request import Request
from .folder import ResultFolder, read_object

if TYPE_CHECKING:
    from ...graphs import RunInputs

#: Roles of files that belong to a run: where one has changed, so do this run's results alone.
OF_RUN = frozenset({"run", "confounds", "sample mask", "run labels"})


@dataclass
class Standing:
    """Existing results that are not those that a call would make.

    Attributes
    ----------
    different : dict of str to str
        By the names of results that stand for something else, the settings and inputs that differ.
    outdated : dict of str to str
        By the names of results of the same settings, the files that have changed since.
    irreplaceable : dict of str to str
        The same, where these files cannot be used as they are now.
    """

    different: dict[str, str] = field(default_factory=dict)
    outdated: dict[str, str] = field(default_factory=dict)
    irreplaceable: dict[str, str] = field(default_factory=dict)


def standing_results(
    folder: ResultFolder, runs: Sequence[RunInputs], lacking: Sequence[RunInputs], request: Request
) -> Standing:
    """Compare existing results with what is requested.

    Parameters
    ----------
    folder : ResultFolder
    runs : sequence of RunInputs
    lacking : sequence of RunInputs
        Runs that cannot be extracted now: only their settings are compared.
    request : Request
    """
    standing = Standing()
    for run in runs:
        if folder.has(run.name):
            _compare(folder, run, request, standing)
        elif foreign := _foreign_sidecar(folder, run.name):
            standing.different[run.name] = f"{foreign} was not written by nipype-maps"
    for run in lacking:
        if folder.has(run.name):
            _compare(folder, run, request, standing, settings_only=True)
    return standing


def _compare(
    folder: ResultFolder, run: RunInputs, request: Request, standing: Standing, settings_only: bool = False
) -> None:
    """Add a run's existing results if they differ from what is requested."""
    now = {"Settings": request.settings, "Inputs": {}} if settings_only else request.readable_record(run)
    _, sidecar, record = folder.files(run.name)
    before = read_object(record)
    if not is_record(before):
        found = record_from_sidecar(read_object(sidecar), request, run)
        if found is None:
            told = "neither a record nor a sidecar of this version says how they were made"
            standing.different[run.name] = told
            return
        before = found
    differing = differences(before, now)
    if not differing:
        return
    words = "; ".join(f"{key}: {text}" for key, text in differing.items())
    if not _changed_alone(differing, before, now, run):
        standing.different[run.name] = words
    elif _can_be_read(run, request):
        standing.outdated[run.name] = words
    else:
        standing.irreplaceable[run.name] = words


def _changed_alone(
    differing: Mapping[str, str], before: Mapping[str, Any], now: Mapping[str, Any], run: RunInputs
) -> bool:
    """Whether results differ in nothing but the content of files of their own run."""
    of_run = OF_RUN | ({"mask"} if run.mask_file else set())
    return of_run.issuperset(differing) and all(is_of_same_files(role, before, now) for role in differing)


def _can_be_read(run: RunInputs, request: Request) -> bool:
    """Whether a run's files, by their headers, are such as the settings need."""
    from ...bids.runs import Run
    from ...images.volumes import Volumes

    try:
        image = Run(run.run_file, run.t_r, quiet=True)
        _ = run.t_r or image.t_r  # for which sidecar and header must agree
        if run.mask_file:
            Volumes([run.mask_file], quiet=True)
        return next(problems_of(run, image, request.options), None) is None
    except (OSError, ValueError, RecursionError):
        return False


def _foreign_sidecar(folder: ResultFolder, name: str) -> str | None:
    """The name of a file in the place of a sidecar, without a table, that is another program's."""
    _, sidecar, _ = folder.files(name)
    is_ours = not os.path.lexists(sidecar) or "nipype-maps" in (read_object(sidecar).get("Versions") or ())
    return None if is_ours else sidecar.name
