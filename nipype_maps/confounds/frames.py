"""Frames to keep and labels of frames, from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..bids.tables import read_npy
from ..bids.text_tables import header_and_rows, is_number, number_of, read_rows
from ..notes import note

#: Booleans as programs write them.
WORDS = {"true": True, "false": False}


def read_sample_mask(path, n_frames: int) -> np.ndarray:
    """Frames to keep from a .npy, .txt or .tsv file: indices, or one boolean per frame.

    Numbers are booleans if there are as many as frames, and all are 0 or 1; a run of one or
    two frames takes them as indices.

    Parameters
    ----------
    path : path-like
    n_frames : int
        Number of frames of the run.

    Returns
    -------
    1D array of bool or int
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
        fields, bare = _one_column(path, "a sample mask", _is_frame)
        fields = [field.lower() for field in fields]
        if bare:
            fields = without_header_of_pandas(path, fields, n_frames)
        if fields and all(field in WORDS for field in fields):
            return np.array([WORDS[field] for field in fields], dtype=bool)
        values = np.array([number_of(path, field, row, "frames") for row, field in enumerate(fields)])
    whole = np.isfinite(values) & (np.abs(values) < 2**53)
    if not np.array_equal(values[whole], np.floor(values)):
        raise ValueError(f"{path} must hold frame indices (whole numbers) or booleans.")
    if values.size == n_frames > 2 and np.isin(values, (0, 1)).all():
        return values.astype(bool)
    return values.astype(int)


def read_labels(path, n_frames: int) -> list[str]:
    """One label per frame from a text file, one a line.

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


def _one_column(path, what: str, is_value) -> tuple[list[str], bool]:
    """Fields of a file that holds one list: a line each, or all in one line; without a header.

    And whether each has a line, and the first of them may be a header all the same.
    """
    lines = read_rows(path)
    header, rows = header_and_rows(path, lines)
    indexed = header is not None and len(lines[-1]) > len(header)
    if header is not None and not indexed and (len(lines) == 1 or all(map(is_value, header))):
        header, rows = None, [header, *rows]  # words, which are no numbers
    widths = {len(row) for row in rows}
    if len(rows) > 1 and widths != {1}:
        raise ValueError(f"{path} has {max(widths)} columns; {what} must be one column.")
    fields = [field for row in rows for field in row]
    # pandas calls a column without a name 0
    if header is None and len(fields) > 1 and fields[0].lower() not in WORDS:
        fields = fields[1:] if all(field.lower() in WORDS for field in fields[1:]) else fields
    return fields, header is None and len(rows) > 1


def _is_frame(field: str) -> bool:
    return field.lower() in WORDS or is_number(field)


def without_header_of_pandas(path, fields: list[str], n_frames: int) -> list[str]:
    """The frames that a file lists, a line each, without the 0 that pandas writes above them.

    It is left out where it cannot be frame 0, and noted where it can be either.

    Examples
    --------
    >>> without_header_of_pandas("kept.txt", ["0", "0", "1", "2"], 10)
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
            "writes, remove it, and if not, write a header such as 'frame' above it."
        )
    return fields
