"""``nipype-maps dataset``: signals of maps from all runs of a BIDS derivatives folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .checks.execution import checked_execution
from .checks.files import check_folders
from .checks.filtered_runs import check_filtered_runs
from .checks.maps import check_maps
from .checks.matching import require_matching_entities
from .checks.options import checked_options
from .checks.strictness import require_certain_spaces
from .extraction.execute import execute_runs, show_counts, warnings_of_earlier_tables
from .extraction.plan import plan_runs
from .messages import counted, fail, warn
from .parsing.bids_app import BidsApp, bids_app_arguments
from .parsing.parameters import dataset_options
from .records.request import Request
from .reports.run_names import RunNames
from .results.citation import write_citation
from .results.dataset_root import begin_dataset, require_label_table, write_atlas
from .results.extracted import Extracted
from .results.folder import ResultFolder
from .results.moved import warnings_of_moved
from .results.summary import SUMMARY, require_summary, write_summary
from .results.work_folder import beside, warnings_of_work_folder
from .selection.inputs import selected_runs

if TYPE_CHECKING:
    from ..graphs import RunInputs

#: Kinds of warnings of runs that are shown.
MOST_WARNINGS = 20


@click.command(cls=BidsApp, short_help="Extract from all runs of a BIDS derivatives folder (fMRIPrep).")
@bids_app_arguments
@dataset_options
def dataset(derivatives: Path, out: Path, work: Path | None, overwrite: bool, **values: Any) -> None:
    """Extract one time series per map from each preprocessed run in IN, as fMRIPrep writes them.

    OUT becomes a BIDS derivatives data set, with a summary.tsv: a row per run.  A run that
    fails does not stop the others; call again, and only what is missing is computed.
    """
    from ..bids.dataset import require_apart, require_own

    check_folders(out, work, derivatives)
    execution, options = checked_execution(values), checked_options(values)
    mask = values["mask_file"]
    if values["brain_masks"] and mask:
        raise click.UsageError("--brain-masks uses each run's own mask; leave out --mask.")
    folder = ResultFolder(out, work or beside(out), called="OUT")
    summary = folder.out / SUMMARY
    try:
        require_own(folder.out, derivatives)
        check_folders(out, folder.work, derivatives)
        selected = selected_runs(derivatives, values)
        require_apart((folder.files(run.name)[0].parent for run in selected.all), derivatives)
        require_summary(summary)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    runs, ready, maps, atlas = selected.all, selected.ready, selected.maps, selected.atlas
    check_maps(maps)
    if not values["allow_mismatch"]:
        require_matching_entities(runs, maps, mask)
    if values["strict"]:
        require_certain_spaces(runs, maps, mask)
    check_filtered_runs(ready, values)
    warn(selected.warnings)
    request = Request(options, maps, mask, values["map_names"], values["map_names_column"], atlas)
    names = RunNames(runs)
    if values["dry_run"]:
        require_label_table(folder, request, overwrite)
        plan_runs(ready, request, folder, overwrite=overwrite, is_dataset=True, verbose=execution.verbose)
        fail(names.failures(selected.failures.values()))
        return

    def keep_rows(those: Sequence[RunInputs], extracted: Extracted) -> list[str]:
        return write_summary(
            summary, those, extracted, folder, derivatives, selected.tables, request.settings
        )  # fmt: skip

    def describe_published(extracted: Extracted) -> None:
        done = [run for run in runs if run.name in extracted.published]
        with contextlib.suppress(OSError, ValueError):
            if done:
                keep_rows(done, extracted)
        write_citation(folder)

    with folder.locked(execution.wait):
        require_label_table(folder, request, overwrite)
        warn([*begin_dataset(folder, derivatives), *warnings_of_work_folder(folder, work)])
        extracted = execute_runs(
            ready, request, folder, execution,
            overwrite=overwrite, lacking=selected.lacking, is_dataset=True,
            on_removed=lambda: keep_rows([], Extracted()), on_interrupt=describe_published,
        )  # fmt: skip
        extracted.failures += selected.failures.values()
        of_atlas = write_atlas(folder, request) if extracted.published else []
        removed = keep_rows(runs, extracted)
        write_citation(folder)
    show_counts(extracted, len(runs), f"{os.path.relpath(summary)} has a row for each")
    earlier = warnings_of_earlier_tables((run.name for run in runs), extracted, folder)
    warn([*_first_kinds(extracted.warnings), *earlier, *removed, *of_atlas, *warnings_of_moved(folder)])
    fail(names.failures(extracted.failures), folder.logs)


def _first_kinds(warnings: Sequence[str]) -> list[str]:
    """The first kinds of warnings of runs, and how many more there are."""
    more = len(warnings) - MOST_WARNINGS
    if more <= 0:
        return list(warnings)
    verb = "is" if more == 1 else "are"
    return [
        *warnings[:MOST_WARNINGS],
        f"{counted(more, 'more kind')} of warning {verb} in the sidecars of the runs; {SUMMARY} counts them.",
    ]
