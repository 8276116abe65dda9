"""One name, one result: what a call does with existing results of the names that its own will have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ...notes import listed
from ..records.request import Request
from .folder import ResultFolder
from .other_runs import require_same_maps, warnings_of_other_runs
from .standing import standing_results

if TYPE_CHECKING:
    from ...graphs import RunInputs

#: Reasons that a message names.
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
    on_removed: Callable[[], object] | None = None,
) -> list[str]:
    """Refuse to replace results of other settings or inputs, or remove them.

    Results of the same settings and of the same files, where these have changed since, are removed
    too: none is taken for this call's, should it fail.  Where it is known now that it will, since a file
    is damaged, they stay unless they are to be overwritten.

    Parameters
    ----------
    folder : ResultFolder
    runs : sequence of RunInputs
    request : Request
    overwrite : bool
        Remove results of other settings or inputs.
    lacking : sequence of RunInputs
        Runs that cannot be extracted now: only the settings of their results are compared.
    dry_run : bool
        Remove nothing in any case.
    is_dataset : bool
        Whether all results of one atlas and one desc in the folder belong together.
    on_removed : callable, optional
        Called when results have been removed.

    Returns
    -------
    list of str
        Warnings: which results are computed anew since their files have changed; in the folder of a data
        set, where results of other runs differ in settings or space.

    Raises
    ------
    click.UsageError
        If there are results of other settings or inputs, and they are not to be overwritten; or results
        of other runs are of other maps of the same name.
    """
    from ...storage.atomic import sweep
    from ...storage.checksums import MEMORY, remembering

    memory = folder.work / MEMORY
    with remembering(memory if memory.is_dir() or not dry_run else None):
        standing = standing_results(folder, runs, lacking, request)
        if standing.different and not overwrite:
            raise click.UsageError(
                f"{folder.out} contains results of other settings or inputs: {_by_reason(standing.different)}"
                ". Give the new ones a name of their own (--desc), choose another "
                f"{'OUT' if is_dataset else '--out'}, or give --overwrite to replace them."
            )
        asked = [*runs, *lacking]
        if is_dataset:
            warnings = warnings_of_other_runs(folder, asked, request)
        else:
            require_same_maps(folder, asked, request)
            warnings = []
    if standing.outdated:
        verb = "would be recomputed" if dry_run else "are recomputed"
        warnings.insert(
            0, f"results {verb}, since their inputs have changed: {_by_reason(standing.outdated)}."
        )
    if not dry_run:
        removed = [*standing.different, *standing.outdated]
        removed += standing.irreplaceable if overwrite else ()
        folder.remove(removed)
        if removed and on_removed:
            on_removed()
        for parent in {path.parent for run in runs for path in folder.files(run.name)}:
            sweep(parent)
    return warnings


def _by_reason(names: Mapping[str, str]) -> str:
    """The first reasons, each with a name and how many more have it."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for name, reason in names.items():
        reasons[reason].append(name)
    shown = [f"{listed(names, most=1)} ({reason})" for reason, names in list(reasons.items())[:SHOWN]]
    return ", ".join(shown) + (", ..." if len(reasons) > SHOWN else "")
