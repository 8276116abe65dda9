"""Frames to keep, and labels of runs, from files with one value per line."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..bids.tables import read_npy
from ..bids.text_tables import header_and_rows, is_number, number_of, read_rows
from ..notes import note
from ..numerics.frames import acquisitions_of
from ..storage.paths import PathLike

#: Booleans as programs write them.
WORDS = {"true": True, "false": False}


def loaded_sample_mask(
    sample_mask: PathLike | Sequence[bool] | Sequence[int] | None, n_frames: int
) -> np.ndarray | Sequence[bool] | Sequence[int] | None:
    """A sample mask, read if it is a file: what `nipype_maps.numerics.frames.kept_frames` takes.

    Parameters
    ----------
    sample_mask : path-like, (T,) bools, (T_kept,) ints, or None
    n_frames : int
        Number of frames of the run, T.

    Examples
    --------
    >>> loaded_sample_mask([0, 2], 3)
    [0, 2]
    """
    if isinstance(sample_mask, (str, os.PathLike)):
        return read_sample_mask(sample_mask, n_frames)
    return sample_mask


def read_sample_mask(path: PathLike, n_frames: int) -> np.ndarray:
    """Frames to keep from a .npy, .txt or .tsv file: indices, or one boolean per frame.

    Numbers are booleans if there is one per frame and all are 0 or 1; in a run of one or two frames
    they are indices.

    Parameters
    ----------
    path : path-like
    n_frames : int
        Number of frames of the run.

    Returns
    -------
    (T,) bool array, or (T_kept,) int array

    Raises
    ------
    ValueError
        If the file contains anything else.
    """
    path = Path(path)
    if path.suffix == ".npy":
        values = read_npy(path)
        if values.ndim == 2 and 1 not in values.shape:
            raise ValueError(f"{path} has the shape {values.shape}; a sample mask is one list of frames.")
        values = values.ravel()
        if values.dtype == bool:
            return values
    else:
        fields, may_have_header = _one_column(path, "a sample mask", _is_frame)
        fields = [field.lower() for field in fields]
        if may_have_header:
            fields = _without_pandas_header(path, fields, n_frames)
        if fields and all(field in WORDS for field in fields):
            return np.array([WORDS[field] for field in fields], dtype=bool)
        values = np.array([number_of(path, field, row, "frames") for row, field in enumerate(fields)])
    whole = np.isfinite(values) & (np.abs(values) < 2**53)
    if not np.array_equal(values[whole], np.floor(values)):
        raise ValueError(f"{path} must contain frame indices (whole numbers) or booleans.")
    if values.size == n_frames > 2 and np.isin(values, (0, 1)).all():
        return values.astype(bool)
    return values.astype(int)


def loaded_acquisitions(
    runs: PathLike | Sequence[int] | Sequence[str] | None, n_frames: int
) -> list[np.ndarray]:
    """The frames of each acquisition, by labels of frames, which are read if they are in a file.

    Parameters
    ----------
    runs : path-like, (T,) labels, or None
    n_frames : int
        Number of frames of the run, T.

    Examples
    --------
    >>> loaded_acquisitions([1, 1, 2], 3)
    [array([0, 1]), array([2])]
    """
    labels = read_run_labels(runs, n_frames) if isinstance(runs, (str, os.PathLike)) else runs
    return acquisitions_of(labels, n_frames)


def read_run_labels(path: PathLike, n_frames: int) -> list[str]:
    """The label of the run that each frame belongs to, from a text file with one per line.

    Parameters
    ----------
    path : path-like
    n_frames : int
        Number of frames of the run.

    Raises
    ------
    ValueError
        If there are not as many labels as frames, or several columns.
    """
    labels, _ = _one_column(path, "labels of runs", lambda field: True)
    if len(labels) != n_frames:
        hint = "remove its header" if len(labels) == n_frames + 1 else "give one per frame"
        raise ValueError(f"{path} has {len(labels)} labels for {n_frames} frames; {hint}.")
    return labels


def _one_column(path: PathLike, what: str, is_value: Callable[[str], bool]) -> tuple[list[str], bool]:
    """The fields of a file that contains one list, a line each or all in one line, without its header.

    Also whether the first field may still be a header: that of pandas is a number.
    """
    lines = read_rows(path)
    header, rows = header_and_rows(path, lines)
    indexed = header is not None and len(lines[-1]) > len(header)
    if header is not None and not indexed and (len(lines) == 1 or all(map(is_value, header))):
        rows, header = [header, *rows], None  # booleans, which look like a header
    widths = {len(row) for row in rows}
    if len(rows) > 1 and widths != {1}:
        raise ValueError(f"{path} has {max(widths)} columns; {what} must be one column.")
    fields = [field for row in rows for field in row]
    # pandas writes 0 above a column without a name
    if header is None and len(fields) > 1 and fields[0].lower() not in WORDS:
        fields = fields[1:] if all(field.lower() in WORDS for field in fields[1:]) else fields
    return fields, header is None and len(rows) > 1


def _is_frame(field: str) -> bool:
    return field.lower() in WORDS or is_number(field)


def _without_pandas_header(path: PathLike, fields: list[str], n_frames: int) -> list[str]:
    """The frames in a file, a line each, without the 0 that pandas writes above them.

    It is removed if it cannot be frame 0, and noted if it can be either.

    Examples
    --------
    >>> _without_pandas_header("kept.txt", ["0", "0", "1", "2"], 10)
    ['0', '1', '2']
    """
    first, *rest = fields
    flags = n_frames > 2 and set(fields) <= {"0", "1"}
    if first != "0" or not rest or (flags and len(fields) == n_frames):
        return fields
    if flags:
        return rest if len(rest) == n_frames else fields
    if all("." in field for field in rest) or rest[0] == "0":
        return rest
    every = fields == [str(frame) for frame in range(n_frames)]
    if every or (rest[0].isdigit() and int(rest[0]) > 1):
        doubt = "and every frame is kept" if every else f"but the next is {rest[0]}"
        note(
            f"the first line of {path} is taken for frame 0, {doubt}; if it is the header that pandas "
            "writes, remove it, and if not, write a header such as 'frame' above it.",
            "TableHeader",
        )
    return fields
