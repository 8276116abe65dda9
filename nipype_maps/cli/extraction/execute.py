"""Execute the graphs of several runs, and publish the results of each as soon as they exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..checks.execution import Execution
from ..messages import counted, fail, warn
from ..records.request import Request
from ..reports.run_line import run_line
from ..reports.run_names import RunNames, part_of, run_label
from ..reports.run_warnings import grouped, warnings_of
from ..results.citation import write_citation
from ..results.existing import require_replaceable
from ..results.extracted import Extracted
from ..results.folder import ResultFolder
from .graphs import graphs_of

if TYPE_CHECKING:
    from nipype.pipeline.engine import Workflow

    from ...engine.execution import Failure
    from ...graphs import RunInputs


def execute_runs(
    runs: Sequence[RunInputs],
    request: Request,
    folder: ResultFolder,
    execution: Execution,
    *,
    overwrite: bool = False,
    lacking: Sequence[RunInputs] = (),
    is_dataset: bool = False,
    on_removed: Callable[[], object] | None = None,
    on_interrupt: Callable[[Extracted], None] | None = None,
) -> Extracted:
    """Execute the graphs of several runs, and publish each run as soon as it is done.

    Existing results of a run that fails stay, if they are of the same settings and inputs.

    Parameters
    ----------
    runs : sequence of RunInputs
    request : Request
    folder : ResultFolder
        Locked by the caller.
    execution : Execution
    overwrite : bool
        Replace results of other settings or inputs.
    lacking : sequence of RunInputs
        Runs that cannot be extracted, whose results of other settings must not stay either.
    is_dataset : bool
        See `require_replaceable`.
    on_removed : callable, optional
        Called when results that will be replaced have been removed.
    on_interrupt : callable, optional
        Called with what has been published when the execution is interrupted.
    """
    from ...bids.sidecars import Sidecar
    from ...engine.execution import Failure, message_of, run_workflows
    from ...engine.execution.log import log_to

    warn(
        require_replaceable(
            folder, runs, request, overwrite, lacking=lacking, is_dataset=is_dataset, on_removed=on_removed
        )
    )
    run_of_node = {f"{run.workflow_name}.clean": run for run in runs}
    extracted, warnings = Extracted(), {}

    def publish(name: str, node: Any) -> None:
        if (run := run_of_node.get(name)) is None:
            return
        try:
            results = node.result.outputs
            sidecar = Sidecar.read(results.out_json)
            record = request.record(run, sidecar.t_r)
            files = [file for role in request.all_files(run).values() for file in role]
            table = folder.publish(run.name, results.out_file, results.out_json, record, files)
            extracted.published[run.name] = table
            warnings[run.name] = warnings_of(run_label(run.name), sidecar)
        except Exception as error:  # the plugin would only log it, and the run count as done
            extracted.failures.append(Failure(run.workflow_name, message_of(error, folder.out)))

    with log_to(folder.logs / "nipype.log", execution.verbose):
        graphs = graphs_of(runs, request, folder, extracted.failures)
        if execution.stop_on_first_crash:
            graphs = _until_failure(graphs, extracted.failures)
        try:
            outcome = run_workflows(
                graphs,
                logs=folder.logs,
                plugin=execution.plugin,
                plugin_args=execution.plugin_args,
                wait=execution.wait,
                stop_on_first_crash=execution.stop_on_first_crash,
                on_done=publish,
                progress="lines" if execution.verbose else True,
            )
        except KeyboardInterrupt:
            if on_interrupt:
                on_interrupt(extracted)
            raise
    extracted.failures += outcome.failures
    if execution.stop_on_first_crash:
        extracted.failures += _not_reached(runs, extracted)
    extracted.done, extracted.n_executed = outcome.done, len(outcome.executed)
    extracted.warnings = grouped(one for run in runs for one in warnings.get(run.name, ()))
    return extracted


def _until_failure(graphs: Iterable[Workflow], failures: Sequence[Failure]) -> Iterator[Workflow]:
    """Graphs, until a run's inputs cannot be read while one is made."""
    for graph in graphs:
        if failures:
            return
        yield graph


def _not_reached(runs: Sequence[RunInputs], extracted: Extracted) -> list[Failure]:
    """Failures of the runs that were left when another one failed."""
    from ...engine.execution import Failure

    failed = {part_of(failure.node) for failure in extracted.failures}
    return [
        Failure(run.workflow_name, "not executed, since another run failed (--stop-on-first-crash).")
        for run in runs
        if failed
        and run.name not in extracted.published
        and failed.isdisjoint((run.workflow_name, run.fit_name))
    ]


def extract_runs(
    runs: Sequence[RunInputs],
    request: Request,
    folder: ResultFolder,
    execution: Execution | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """`execute_runs`, and show a line on each run.

    Returns
    -------
    list of pathlib.Path
        The tables of signals.

    Raises
    ------
    SystemExit
        With status 1 if a run failed, after the others were published.
    """
    from ...bids.sidecars import Sidecar

    extracted = execute_runs(
        runs, request, folder, execution or Execution(),
        overwrite=overwrite, on_interrupt=lambda _: write_citation(folder),
    )  # fmt: skip
    write_citation(folder)
    for run in runs:
        if table := extracted.published.get(run.name):
            click.echo(run_line(run, Sidecar.beside(table)))
    show_counts(extracted, len(runs), f"tables are in {folder.shown}")
    warn([*extracted.warnings, *warnings_of_earlier_tables((run.name for run in runs), extracted, folder)])
    fail(RunNames(runs).failures(extracted.failures), folder.logs)
    return list(extracted.published.values())


def show_counts(extracted: Extracted, n_runs: int, where: str) -> None:
    """Show how many steps were executed and how many runs are done, and where the results are."""
    click.echo(extracted.steps)
    where = f"; {where}" if extracted.published else ""
    click.echo(f"{len(extracted.published)} of {counted(n_runs, 'run')} done{where}")


def warnings_of_earlier_tables(names: Iterable[str], extracted: Extracted, folder: ResultFolder) -> list[str]:
    """A warning where runs were not extracted, but have tables of an earlier call."""
    earlier = [run_label(name) for name in names if name not in extracted.published and folder.has(name)]
    if not earlier:
        return []
    more = f", and {len(earlier) - 3} more" if len(earlier) > 3 else ""
    return [f"{', '.join(earlier[:3])}{more}: the existing table is of an earlier call."]
