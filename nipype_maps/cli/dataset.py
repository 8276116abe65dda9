"""``nipype-maps dataset``: signals of maps from all runs of a BIDS derivatives folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .checks import check_folders
from .commands import Command
from .options import SECONDS
from .parameters import execution_options, extraction_options, graph_parameters
from .report import fail, say_nodes
from .results import ResultFolder
from .runs import execute_runs, plan_runs
from .summary import write_summary

#: What a run may lack.
WORDS = {
    "confounds": "table of confounds (*_desc-confounds_timeseries.tsv)",
    "mask": "brain mask (*_desc-brain_mask.nii.gz)",
}


@click.command(cls=Command)
@click.argument("derivatives", type=click.Path(exists=True, file_okay=False, path_type=Path))
@extraction_options
@click.option("--participant-label", multiple=True, help="Only these participants, sub- or not (repeat).")
@click.option("--session", multiple=True, help="Only these sessions (repeat).")
@click.option("--task", multiple=True, help="Only these tasks (repeat).")
@click.option("--space", multiple=True, help="Only runs in these spaces (repeat).")
@click.option(
    "--brain-masks",
    is_flag=True,
    help="What is outside a run's own brain mask counts as 0 in the maps: a fit for each run, which takes "
    "time and room on the disk.",
)
@click.option("--t-r", type=SECONDS, metavar="S", help="Seconds from frame to frame; default from the files.")
def dataset(
    derivatives,
    maps,
    out,
    participant_label,
    session,
    task,
    space,
    brain_masks,
    t_r,
    work,
    dry_run,
    **options,
) -> None:
    """Extract one time series per map from each preprocessed run of DERIVATIVES, as fMRIPrep writes them.

    OUT becomes a BIDS derivatives data set, with a summary.tsv: a row per run.  A run that
    fails does not stop the others; call again, and only what is missing is computed.
    """
    from ..files.derivatives import describe, find_runs, write_map_names
    from ..files.names import atlas_name
    from ..files.sidecars import read_json, sidecar_of
    from ..running import Failure

    check_folders(out, work)
    how, parameters = execution_options(options), graph_parameters(options)
    wants_confounds = bool(parameters["confounds_strategy"] or parameters["confound_columns"])
    if brain_masks and parameters["mask"]:
        raise click.UsageError("--brain-masks takes each run's own mask; leave out --mask.")
    try:
        found = find_runs(derivatives, participant_label, session, task, space)
    except (ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    wanted = {"confounds": wants_confounds, "mask": brain_masks}
    inputs = [_inputs(run, maps, t_r, wanted) for run in found]
    lacking = {
        given.name: Failure(given.workflow_name, f"{run.path} has no {WORDS[what]}.")
        for given, run in zip(inputs, found, strict=True)
        for what, is_wanted in wanted.items()
        if is_wanted and not getattr(run, what)
    }
    ready = [given for given in inputs if given.name not in lacking]
    folder = ResultFolder(out, work)
    if dry_run:
        plan_runs(ready, maps, folder, **parameters)
        fail(lacking.values())
        return
    extracted = execute_runs(ready, maps, folder, **how, **parameters)
    extracted.failures += lacking.values()
    describe(folder.out, derivatives)
    if extracted.published:
        sidecar = read_json(sidecar_of(next(iter(extracted.published.values()))))
        write_map_names(folder.out, atlas_name(maps), sidecar["Maps"]["Names"])
    write_summary(folder.out / "summary.tsv", inputs, extracted)
    say_nodes(extracted.outcome)
    n_done = len(extracted.published)
    click.echo(f"{n_done} of {len(inputs)} runs done; {folder.out / 'summary.tsv'} has a row for each")
    fail(extracted.failures, folder.logs)


def _inputs(run, maps: Sequence[str], t_r, wanted: dict[str, bool]):
    """A found run as one of the graph; its name has the folder that its results go to."""
    from ..files.names import result_names
    from ..graphs import RunInputs

    (name,) = result_names([run.path], maps)
    tables = [str(run.confounds)] if wanted["confounds"] and run.confounds else []
    mask = str(run.mask) if wanted["mask"] and run.mask else None
    return RunInputs(f"{run.folder.as_posix()}/{name}", str(run.path), tables, None, t_r, mask)
