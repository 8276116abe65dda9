"""Whether the image of signals can be written, and whether this machine can hold one volume of it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import click

from ...storage.paths import PathLike


def checked_extension(out: Path, inputs: Iterable[PathLike]) -> Literal[".nii.gz", ".nii"]:
    """The extension of the image to be written.

    Raises
    ------
    click.UsageError
        If it cannot be written under that name, or would replace an input.
    """
    extension: Literal[".nii.gz", ".nii"]
    if out.name.endswith(".nii.gz"):
        extension = ".nii.gz"
    elif out.name.endswith(".nii"):
        extension = ".nii"
    else:
        raise click.UsageError(f"--out {out} must end in .nii.gz or .nii, or be a folder that exists.")
    folder = out.absolute().parent
    if not folder.is_dir():
        raise click.UsageError(f"the folder of --out {out} does not exist.")
    if not os.access(folder, os.W_OK):
        raise click.UsageError(f"the folder of --out {out} cannot be written; choose another one.")
    for path in inputs:
        if out.exists() and os.path.samefile(path, out):
            raise click.UsageError(
                f"--out {out} is an input, {path}, which it would replace; choose another."
            )
    return extension


def check_memory(shape: Sequence[int], signals: PathLike) -> None:
    """Raise click.ClickException if one volume would not fit into this machine's memory."""
    needed = 8 * math.prod(shape)
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > available / 2:
        raise click.ClickException(
            f"a volume of the shape that the sidecar of {signals} names, {shape}, takes {needed / 1e9:.0f} "
            f"GB, and this machine has {available / 1e9:.0f}; correct Shape of Grid, or move the sidecar "
            "away."
        )
