"""The graphs of several runs: build them, run or plan them, and say what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from .asked import Request
from .checks import problems_of
from .noticed import grouped, noticed_of
from .report import fail, say_nodes, say_plan, say_results, warn
from .results import ResultFolder

#: nipype's time for a graph grows with the square of its nodes: a run of 400 takes 7 ms, one of
#: 1,600 already 24 ms.
RUNS_PER_GRAPH = 250


@dataclass
class Extracted:
    """What came of some runs.

    Attributes
    ----------
    published : dict of str to pathlib.Path
        The table of each run that was done, by its name; its sidecar lies beside it.
    failures : list of Failure
        Of runs, by their names in the graph, and of nodes.
    outcome : Outcome
    warnings : list of str
        What was noticed of the runs that were done, as their sidecars say it: see `grouped`.
    """

    published: dict
    failures: list
    outcome: object
    warnings: list


def execute_runs(
    runs: Sequence,
    maps: Sequence[str],
    folder: ResultFolder,
    *,
    mask: str | None = None,
    map_names: str | None = None,
    plugin: str = "Linear",
    n_procs: int | None = None,
    plugin_args: dict | None = None,
    wait: bool = False,
    verbose: bool = False,
    overwrite: bool = False,
    lacking: Sequence = (),
    of_one_kind: bool = False,
    **parameters,
) -> Extracted:
    """Run the graphs of several runs, and publish each run as soon as it is done.

    What a run that fails has from an earlier call of the same settings and inputs stands.

    Parameters
    ----------
    runs : sequence of RunInputs
    maps : sequence of str
    folder : ResultFolder
        Held by the caller.
    mask, map_names : str, optional
    plugin, n_procs, plugin_args, wait
        How to run: see `run_workflows`.
    verbose : bool
        Show nipype's log.
    overwrite : bool
        Replace results of other settings or inputs.
    lacking : sequence of RunInputs
        Runs that cannot be done, whose results of other settings must not stay either.
    of_one_kind : bool
        See `ResultFolder.claim`.
    **parameters
        Of `init_masker_wf`.
    """
    from ..bids.sidecars import Sidecar
    from ..engine.execution import Failure, run_workflows, sentence_of
    from ..engine.execution.log import log_to

    request = Request(parameters, maps, mask, map_names)
    warn(folder.claim(runs, request, overwrite, lacking=lacking, of_one_kind=of_one_kind))
    of_node = {f"{run.workflow_name}.clean": run for run in runs}
    published, failures, noticed = {}, [], {}

    def publish(name, node):
        if (run := of_node.get(name)) is None:
            return
        try:
            results = node.result.outputs
            sidecar = Sidecar.read(results.out_json)
            record = request.of(run, sidecar.t_r)
            published[run.name] = folder.publish(run.name, results.out_file, results.out_json, record)
            noticed[run.name] = noticed_of(run, sidecar)
        except Exception as error:  # the plugin would only log it, and the run count as done
            failures.append(Failure(run.workflow_name, sentence_of(error, folder.out)))

    with log_to(folder.logs / "nipype.log", verbose):
        outcome = run_workflows(
            _workflows(runs, maps, folder, mask, map_names, parameters, failures),
            logs=folder.logs,
            plugin=plugin,
            n_procs=n_procs,
            plugin_args=plugin_args,
            wait=wait,
            on_done=publish,
            progress="lines" if verbose else True,
        )
    warnings = grouped([one for run in runs for one in noticed.get(run.name, ())])
    return Extracted(published, [*failures, *outcome.failures], outcome, warnings)


def tables_of_before(names: Iterable[str], extracted: Extracted, folder: ResultFolder) -> list[str]:
    """A warning where runs were not done, but tables of an earlier call are there."""
    standing = [name for name in names if name not in extracted.published and folder.has(name)]
    if not standing:
        return []
    more = f", and {len(standing) - 3} more" if len(standing) > 3 else ""
    return [
        f"{', '.join(standing[:3])}{more}: nothing new came of it; the table that is there is of an "
        "earlier call."
    ]


def extract_runs(runs: Sequence, maps: Sequence[str], folder: ResultFolder, **options) -> list[Path]:
    """`execute_runs`, and a report of each run.

    Returns
    -------
    list of pathlib.Path
        The tables of signals.

    Raises
    ------
    SystemExit
        With status 1 if a run failed, after the others were published.
    """
    from ..bids.sidecars import Sidecar

    extracted = execute_runs(runs, maps, folder, **options)
    done = [run for run in runs if run.name in extracted.published]
    tables = [extracted.published[run.name] for run in done]
    for run, table in zip(done, tables, strict=True):
        say_results(table, Sidecar.beside(table), run)
    say_nodes(extracted.outcome)
    warn([*extracted.warnings, *tables_of_before([run.name for run in runs], extracted, folder)])
    fail(extracted.failures, folder.logs)
    return tables


def plan_runs(
    runs: Sequence,
    maps: Sequence[str],
    folder: ResultFolder,
    *,
    mask,
    map_names,
    overwrite: bool = False,
    of_one_kind: bool = False,
    **parameters,
):
    """Tell what `extract_runs` would do with the same arguments, and why; exit as it would."""
    from ..engine.execution import plan_workflow
    from ..engine.execution.log import off_the_screen

    request = Request(parameters, maps, mask, map_names)
    warn(folder.claim(runs, request, overwrite, remove=False, of_one_kind=of_one_kind))
    unreadable = []

    def steps():
        known = set()  # what graphs share is one step
        for workflow in _workflows(runs, maps, folder, mask, map_names, parameters, unreadable):
            new = [step for step in plan_workflow(workflow) if step.name not in known]
            known.update(step.name for step in new)
            yield from new

    with off_the_screen():
        say_plan(steps())
    fail(unreadable)


def _workflows(runs, maps, folder, mask, map_names, parameters, failures: list) -> Iterator:
    """Graphs of a bounded number of runs; where a run cannot be read, a failure instead."""
    for start in range(0, len(runs), RUNS_PER_GRAPH):
        readable = _readable(runs[start : start + RUNS_PER_GRAPH], parameters, failures)
        if readable:
            yield _workflow(readable, maps, folder, mask, map_names, parameters)


def _readable(runs: Sequence, parameters: dict, failures: list) -> list:
    """The runs that can be read, with tables that fit; the others become failures."""
    from ..bids.result_names import require_short_names
    from ..bids.runs import Run
    from ..engine.execution import Failure

    readable = []
    for run in runs:
        try:
            require_short_names(run.name, run.run_file)
            image = Run(run.run_file, run.t_r, quiet=True)
        except (OSError, ValueError) as error:
            failures.append(Failure(run.workflow_name, str(error)))
            continue
        if problem := next(problems_of(run, image, parameters), None):
            failures.append(Failure(run.workflow_name, problem))
        else:
            readable.append(run)
    return readable


def _workflow(runs, maps, folder, mask, map_names, parameters):
    """The graph of some runs, with its inputs."""
    from nipype.interfaces.base import TraitError

    from ..bids.result_names import READABLE, atlas_name
    from ..graphs import init_dataset_wf

    try:
        # of the maps' name, so that one work folder serves several atlases
        workflow = init_dataset_wf(runs=runs, name=f"extract_{atlas_name(maps)[:READABLE]}", **parameters)
    except TraitError as error:
        raise click.UsageError(str(error)) from error
    workflow.base_dir = str(folder.work)
    door = workflow.get_node("inputnode").inputs
    door.maps_file = list(maps)
    if mask:
        door.mask_file = str(mask)
    if map_names:
        door.map_names = str(map_names)
    return workflow
