"""``nipype-maps prune``: remove intermediate results that are not needed any more."""

from __future__ import annotations

import math
from pathlib import Path

import click

from .messages import counted
from .parsing.commands import Command
from .parsing.parameters import takes_option


@click.command(cls=Command, short_help="Remove intermediate results that are not needed any more.")
@click.option(
    "--work",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The work folder (that of --work, OUT/work of extract, OUT-work of dataset), or the memory of a "
    "masker.",
)
@click.option(
    "--unused-for",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Remove all results of graphs that have not been used for so many days, and the in-memory inputs "
    "that only they read.",
)
@takes_option("dry_run", topic="", help="Only show what would be removed.")
def prune(work: Path, unused_for: float | None, dry_run: bool) -> None:
    """Remove the intermediate results that no current result needs.

    Current are the results of the last call for each run; those of earlier calls with other
    options are removed.  With --unused-for, current results that have not been used for so long
    are removed too.
    """
    from ..engine.workfolder.dependencies import graphs_in
    from ..engine.workfolder.dependencies import prune as prune_graph
    from ..engine.workfolder.lock import FolderInUseError
    from ..engine.workfolder.unused import prune_unused

    if unused_for is not None and not math.isfinite(unused_for):
        raise click.UsageError("--unused-for is not a finite number of days.")
    if not graphs_in(work) and (work / "nipype-maps").is_dir():  # the memory of a masker
        work = work / "nipype-maps"
    folders = graphs_in(work)
    if not folders:
        raise click.UsageError(f"{work} is not a work folder: no graph has been executed in it.")
    removed: list[tuple[Path, int]] = []
    in_use: list[str] = []
    try:
        if unused_for is not None:
            removed, in_use = prune_unused(work, unused_for * 86400, dry_run=dry_run)
        else:
            for folder in folders:
                removed += prune_graph(folder, dry_run=dry_run)
    except (FolderInUseError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for path, size in removed:
        click.echo(f"{path.relative_to(work)}: {size / 1e6:.1f} MB")
    for message in in_use:
        click.echo(f"{message}; it is kept.", err=True)
    freed = sum(size for _, size in removed) / 1e6
    what = counted(len(removed), "step" if unused_for is None else "folder")
    click.echo(f"{what} {'would be removed' if dry_run else 'removed'}, {freed:.1f} MB")
