"""``nipype-maps dataset``: signals of maps from all runs of a BIDS derivatives folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .checks.execution import checked_execution
from .checks.files import check_folders
from .checks.matching import require_matching_entities
from .checks.options import checked_options
from .extraction.execute import execute_runs, show_counts, warnings_of_earlier_tables
from .extraction.plan import plan_runs
from .messages import counted, fail, warn
from .parsing.commands import Command
from .parsing.parameters import dataset_options
from .records.request import Request
from .reports.run_names import RunNames
from .results.extracted import Extracted
from .results.folder import ResultFolder
from .results.summary import require_summary, write_summary

if TYPE_CHECKING:
    from ..bids.derivatives import FoundRun
    from ..graphs import RunInputs

SUMMARY = "summary.tsv"
#: Kinds of warnings of runs that are shown.
MOST_WARNINGS = 20

#: What a run may lack.
FILES_OF_RUN = {
    "confounds": "table of confounds (*_desc-confounds_timeseries.tsv)",
    "mask": "brain mask (*_desc-brain_mask.nii.gz)",
}


@click.command(cls=Command, short_help="Extract from all runs of a BIDS derivatives folder (fMRIPrep).")
@click.argument("derivatives", type=click.Path(exists=True, file_okay=False, path_type=Path))
@dataset_options
def dataset(derivatives: Path, out: Path, work: Path | None, overwrite: bool, **values: Any) -> None:
    """Extract one time series per map from each preprocessed run in DERIVATIVES, as fMRIPrep writes them.

    OUT becomes a BIDS derivatives data set, with a summary.tsv: a row per run.  A run that
    fails does not stop the others; call again, and only what is missing is computed.
    """
    from ..bids.dataset import describe, require_own, write_map_names
    from ..bids.result_names import atlas_name

    check_folders(out, work)
    execution, options = checked_execution(values), checked_options(values)
    maps, mask = values["maps_file"], values["mask_file"]
    if values["brain_masks"] and mask:
        raise click.UsageError("--brain-masks uses each run's own mask; leave out --mask.")
    wants_confounds = bool(options["confounds_strategy"] or options["confound_columns"])
    wanted = ["run", *["confounds"] * wants_confounds, *["mask"] * values["brain_masks"]]
    folder = ResultFolder(out, work)
    summary = folder.out / SUMMARY
    try:
        require_own(folder.out, derivatives)
        found = _found_runs(derivatives, values)
        require_summary(summary)
        runs = [_run_inputs(run, maps, values["t_r"], wanted) for run in found]
    except (ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    _require_different_names(runs)
    if not values["allow_mismatch"]:
        require_matching_entities(runs, maps, mask)
    lacking = _lacking(runs, found, wanted)
    warn(_older_tables(found) if wants_confounds else _on_no_confounds())
    ready = [run for run in runs if run.name not in lacking]
    request = Request(options, maps, mask, values["map_names"])
    names = RunNames(runs)
    if values["dry_run"]:
        _require_map_names(folder, request, overwrite)
        plan_runs(ready, request, folder, overwrite=overwrite, is_dataset=True, verbose=execution.verbose)
        fail(names.failures(lacking.values()))
        return

    def keep_summary(extracted: Extracted) -> None:
        done = [run for run in runs if run.name in extracted.published]
        with contextlib.suppress(OSError, ValueError):
            if done:
                write_summary(summary, done, extracted, folder, derivatives)

    with folder.locked(execution.wait):
        _require_map_names(folder, request, overwrite)
        describe(folder.out, derivatives)
        extracted = execute_runs(
            ready, request, folder, execution,
            overwrite=overwrite, lacking=[run for run in runs if run.name in lacking], is_dataset=True,
            on_interrupt=keep_summary,
        )  # fmt: skip
        extracted.failures += lacking.values()
        if extracted.published and request.names is not None:
            write_map_names(folder.out, atlas_name(maps), request.names)
        removed = write_summary(summary, runs, extracted, folder, derivatives)
    show_counts(extracted, len(runs), f"{os.path.relpath(summary)} has a row for each")
    earlier = warnings_of_earlier_tables((run.name for run in runs), extracted, folder)
    warn([*_first_kinds(extracted.warnings), *earlier, *removed])
    fail(names.failures(extracted.failures), folder.logs)


def _on_no_confounds() -> list[str]:
    return [
        "no confounds are regressed out; choose some (--confounds-strategy, --confound-columns), or give "
        "--confounds-strategy none if this is meant."
    ]


def _found_runs(derivatives: Path, values: Mapping[str, Any]) -> list[FoundRun]:
    """The runs that are selected, with warnings of those that are left out.

    Raises
    ------
    ImportError, ValueError
        If there is none, or they are in several spaces.
    """
    from ..bids.derivatives import find_runs
    from ..bids.run_selection import labels_without_runs, require_one_space, without_echoes
    from ..notes import collected

    labels = {
        "subject": values["participant_label"], "session": values["session"], "task": values["task"],
        "space": values["space"],
    }  # fmt: skip
    with collected() as notes:
        found, on_echoes = without_echoes(find_runs(derivatives, *labels.values()))
    require_one_space(found, values["space"], values["maps_file"])
    absent = labels_without_runs(found, labels)
    on_labels = f"no run is of {', '.join(absent)}." if absent else None
    warn(filter(None, [*notes, on_echoes, on_labels]))
    return found


def _require_different_names(runs: Sequence[RunInputs]) -> None:
    from ..bids.result_names import first_duplicate

    if duplicate := first_duplicate([run.name for run in runs]):
        raise click.ClickException(f"two runs would both be called {duplicate!r}; rename one of them.")


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


def _run_inputs(run: FoundRun, maps: Sequence[str], t_r: float | None, wanted: Sequence[str]) -> RunInputs:
    """The inputs of a run, with a name that has the folder of its results."""
    from ..bids.result_names import result_names
    from ..graphs import RunInputs

    (name,) = result_names([run.path], maps)
    tables = [str(run.confounds)] if "confounds" in wanted and run.confounds else []
    mask = str(run.mask) if "mask" in wanted and run.mask else None
    return RunInputs(
        name=f"{run.folder.as_posix()}/{name}",
        run_file=str(run.path),
        confounds_files=tables,
        t_r=t_r,
        mask_file=mask,
    )


def _lacking(runs: Sequence[RunInputs], found: Sequence[FoundRun], wanted: Sequence[str]) -> dict[str, Any]:
    """Failures of the runs that lack a file, by the names of their results."""
    from ..engine.execution import Failure

    return {
        inputs.name: Failure(inputs.workflow_name, reason)
        for inputs, run in zip(runs, found, strict=True)
        if (reason := next(filter(None, (_lack(run, what) for what in wanted)), None))
    }


def _lack(run: FoundRun, what: str) -> str | None:
    """A message if a run lacks a file."""
    found = {"confounds": run.tables, "mask": run.masks, "run": (run.path,)}[what]
    selected = {"confounds": run.confounds, "mask": run.mask, "run": run.path}[what]
    if not found:
        return f"{run.path} has no {FILES_OF_RUN[what]}."
    if selected is None:
        return f"{run.path} has more than one {FILES_OF_RUN[what]}: {', '.join(path.name for path in found)}."
    if not selected.exists():
        return f"{selected} is a link to a file that does not exist; get its content first (datalad get)."
    return None


def _older_tables(runs: Sequence[FoundRun]) -> list[str]:
    """A warning where runs have tables of confounds under the names of two versions of fMRIPrep."""
    double = [(run, run.confounds) for run in runs if len(run.tables) > 1 and run.confounds]
    if not double:
        return []
    first, used = double[0]
    unused = next(path for path in first.tables if path != used)
    return [
        f"{counted(len(double), 'run')} with two tables of confounds, such as {first.path.name}: "
        f"{used.name} is used, not {unused.name}."
    ]


def _require_map_names(folder: ResultFolder, request: Request, overwrite: bool) -> None:
    """Raise click.UsageError if the data set's table of names has other maps."""
    from ..bids.dataset import map_names_file, map_names_text
    from ..bids.result_names import atlas_name

    path = map_names_file(folder.out, atlas_name(request.maps))
    if request.names is None or overwrite or not os.path.lexists(path):
        return
    try:
        same = path.read_text(encoding="utf-8") == map_names_text(request.names)
    except (OSError, ValueError):
        same = False
    if not same:
        raise click.UsageError(
            f"{path} names other maps than those requested; choose another --out, or give --overwrite to "
            "replace it."
        )
