"""Tables of confounds: files, arrays, data frames, or lists of these, as files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ...storage.paths import PathLike
from .arrays import ArrayLike, refuse_masked
from .in_memory import store_table


def confounds_files(confounds: PathLike | ArrayLike | None, folder: PathLike) -> list[str]:
    """Paths of one run's confounds; tables in memory are written to a folder.

    Parameters
    ----------
    confounds : None, path-like, array, data frame, or list of these
        (T, C), or (T,) for one confound.
    folder : path-like

    Returns
    -------
    list of str
        Absolute paths.

    Raises
    ------
    FileNotFoundError
        If a file does not exist.
    TypeError
        If it is none of these.
    ValueError
        If an array has more than two dimensions, or contains anything but real numbers.
    """
    if confounds is None:
        return []
    tables = list(confounds) if isinstance(confounds, (list, tuple)) else [confounds]
    return [_table_file(table, folder, f"confounds{k + 1 if k else ''}") for k, table in enumerate(tables)]


def _table_file(table: PathLike | ArrayLike, folder: PathLike, name: str) -> str:
    if isinstance(table, (str, os.PathLike)):
        path = Path(table).expanduser().absolute()
        if not path.is_file():
            raise FileNotFoundError(f"confounds: the file {os.fspath(table)} was not found.")
        return str(path)
    columns = None
    if hasattr(table, "to_numpy") and hasattr(table, "columns"):
        columns, table = [str(column) for column in table.columns], _numbers_of(table)
    if not isinstance(table, np.ndarray):
        raise TypeError(
            "'confounds' must be an array, a data frame, a file's name or a list of these. Got: "
            f"{'a list of ' * (name != 'confounds')}{type(table).__name__}"
        )
    refuse_masked(table, "confounds")
    if table.dtype.kind in "cmM":
        raise ValueError(f"confounds have values of type {table.dtype}; give real numbers.")
    try:
        values = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"confounds contain a value that is not a number ({error}).") from error
    if values.ndim not in (1, 2):
        raise ValueError(f"confounds array has an incorrect number of dimensions: {values.ndim}")
    values = values.reshape(len(values), -1)
    if columns is not None and all(column.lstrip("-").isdigit() for column in columns):
        columns = None
    return store_table(values, columns, folder, name)


def _numbers_of(frame: ArrayLike) -> np.ndarray:
    """A data frame's values; NaN where pandas' nullable types have none."""
    values = frame.to_numpy()
    if values.dtype != object:
        return values
    missing = np.array([[getattr(type(x), "__name__", "") == "NAType" for x in row] for row in values], bool)
    return np.where(missing, np.nan, values) if missing.any() else values
