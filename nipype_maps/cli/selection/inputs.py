"""The inputs of each run of a data set, and which runs lack one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..checks.named_maps import files_of_maps
from ..checks.names import checked_names, desc_of_runs
from ..checks.strictness import warn_or_refuse
from ..messages import counted
from .find import found_runs

if TYPE_CHECKING:
    from ...bids.atlas import Atlas
    from ...bids.derivatives import FoundRun
    from ...engine.execution import Failure
    from ...graphs import RunInputs

#: What a run may lack.
FILES_OF_RUN = {
    "confounds": "table of confounds (*_desc-confounds_timeseries.tsv)",
    "mask": "brain mask (*_desc-brain_mask.nii.gz)",
}


@dataclass(frozen=True)
class SelectedRuns:
    """The runs that a call selects.

    Attributes
    ----------
    all : list of RunInputs
    failures : dict of str to Failure
        Of runs that lack a file, by the names of their results.
    warnings : list of str
        On which files are used.
    tables : dict of str to pathlib.Path
        Tables that have the motion of runs, used or not, by the names of results.
    maps : list of str
        The files of the maps, which may be given by the name of their atlas.
    atlas : Atlas
        What they are called in the names of results.
    """

    all: list[RunInputs]
    failures: dict[str, Failure]
    warnings: list[str]
    tables: dict[str, Path]
    maps: list[str]
    atlas: Atlas

    @property
    def ready(self) -> list[RunInputs]:
        """The runs that can be extracted."""
        return [run for run in self.all if run.name not in self.failures]

    @property
    def lacking(self) -> list[RunInputs]:
        """The runs that lack a file."""
        return [run for run in self.all if run.name in self.failures]


def selected_runs(derivatives: Path, values: Mapping[str, Any]) -> SelectedRuns:
    """Find the runs, each with its table of confounds and mask as far as the call needs them.

    Parameters
    ----------
    derivatives : pathlib.Path
    values : mapping
        Of the call, by the names of the options.

    Raises
    ------
    click.ClickException
        If there is none, they are in several spaces, or two would have results of one name.
    """
    wants_confounds = bool(values["confounds_strategy"] or values["confound_columns"])
    wanted = ["run", *["confounds"] * wants_confounds, *["mask"] * values["brain_masks"]]
    try:
        found = found_runs(derivatives, values)
        found_desc = _only_desc(found) or desc_of_runs(values)
        if wants_confounds:
            _require_tables(found, found_desc)
        maps = files_of_maps(values["maps_file"], [run.path for run in found])
        atlas, desc = checked_names({**values, "maps_file": maps, "desc_in": found_desc})
        names = [*map(_result_name, found, repeat(atlas), repeat(desc))]
        runs = [_run_inputs(run, name, values, wanted) for run, name in zip(found, names, strict=True)]
    except (ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    _require_different_names(runs)
    if not wants_confounds:
        warn_or_refuse(_on_no_confounds(found_desc), values["strict"])
    return SelectedRuns(
        all=runs,
        failures=_failures(runs, found, wanted),
        warnings=_on_older_tables(found) if wants_confounds else [],
        tables={
            name: table for run, name in zip(found, names, strict=True) if (table := _table_of_motion(run))
        },
        maps=maps,
        atlas=atlas,
    )


def _table_of_motion(run: FoundRun) -> Path | None:
    """The table that has the motion of a run: that of confounds, or XCP-D's."""
    from ...bids.run_tables import motion_table

    return run.confounds or motion_table(run.path)


def _only_desc(runs: Sequence[FoundRun]) -> str | None:
    """The ``desc`` of all runs, by which filters may choose them, too.

    Raises
    ------
    ValueError
        If they have several.
    """
    from ...bids.result_names import desc_of

    found = sorted({desc_of(run.path.name) or "" for run in runs})
    if len(found) > 1:
        shown = ", ".join(desc or "none" for desc in found)
        raise ValueError(f"there are runs of desc {shown}: choose one by desc (--desc-in).")
    return found[0] if found else None


def _require_tables(runs: Sequence[FoundRun], desc: str) -> None:
    """Raise ValueError if runs that another tool has denoised have no tables of confounds at all."""
    from ...bids.derivatives import PREPROCESSED

    if desc != PREPROCESSED and not any(run.tables for run in runs):
        raise ValueError(
            f"no run of desc-{desc} has a {FILES_OF_RUN['confounds']}, as those that were denoised before; "
            "leave out --confounds-strategy and --confound-columns."
        )


def _result_name(run: FoundRun, atlas: Atlas, desc: str | None) -> str:
    """The name of a run's results, with their folder."""
    from ...bids.result_names import result_names

    (name,) = result_names([run.path], atlas, desc)
    return f"{run.folder.as_posix()}/{name}"


def _run_inputs(run: FoundRun, name: str, values: Mapping[str, Any], wanted: Sequence[str]) -> RunInputs:
    """The inputs of a run."""
    from ...graphs import RunInputs

    return RunInputs(
        name=name,
        run_file=str(run.path),
        confounds_files=[str(run.confounds)] if "confounds" in wanted and run.confounds else [],
        t_r=values["t_r"],
        mask_file=str(run.mask) if "mask" in wanted and run.mask else None,
    )


def _require_different_names(runs: Sequence[RunInputs]) -> None:
    from ...bids.result_names import first_duplicate

    if duplicate := first_duplicate([run.name for run in runs]):
        raise click.ClickException(f"two runs would both be called {duplicate!r}; rename one of them.")


def _failures(
    runs: Sequence[RunInputs], found: Sequence[FoundRun], wanted: Sequence[str]
) -> dict[str, Failure]:
    """Failures of the runs that lack a file, by the names of their results."""
    from ...engine.execution import Failure

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


def _on_no_confounds(desc: str) -> list[str]:
    """A warning if no confounds are regressed out, now or before."""
    from ...bids.derivatives import PREPROCESSED

    if desc != PREPROCESSED:
        return []
    return [
        "no confounds are regressed out; choose some (--confounds-strategy, --confound-columns), or give "
        "--confounds-strategy none if this is meant."
    ]


def _on_older_tables(runs: Sequence[FoundRun]) -> list[str]:
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
