"""Tables that a pipeline writes beside its runs, for all spaces and descriptions of one acquisition."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..images.filenames import stem
from ..storage.paths import PathLike
from .entities import entities_of, key_of
from .spaces import OF_SPACE


def tables_of(run: PathLike, suffix: str) -> list[Path]:
    """The tables of a run in a data set: in its folder, with its entities but for space and desc.

    Parameters
    ----------
    run : path-like
    suffix : str
        What BIDS calls their kind, such as ``outliers``.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("sub-01_task-rest_motion.tsv", "sub-01_task-nback_motion.tsv"):
    ...     (folder / name).touch()
    >>> [table.name for table in tables_of(folder / "sub-01_task-rest_desc-denoised_bold.nii", "motion")]
    ['sub-01_task-rest_motion.tsv']
    """
    path, ending = Path(os.path.abspath(run)), f"_{suffix}.tsv"
    if not stem(path).endswith("_bold") or "sub" not in entities_of(path):
        return []
    own = key_of(path, OF_SPACE)
    with suppress(OSError):  # a folder that cannot be listed
        names = sorted(name for name in os.listdir(path.parent) if name.endswith(ending))
        return [path.parent / name for name in names if key_of(path.parent / name, OF_SPACE) == own]
    return []


def motion_table(run: PathLike) -> Path | None:
    """XCP-D's table of motion in all frames of a run; of several that of motion as it was measured.

    A desc says that motion was filtered (``desc-filtered``).

    Parameters
    ----------
    run : path-like
    """
    tables = tables_of(run, "motion")
    measured = [path for path in tables if "desc" not in entities_of(path)]
    found = measured or tables
    return found[0] if len(found) == 1 else None
