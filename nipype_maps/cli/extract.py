"""``nipype-maps extract``: signals of maps from runs."""

from __future__ import annotations

import os

import click

from .checks import check_folders, check_images, check_roles, check_runs
from .commands import Command
from .options import EXISTING_FILE, SECONDS, Files, per_run
from .pairs import require_matches, require_straight
from .parameters import execution_options, extraction_options, graph_parameters
from .results import ResultFolder
from .runs import extract_runs, plan_runs


@click.command(cls=Command)
@click.argument("runs", nargs=-1, required=True, type=EXISTING_FILE, metavar="RUN...")
@extraction_options
@click.option(
    "--confounds",
    multiple=True,
    type=Files(),
    help="Table of confounds, once per run, in their order; several tables of one run joined by commas.",
)
@click.option(
    "--sample-mask",
    multiple=True,
    type=EXISTING_FILE,
    help="Frames to keep, indices or booleans (.npy, .txt, .tsv), once for all runs or once per run.",
)
@click.option(
    "--t-r",
    multiple=True,
    type=SECONDS,
    metavar="S",
    help="Seconds from frame to frame, once for all runs or once per run; default from sidecar or header.",
)
def extract(
    runs,
    maps,
    out,
    confounds,
    sample_mask,
    t_r,
    work,
    dry_run,
    overwrite,
    allow_mismatch,
    **options,
) -> None:
    """Extract one time series per map from each RUN.

    Results land in OUT under BIDS-style names, each a .tsv with a .json beside it.
    """
    from ..bids.dataset import require_own
    from ..bids.result_names import result_names
    from ..graphs import RunInputs

    check_images({"RUN": runs, "--maps": maps, "--mask": [options["mask"]]})
    check_roles(runs, maps=maps, mask=[options["mask"]])
    check_folders(out, work)
    try:
        names = result_names(runs, maps)
        require_own(out)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if options["confound_columns"] and not confounds:
        raise click.UsageError("--confound-columns needs --confounds.")
    if options["confounds_strategy"] and not confounds:
        raise click.UsageError("--confounds-strategy needs --confounds.")
    inputs = [
        RunInputs(
            name,
            os.path.abspath(run),
            [os.path.abspath(table) for table in tables or ()],
            frames and os.path.abspath(frames),
            seconds,
        )
        for name, run, tables, frames, seconds in zip(
            names,
            runs,
            per_run(confounds, len(runs), "--confounds", instead=""),
            per_run(sample_mask, len(runs), "--sample-mask"),
            per_run(t_r, len(runs), "--t-r"),
            strict=True,
        )
    ]
    if not allow_mismatch:
        require_matches(inputs, maps, options["mask"])
        require_straight(inputs)
    how, parameters = execution_options(options), graph_parameters(options)
    check_runs(inputs, parameters)
    folder = ResultFolder(out, work)
    if dry_run:
        plan_runs(inputs, maps, folder, overwrite=overwrite, **parameters)
        return
    with folder.held(how["wait"]):
        extract_runs(inputs, maps, folder, overwrite=overwrite, **how, **parameters)
