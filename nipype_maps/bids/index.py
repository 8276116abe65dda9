"""pybids' index of the names in a derivatives folder, made for a call or kept in a folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..notes import note
from ..storage.paths import PathLike

#: What pybids calls the file of a kept index.
FILE = "layout_index.sqlite"
#: Names that runs are found by; what else is in the folder may change.
RELEVANT = re.compile(r"_(bold|boldref|mask)\.nii(\.gz)?$|_(timeseries|regressors)\.tsv$")


def index_of(root: Path, folder: PathLike | None = None) -> Any:
    """A pybids layout of a derivatives folder, by the names of its files.

    Only folders of participants at the top are indexed: others belong to other data sets.

    Parameters
    ----------
    root : pathlib.Path
    folder : path-like, optional
        Where the index is kept: made if it is not there, else read.  One that does not have the
        files that are there now is made again, since pybids would not notice.

    Raises
    ------
    ImportError
        If pybids is not installed.
    ValueError
        If the folder cannot be written, or has the index of something else.
    """
    if folder is None:
        return _layout(root)
    folder = Path(os.path.abspath(folder))
    file = folder / FILE
    if not os.path.lexists(file):
        _make(root, folder)
    elif difference := _difference(root, file):
        try:
            _make(root, folder)
        except ValueError:
            note(f"{file} is not used, because {difference}, and it cannot be made again.", "StaleIndex")
            return _layout(root)
        note(f"{file} is made again, because {difference}.", "StaleIndex")
    return _layout(root, folder)


def _layout(root: Path, folder: Path | None = None) -> Any:
    try:
        from bids import layout
    except ImportError as error:
        raise ImportError(
            "pybids, which finds runs in a BIDS folder, is not installed; install nipype-maps[bids]."
        ) from error
    # names are enough; to read each sidecar would take minutes
    indexer = layout.BIDSLayoutIndexer(
        validate=False, index_metadata=False, ignore=[re.compile(r"^/(?!sub-)")]
    )
    return layout.BIDSLayout(
        root, validate=False, config=["bids", "derivatives"], indexer=indexer, database_path=folder
    )


def _make(root: Path, folder: Path) -> None:
    """Make an index beside its place, and move it there: another call never reads half of one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=folder, prefix=".index-"))
    except OSError as error:
        raise ValueError(
            f"no index can be written to {folder} ({error.strerror}); give another --bids-database-dir, or "
            "leave it out."
        ) from error
    try:
        _layout(root, draft)
        os.replace(draft / FILE, folder / FILE)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _difference(root: Path, file: Path) -> str | None:
    """What an index and the folder differ in, in words; None if in nothing.

    Raises
    ------
    ValueError
        If it is the index of another folder, was made without the names of derivatives, or cannot
        be read.
    """
    try:
        # pybids would take the folder of the index for the one that it is asked for
        with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as index:
            ((of, config),) = index.execute("SELECT root, _config FROM layout_info")
            rows = index.execute("SELECT path FROM files WHERE NOT is_dir")
            indexed = {os.path.relpath(path, of) for (path,) in rows if RELEVANT.search(path)}
        kinds = json.loads(config)
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise ValueError(
            f"{file} is not an index that pybids has written ({error}); remove it, or give another "
            "--bids-database-dir."
        ) from error
    if os.path.realpath(of) != os.path.realpath(root):
        raise ValueError(
            f"{file} is the index of {of}, not of {root}; give another --bids-database-dir, or leave it out."
        )
    if "derivatives" not in kinds:
        raise ValueError(
            f"{file} was made without the names of derivatives, such as desc; give another "
            "--bids-database-dir, or leave it out."
        )
    present = set(_names(root))
    for names, words in ((present - indexed, "{} has {} that it lacks"), (indexed - present, "{} lacks {}")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            return words.format(root, f"{min(names)}{more}")
    return None


def _names(root: Path) -> Iterator[str]:
    """The relevant files of all participants, relative to their folder."""
    for participant in root.glob("sub-*"):
        for folder, _, names in os.walk(participant, followlinks=True):
            yield from (
                os.path.relpath(os.path.join(folder, name), root) for name in names if RELEVANT.search(name)
            )
