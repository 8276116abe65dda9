"""Where intermediate results of a data set are: beside it, not in it."""

from __future__ import annotations

import os
from pathlib import Path

from .folder import ResultFolder


def beside(out: Path) -> Path:
    """The folder for intermediate results of a data set.

    It is beside the data set, in which BIDS has no place for them, and so on the same file system, and
    found again by the next call.  Where a link leads to the data set, it is beside that.

    Examples
    --------
    >>> beside(Path("/data/derivatives/maps/"))
    PosixPath('/data/derivatives/maps-work')
    """
    return Path(f"{os.path.realpath(out)}-work")


def warnings_of_work_folder(folder: ResultFolder, work: Path | None) -> list[str]:
    """Warnings where intermediate results are not where they are expected.

    Parameters
    ----------
    folder : ResultFolder
        Both of its folders exist.
    work : pathlib.Path or None
        What the call gives; None for the folder beside the data set.
    """
    warnings = []
    if (old := folder.out / "work").is_dir():
        warnings.append(
            f"{old} has intermediate results of an earlier version, which are not used any more; delete it, "
            "since a data set has no place for them."
        )
    if work is None and os.path.ismount(folder.out):
        warnings.append(
            f"intermediate results are in {folder.work}, on another file system than {folder.out}, which may "
            "be that of a container; choose a folder by --work."
        )
    return warnings
