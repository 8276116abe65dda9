"""Maps that are given by the name of their atlas, as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ...storage.paths import PathLike


def files_of_maps(maps: Sequence[str], named: Sequence[PathLike], sources: Sequence[str] = ()) -> list[str]:
    """The files of maps; which file a name of TemplateFlow means is shown.

    Parameters
    ----------
    maps : sequence of str
        Files, or one name such as ``templateflow:DiFuMo:scale-64``.
    named : sequence of path-likes
        Runs, or signals, whose names give the template and the resolution.
    sources : sequence of str
        Names of files that are preferred, where several resolutions fit.

    Raises
    ------
    click.UsageError
        If a name is not known, its file cannot be got, or it is given with others.
    """
    from ...bids.atlas_queries import AtlasQuery, is_query

    if not any(map(is_query, maps)):
        return list(maps)
    if len(maps) > 1:
        raise click.UsageError(
            f"--maps {maps[0]} is given together with {maps[1]}; give one atlas, or the files of maps."
        )
    from ...bids.templateflow import find_maps

    try:
        found = find_maps(AtlasQuery.parse(maps[0]), named, sources)
    except (ImportError, ValueError) as error:
        raise click.UsageError(f"--maps {error}") from error
    click.echo(f"--maps {maps[0]}: {found.path} ({found.reason})")
    return [str(found.path)]
