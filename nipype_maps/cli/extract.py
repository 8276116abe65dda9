"""``nipype-maps extract``: signals of maps from runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .checks.execution import checked_execution
from .checks.files import check_folders, check_images, check_roles
from .checks.filtered_runs import check_filtered_runs
from .checks.maps import check_maps
from .checks.matching import require_matching_entities, require_own_files
from .checks.named_maps import files_of_maps
from .checks.names import checked_names
from .checks.options import checked_options
from .checks.runs import check_runs
from .checks.strictness import require_certain_spaces
from .extraction.execute import extract_runs
from .extraction.plan import plan_runs
from .parsing.click_types import EXISTING_FILE
from .parsing.commands import Command
from .parsing.parameters import extraction_options, value_per_run
from .records.request import Request
from .results.folder import ResultFolder

if TYPE_CHECKING:
    from ..bids.atlas import Atlas
    from ..graphs import RunInputs


@click.command(cls=Command, short_help="Extract one time series per map from runs.")
@click.argument("run_files", nargs=-1, required=True, type=EXISTING_FILE, metavar="RUN...")
@extraction_options
def extract(run_files: tuple[str, ...], out: Path, work: Path | None, overwrite: bool, **values: Any) -> None:
    """Extract one time series per map from each RUN, an image of fMRI frames.

    Each run gives a table in OUT, <run>_atlas-<maps>[_desc-<what>]_timeseries.tsv (a column per map, a
    row per frame), and a .json sidecar that describes it.
    """
    from ..bids.dataset import require_own

    values["maps_file"] = files_of_maps(values["maps_file"], run_files)
    maps, mask = values["maps_file"], values["mask_file"]
    check_images({"RUN": run_files, "--mask": [mask]})
    check_roles(run_files, {"--maps": maps, "--mask": [mask]})
    check_maps(maps)
    check_folders(out, work)
    try:
        atlas, desc = checked_names(values)
        runs = _runs(run_files, values, atlas, desc)
        require_own(out)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    for flag, name in (
        ("--confound-columns", "confound_columns"),
        ("--confounds-strategy", "confounds_strategy"),
    ):
        if values[name] and not values["confounds_files"]:
            raise click.UsageError(f"{flag} needs --confounds.")
    if not values["allow_mismatch"]:
        require_matching_entities(runs, maps, mask)
        require_own_files(runs)
    if values["strict"]:
        require_certain_spaces(runs, maps, mask)
    execution, options = checked_execution(values), checked_options(values)
    check_filtered_runs(runs, values)
    check_runs(runs, options)
    folder = ResultFolder(out, work)
    request = Request(options, maps, mask, values["map_names"], values["map_names_column"], atlas)
    if values["dry_run"]:
        plan_runs(runs, request, folder, overwrite=overwrite, verbose=execution.verbose)
        return
    with folder.locked(execution.wait):
        extract_runs(runs, request, folder, execution, overwrite)


def _runs(files: tuple[str, ...], values: dict[str, Any], atlas: Atlas, desc: str | None) -> list[RunInputs]:
    """The runs, each with its tables, frames and repetition time."""
    from ..bids.result_names import result_names
    from ..graphs import RunInputs

    per_run = [
        value_per_run(values[name], len(files), name)
        for name in ("confounds_files", "sample_mask", "t_r", "runs")
    ]
    return [
        RunInputs(
            name=name,
            run_file=os.path.abspath(file),
            confounds_files=[os.path.abspath(table) for table in tables or ()],
            sample_mask=frames and os.path.abspath(frames),
            t_r=t_r,
            runs=labels and os.path.abspath(labels),
        )
        for name, file, tables, frames, t_r, labels in zip(
            result_names(files, atlas, desc), files, *per_run, strict=True
        )
    ]
