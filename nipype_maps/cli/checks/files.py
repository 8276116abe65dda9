"""Files and folders of a call: images by their names, one role each, folders that do not overlap."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click


def check_images(files: Mapping[str, Sequence[str | None]]) -> None:
    """Raise click.UsageError if the name of a file is not that of an image (``sub-01*``).

    Parameters
    ----------
    files : mapping of str to sequence of str or None
        By the option, or argument, that they are given as.
    """
    from ...images.filenames import is_image_name

    for option, paths in files.items():
        for path in paths:
            if path and not is_image_name(path):
                raise click.UsageError(
                    f"{path}, given as {option}, is not an image by its name; give a NIfTI image (.nii.gz, "
                    ".nii)."
                )


def check_roles(runs: Sequence[str], others: Mapping[str, Sequence[str | None]]) -> None:
    """Raise click.UsageError if a run is given in another role too.

    Parameters
    ----------
    runs : sequence of str
    others : mapping of str to sequence of str or None
        Files in other roles, by their options.
    """
    for option, paths in others.items():
        for run in runs:
            if any(path and os.path.samefile(run, path) for path in paths):
                raise click.UsageError(f"{run} is given both as a run and as {option}; leave out one.")


def check_folders(out: Path, work: Path | None, source: Path | None = None) -> None:
    """Raise click.UsageError if intermediate files would be among results, or among runs.

    Parameters
    ----------
    out : pathlib.Path
    work : pathlib.Path or None
    source : pathlib.Path, optional
        The data set of the runs, if OUT becomes one too.
    """
    if work is None:
        return
    out, work = Path(os.path.realpath(out)), Path(os.path.realpath(work))
    if work in (out, out / "logs") or out.is_relative_to(work):
        raise click.UsageError(
            f"--work {work} would contain results or logs of {'OUT' if source else '--out'} {out}; choose a "
            "folder of its own, or leave --work out."
        )
    if source is None:
        return
    if work.is_relative_to(out):
        raise click.UsageError(
            f"--work {work} is inside OUT {out}, where BIDS has no place for intermediate results; choose a "
            "folder outside of it, or leave --work out."
        )
    source = Path(os.path.realpath(source))
    if work == source or (work.is_relative_to(source) and work.relative_to(source).parts[0][:4] == "sub-"):
        raise click.UsageError(f"--work {work} is among the runs of {source}; choose a folder of its own.")
