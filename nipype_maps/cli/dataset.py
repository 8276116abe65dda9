"""``nipype-maps dataset``: signals of maps from all runs of a BIDS derivatives folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from .asked import names_asked
from .checks import check_folders
from .commands import Command
from .options import SECONDS
from .pairs import require_matches
from .parameters import execution_options, extraction_options, graph_parameters
from .report import fail, say_nodes, warn
from .results import ResultFolder
from .runs import execute_runs, plan_runs, tables_of_before
from .summary import require_summary, write_summary

SUMMARY = "summary.tsv"
#: Kinds of warnings of runs that are shown.
MOST_WARNINGS = 20

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
@click.option(
    "--space",
    multiple=True,
    help="Only runs in these spaces (repeat), such as MNI152NLin2009cAsym or MNI152NLin6Asym:res-2; a name "
    "alone means the images without res-, where DERIVATIVES has any; func are the runs that were not "
    "resampled.",
)
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
    overwrite,
    allow_mismatch,
    **options,
) -> None:
    """Extract one time series per map from each preprocessed run of DERIVATIVES, as fMRIPrep writes them.

    OUT becomes a BIDS derivatives data set, with a summary.tsv: a row per run.  A run that
    fails does not stop the others; call again, and only what is missing is computed.
    """
    from ..bids.dataset import describe, require_own, write_map_names
    from ..bids.derivatives import find_runs
    from ..bids.result_names import atlas_name, first_duplicate
    from ..bids.run_selection import labels_without_runs, require_one_space, without_echoes
    from ..engine.execution import Failure
    from ..notes import collected

    check_folders(out, work)
    how, parameters = execution_options(options), graph_parameters(options)
    wants_confounds = bool(parameters["confounds_strategy"] or parameters["confound_columns"])
    if brain_masks and parameters["mask"]:
        raise click.UsageError("--brain-masks takes each run's own mask; leave out --mask.")
    wanted = ["run", *["confounds"] * wants_confounds, *["mask"] * brain_masks]
    folder = ResultFolder(out, work)
    asked = {"subject": participant_label, "session": session, "task": task, "space": space}
    try:
        require_own(folder.out, derivatives)
        with collected() as noticed:
            found, on_echoes = without_echoes(find_runs(derivatives, *asked.values()))
        require_one_space(found, space, maps)
        require_summary(folder.out / SUMMARY)
        inputs = [_inputs(run, maps, t_r, wanted) for run in found]
    except (ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if double := first_duplicate([given.name for given in inputs]):
        raise click.ClickException(f"two runs would both be called {double!r}; rename one of them.")
    if not allow_mismatch:
        require_matches(inputs, maps, parameters["mask"])
    lacking = {
        given.name: Failure(given.workflow_name, reason)
        for given, run in zip(inputs, found, strict=True)
        if (reason := next(filter(None, (_lack(run, what) for what in wanted)), None))
    }
    absent = labels_without_runs(found, asked)
    notes = [*noticed, on_echoes, f"there is no run of {', '.join(absent)}." if absent else None]
    warn([*filter(None, notes), *(_older_tables(found) if wants_confounds else [])])
    ready = [given for given in inputs if given.name not in lacking]
    if dry_run:
        _require_map_names(folder, maps, parameters["map_names"], overwrite)
        plan_runs(ready, maps, folder, overwrite=overwrite, of_one_kind=True, **parameters)
        fail(lacking.values())
        return
    with folder.held(how["wait"]):
        names = _require_map_names(folder, maps, parameters["map_names"], overwrite)
        describe(folder.out, derivatives)
        extracted = execute_runs(
            ready,
            maps,
            folder,
            overwrite=overwrite,
            lacking=[given for given in inputs if given.name in lacking],
            of_one_kind=True,
            **how,
            **parameters,
        )
        extracted.failures += lacking.values()
        if extracted.published and names is not None:
            write_map_names(folder.out, atlas_name(maps), names)
        removed = write_summary(folder.out / SUMMARY, inputs, extracted, folder, derivatives)
    say_nodes(extracted.outcome)
    n_done = len(extracted.published)
    click.echo(f"{n_done} of {len(inputs)} runs done; {folder.out / SUMMARY} has a row for each")
    earlier = tables_of_before([given.name for given in inputs], extracted, folder)
    warn([*_some_of(extracted.warnings), *earlier, *removed])
    fail(extracted.failures, folder.logs)


def _some_of(warnings: Sequence[str]) -> list[str]:
    """The first kinds of warnings of runs, and how many more there are."""
    more = len(warnings) - MOST_WARNINGS
    kinds = "1 more kind of warnings is" if more == 1 else f"{more} more kinds of warnings are"
    told = f"{kinds} in the sidecars of the runs; {SUMMARY} counts them."
    return [*warnings[:MOST_WARNINGS], *[told] * (more > 0)]


def _inputs(run, maps: Sequence[str], t_r, wanted: Sequence[str]):
    """A found run as one of the graph; its name has the folder that its results go to."""
    from ..bids.result_names import result_names
    from ..graphs import RunInputs

    (name,) = result_names([run.path], maps)
    tables = [str(run.confounds)] if "confounds" in wanted and run.confounds else []
    mask = str(run.mask) if "mask" in wanted and run.mask else None
    return RunInputs(f"{run.folder.as_posix()}/{name}", str(run.path), tables, None, t_r, mask)


def _lack(run, what: str) -> str | None:
    """What a run lacks of what is wanted, as a sentence."""
    found = {"confounds": run.tables, "mask": run.masks, "run": (run.path,)}[what]
    chosen = {"confounds": run.confounds, "mask": run.mask, "run": run.path}[what]
    if not found:
        return f"{run.path} has no {WORDS[what]}."
    if chosen is None:
        return f"{run.path} has more than one {WORDS[what]}: {', '.join(path.name for path in found)}."
    if not chosen.exists():
        return f"{chosen} is a link to a file that is not there; get its content first (datalad get)."
    return None


def _older_tables(runs: Sequence) -> list[str]:
    """A warning where runs have tables of confounds under the names of two versions of fMRIPrep."""
    double = [run for run in runs if len(run.tables) > 1 and run.confounds]
    if not double:
        return []
    first = double[0]
    left_out = next(path for path in first.tables if path != first.confounds)
    return [
        f"{len(double)} run{'s' * (len(double) != 1)} with two tables of confounds, such as "
        f"{first.path.name}: {first.confounds.name} is taken, not {left_out.name}."
    ]


def _require_map_names(folder: ResultFolder, maps, map_names, overwrite: bool) -> list[str] | None:
    """The names of all maps, if the data set's table has no others; None where they cannot be read."""
    from ..bids.dataset import map_names_file, map_names_text
    from ..bids.result_names import atlas_name

    names = names_asked(maps, map_names)
    path = map_names_file(folder.out, atlas_name(maps))
    if names is None or overwrite or not os.path.lexists(path):
        return names
    try:
        same = path.read_text(encoding="utf-8") == map_names_text(names)
    except (OSError, ValueError):
        same = False
    if not same:
        raise click.UsageError(
            f"{path} names other maps than those asked for; choose another --out, or give --overwrite to "
            "replace it."
        )
    return names
