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
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def clean(work, dry_run) -> None:
    """Remove the intermediate results that no current result needs.

    Current is what the last run of each branch of a graph made; what runs with other
    parameters left beside it goes.
    """
    from ..workfolder.lock import FolderInUseError
    from ..workfolder.needs import clean, graphs_in

    folders = graphs_in(work)
    if not folders:
        raise click.UsageError(f"{work} is no work folder: no run has left a note in it of what it needs.")
    removed = []
    for folder in folders:
        try:
            removed += clean(folder, keep=dry_run)
        except FolderInUseError as error:
            raise click.ClickException(str(error)) from error
    for path, size in removed:
        click.echo(f"{path.relative_to(work)}: {size / 1e6:.1f} MB")
    freed = sum(size for _, size in removed) / 1e6
    verb = "would be removed" if dry_run else "removed"
    click.echo(f"{len(removed)} node{'s' * (len(removed) != 1)} {verb}, {freed:.1f} MB")
