"""``nipype-maps clean``: make room in a work folder."""

from __future__ import annotations

from pathlib import Path

import click

from .commands import Command


@click.command(cls=Command)
@click.option(
    "--work",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The work folder (--work of extract, or OUT/work).",
)
@click.option(
    "--unused-for",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Remove all results of graphs that no run has used for so many days, and the images handed over in "
    "memory that only they read; --work may be the memory of a masker.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def clean(work, unused_for, dry_run) -> None:
    """Remove the intermediate results that no current result needs.

    Current is what the last run of each branch of a graph made; what runs with other
    parameters left beside it goes.  With --unused-for, current results go too where no run has
    used them for so long.
    """
    from ..engine.workfolder.dependencies import graphs_in, prune
    from ..engine.workfolder.lock import FolderInUseError
    from ..engine.workfolder.unused import prune_unused

    if not graphs_in(work) and (work / "nipype-maps").is_dir():  # the memory of a masker
        work = work / "nipype-maps"
    folders = graphs_in(work)
    if not folders:
        raise click.UsageError(f"{work} is no work folder: no run has left a note in it of what it needs.")
    removed, in_use, what = [], [], "node"
    try:
        if unused_for is not None:
            what = "folder"
            removed, in_use = prune_unused(work, unused_for * 86400, dry_run=dry_run)
        else:
            for folder in folders:
                removed += prune(folder, dry_run=dry_run)
    except (FolderInUseError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for path, size in removed:
        click.echo(f"{path.relative_to(work)}: {size / 1e6:.1f} MB")
    for sentence in in_use:
        click.echo(f"{sentence}; it is left.", err=True)
    freed = sum(size for _, size in removed) / 1e6
    verb = "would be removed" if dry_run else "removed"
    click.echo(f"{len(removed)} {what}{'s' * (len(removed) != 1)} {verb}, {freed:.1f} MB")
