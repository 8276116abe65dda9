"""Existing results in the output folder: which differ from what is requested, and may be replaced."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ...notes import listed
from ..records.comparison import differences, is_record
from ..records.from_sidecar import record_from_sidecar
from ..records.request import Request
from .folder import ResultFolder, read_object

if TYPE_CHECKING:
    from ...graphs import RunInputs

#: Results that a message names; of more it gives the number.
SHOWN = 3


def require_replaceable(
    folder: ResultFolder,
    runs: Sequence[RunInputs],
    request: Request,
    overwrite: bool = False,
    *,
    lacking: Sequence[RunInputs] = (),
    dry_run: bool = False,
    is_dataset: bool = False,
) -> list[str]:
    """Refuse to replace results of other settings or inputs, or remove them.

    Parameters
    ----------
    folder : ResultFolder
    runs : sequence of RunInputs
    request : Request
    overwrite : bool
        Remove such results, so that none is taken for this call's should it fail.
    lacking : sequence of RunInputs
        Runs that cannot be extracted now: only the settings of their results are compared.
    dry_run : bool
        Remove nothing in any case.
    is_dataset : bool
        Whether all results of one atlas in the folder belong together.

    Returns
    -------
    list of str
        Warnings of results of other runs, in the folder of a data set, that differ in settings or space.

    Raises
    ------
    click.UsageError
        If there are such results, and they are not to be overwritten; or, in the folder of a data set,
        results of other maps.
    """
    from ...storage.atomic import sweep
    from ...storage.checksums import MEMORY, remembering

    memory = folder.work / MEMORY
    with remembering(memory if memory.is_dir() or not dry_run else None):
        different = _different_results(folder, runs, lacking, request)
    if different and not overwrite:
        reasons: dict[str, list[str]] = defaultdict(list)
        for name, reason in different.items():
            reasons[reason].append(name)
        shown = [f"{listed(names, most=1)} ({reason})" for reason, names in list(reasons.items())[:SHOWN]]
        more = ", ..." if len(reasons) > SHOWN else ""
        raise click.UsageError(
            f"{folder.out} contains results of other settings or inputs: {', '.join(shown)}{more}. "
            "Choose another --out, or give --overwrite to replace them."
        )
    warnings = _warnings_of_other_runs(folder, [*runs, *lacking], request) if is_dataset else []
    if not dry_run:
        folder.remove(different)
        for parent in {path.parent for run in runs for path in folder.files(run.name)}:
            sweep(parent)
    return warnings


def _different_results(
    folder: ResultFolder, runs: Sequence[RunInputs], lacking: Sequence[RunInputs], request: Request
) -> dict[str, str]:
    """The names of existing results that differ from what is requested, and how they do."""
    found = {run.name: _difference(folder, run, request) for run in runs if folder.has(run.name)}
    for run in lacking:
        if folder.has(run.name):
            found[run.name] = _difference(folder, run, request, settings_only=True)
    for run in runs:
        if run.name not in found and (foreign := _foreign_sidecar(folder, run.name)):
            found[run.name] = f"{foreign} was not written by nipype-maps"
    return {name: reason for name, reason in found.items() if reason}


def _difference(folder: ResultFolder, run: RunInputs, request: Request, settings_only: bool = False) -> str:
    """How a run's existing results differ from what is requested; empty where they do not."""
    now = {"Settings": request.settings, "Inputs": {}} if settings_only else request.readable_record(run)
    _, sidecar, record = folder.files(run.name)
    before = read_object(record)
    if not is_record(before):
        found = record_from_sidecar(read_object(sidecar), request, run)
        if found is None:
            return "neither a record nor a sidecar of this version says how they were made"
        before = found
    inputs = now["Inputs"]
    if "run" in inputs and before.get("Run") != run.run_file and before["Inputs"].get("run") != inputs["run"]:
        return f"run: {before.get('Run')} before, {run.run_file} now"
    return _listed(differences(before, now))


def _foreign_sidecar(folder: ResultFolder, name: str) -> str | None:
    """The name of a file in the place of a sidecar, without a table, that is another program's."""
    _, sidecar, _ = folder.files(name)
    is_ours = not os.path.lexists(sidecar) or "nipype-maps" in (read_object(sidecar).get("Versions") or ())
    return None if is_ours else sidecar.name


def _warnings_of_other_runs(folder: ResultFolder, runs: Sequence[RunInputs], request: Request) -> list[str]:
    """Warnings where results of the same atlas from other runs have other settings or spaces.

    Raises
    ------
    click.UsageError
        If they are of other maps.
    """
    from ...bids.atlas import named_atlas
    from ...bids.spaces import full_space

    own, spaces = {run.name for run in runs}, {full_space(run.name) for run in runs}
    settings: dict[str, list[str]] = defaultdict(list)
    other_spaces: dict[str, str] = {}
    for name, record in folder.records():
        atlas = named_atlas(name)
        # in many file systems case makes no difference
        of_atlas = atlas is not None and atlas.name.casefold() == request.atlas.name.casefold()
        if name in own or not of_atlas or not folder.has(name) or not is_record(record):
            continue
        found = differences(record, request.shared_record())
        if "maps" in found:
            raise click.UsageError(
                f"{folder.out} contains results of other maps under the same name, such as {name} (maps: "
                f"{found['maps']}); choose another --out, or a name for the file of the maps that gives "
                "another atlas-."
            )
        for key, words in found.items():
            settings[f"{key}: {words}"].append(name)
        if full_space(name) not in spaces:
            other_spaces.setdefault(full_space(name), name)
    return [
        f"{folder.out} contains results of {what}: {'; '.join(found)}."
        for what, found in (
            ("other runs with other settings", _with_example((k, v[0]) for k, v in settings.items())),
            ("runs in other spaces", _with_example(other_spaces.items())),
        )
        if found
    ]


def _with_example(found: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{what} (such as {name})" for what, name in found]


def _listed(found: Mapping[str, str]) -> str:
    return "; ".join(f"{key}: {words}" for key, words in found.items())
