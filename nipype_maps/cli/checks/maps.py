"""Maps by their names and headers, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .files import check_images


def check_maps(maps: Sequence[str]) -> None:
    """Raise click.UsageError if files cannot be the maps of one atlas: no image, or several 4D images.

    Parameters
    ----------
    maps : sequence of str
        One 4D image, or 3D images on one grid.
    """
    from ...images.volumes import Volumes

    check_images({"--maps": maps})
    try:
        if len(maps) > 1 and (several := [path for path in maps if Volumes(path, quiet=True).n_volumes > 1]):
            raise click.UsageError(
                f"--maps is given {len(maps)} times, and {several[0]} alone is an image of several maps; "
                "call once for each atlas, or give 3D images, one per map."
            )
        Volumes(maps, quiet=True)
    except ValueError as error:
        raise click.UsageError(f"--maps: {error}") from error
