"""The files at the root of a data set: its description, its README, and those on its atlases."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ...storage.paths import PathLike
from ..records.request import Request
from .folder import ResultFolder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
    from ...bids.atlas_files import label_table, label_table_file

    path = label_table_file(folder.out, request.atlas)
    if request.names is None or overwrite or not os.path.lexists(path):
        return
    try:
        same = path.read_text(encoding="utf-8") == label_table(request.names, _columns(request))
    except (OSError, ValueError):
        same = False
    if not same:
        raise click.UsageError(
            f"{path} names other maps than those requested; choose another OUT, or give --overwrite to "
            "replace it."
        )


def write_atlas(folder: ResultFolder, request: Request) -> None:
    """Write the table of the maps of a call, and the description of their atlas."""
    from ...bids.atlas_files import write_atlas_description, write_label_table

    if request.names is not None:
        write_label_table(folder.out, request.atlas, request.names, _columns(request))
        write_atlas_description(folder.out, request.atlas, request.maps)


def _columns(request: Request) -> Mapping[str, Sequence[str]]:
    """Further columns of the table of the maps."""
    return {}
