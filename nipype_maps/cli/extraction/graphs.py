"""The graphs of the runs of a call, each of a bounded number of runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..checks.runs import problems_of
from ..records.request import Request
from ..results.folder import ResultFolder

if TYPE_CHECKING:
    from nipype.pipeline.engine import Workflow

    from ...engine.execution import Failure
    from ...graphs import RunInputs

#: nipype's time for a graph grows with the square of its nodes: a run of 400 takes 7 ms, one of
#: 1,600 already 24 ms.
RUNS_PER_GRAPH = 250


def graphs_of(
    runs: Sequence[RunInputs], request: Request, folder: ResultFolder, failures: list[Failure]
) -> Iterator[Workflow]:
    """Build the graphs of some runs, one after the other.

    Parameters
    ----------
    runs : sequence of RunInputs
    request : Request
    folder : ResultFolder
    failures : list of Failure
        Takes those of the runs that cannot be read, or contradict the options.
    """
    for start in range(0, len(runs), RUNS_PER_GRAPH):
        readable = _readable(runs[start : start + RUNS_PER_GRAPH], request.options, failures)
        if readable:
            yield _graph(readable, request, folder)


def _readable(
    runs: Sequence[RunInputs], options: Mapping[str, Any], failures: list[Failure]
) -> list[RunInputs]:
    from ...bids.result_names import require_short_names
    from ...bids.runs import Run
    from ...engine.execution import Failure

    readable = []
    for run in runs:
        try:
            require_short_names(run.name, run.first_file)
            image = Run(run.run_file, run.t_r, quiet=True)
        except (OSError, ValueError) as error:
            failures.append(Failure(run.workflow_name, str(error)))
            continue
        if problem := next(problems_of(run, image, options), None):
            failures.append(Failure(run.workflow_name, problem))
        else:
            readable.append(run)
    return readable


def _graph(runs: Sequence[RunInputs], request: Request, folder: ResultFolder) -> Workflow:
    """The graph of some runs, with its inputs."""
    from nipype.interfaces.base import TraitError

    from ...bids.result_names import READABLE
    from ...graphs import init_dataset_wf

    try:
        # with the maps' name, so that one work folder serves several atlases
        name = f"extract_{'_'.join(request.atlas.entities.values())[:READABLE]}".replace("+", "_")
        workflow = init_dataset_wf(runs=runs, name=name, **request.options)
    except TraitError as error:
        raise click.UsageError(str(error)) from error
    workflow.base_dir = str(folder.work)
    inputnode = workflow.get_node("inputnode").inputs
    inputnode.maps_file = list(request.maps)
    if request.mask:
        inputnode.mask_file = request.mask
    if request.map_names:
        inputnode.map_names = request.map_names
    if request.map_names_column:
        inputnode.map_names_column = request.map_names_column
    return workflow
