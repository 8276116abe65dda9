"""The files at the root of a data set: its description, its README, and those on its atlases."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from ...storage.paths import PathLike
from ..records.request import Request
from .folder import ResultFolder


def begin_dataset(folder: ResultFolder, source: PathLike) -> list[str]:
    """Make a folder a data set, before results come into it; they have URIs of their sources then.

    Parameters
    ----------
    folder : ResultFolder
        Locked by the caller.
    source : path-like
        The data set that the runs are from.

    Returns
    -------
    list of str
        Warnings on what the description cannot say.

    Raises
    ------
    click.ClickException
        If a file that is there cannot be read or written.
    """
    from ...bids.dataset_description import describe
    from ...bids.dataset_links import linked_datasets
    from ...bids.dataset_texts import write_bidsignore, write_readme
    from ...engine.execution import message_of

    try:
        warnings = describe(folder.out, source)
        write_readme(folder.out)
        write_bidsignore(folder.out)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(message_of(error, folder.out)) from error
    folder.datasets = linked_datasets(folder.out)
    return warnings


def require_label_table(folder: ResultFolder, request: Request, overwrite: bool) -> None:
    """Raise click.UsageError if the data set's table of an atlas has other maps."""
    from ...bids.atlas_files import label_table_file, named_maps

    path = label_table_file(folder.out, request.atlas)
    if request.labels is None or overwrite or not os.path.lexists(path):
        return
    there = named_maps(path)
    if there != request.labels.names:
        raise click.UsageError(
            f"{path} names other maps than those requested{_first_difference(there, request.labels.names)}; "
            "call these maps otherwise (--atlas), choose another OUT, or give --overwrite to replace it."
        )


def _first_difference(there: Sequence[str] | None, asked: Sequence[str]) -> str:
    """Where two lists of names begin to differ."""
    if there is None:
        return ""
    if len(there) != len(asked):
        return f" ({len(there)} maps there, {len(asked)} asked)"
    number = next(number for number, (old, new) in enumerate(zip(there, asked, strict=True)) if old != new)
    return f" (map {number + 1}: {there[number]!r} there, {asked[number]!r} asked)"


def write_atlas(folder: ResultFolder, request: Request) -> None:
    """Write the table of the maps of a call, and the description of their atlas."""
    from ...bids.atlas_files import write_atlas_description, write_label_table

    if request.labels is not None:
        write_label_table(folder.out, request.atlas, request.labels.names, request.labels.columns)
        write_atlas_description(folder.out, request.atlas, request.maps)
