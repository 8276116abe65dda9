"""From signals back to volumes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .grid import Grid
from .patches import Patch
from .tiles import Tiles


def signals_of_all_maps(values: np.ndarray, columns: Sequence[int], n_maps: int, name: str) -> np.ndarray:
    """Signals in the order of the maps.

    Parameters
    ----------
    values : (T, C) array
        A table of signals.
    columns : (C,) sequence of int
        The map that each column belongs to.
    n_maps : int
        K.
    name : str
        Of the table, for messages.

    Returns
    -------
    (T, K) array
        0 for maps without a column, and for columns that are NaN throughout.

    Raises
    ------
    ValueError
        If a signal is infinite, or a column NaN in some frames only.

    Examples
    --------
    >>> signals_of_all_maps(np.array([[1.0, np.nan]]), [2, 0], 3, "signals.tsv")
    array([[0., 0., 1.]])
    """
    if np.isinf(values).any():
        raise ValueError(f"{name} has an infinite signal; correct it first.")
    missing = np.isnan(values)
    if (missing.any(axis=0) != missing.all(axis=0)).any():
        raise ValueError(f"{name} has a column with n/a in some frames only; complete it first.")
    signals = np.zeros((len(values), n_maps))
    signals[:, columns] = np.where(missing, 0.0, values)
    return signals


def inverse_volumes(
    tiles: Tiles, signals: np.ndarray, grid: Grid, inside: np.ndarray | None, n_frames: int
) -> Iterator[Patch]:
    """The volumes ``A s``, one per frame.

    Parameters
    ----------
    tiles : Tiles
        A, the maps.
    signals : (T, K) array
    grid : Grid
    inside : (V,) bool array or None
        The mask, in NIfTI order; the volumes are 0 outside.
    n_frames : int
        Frames computed at once.
    """
    for start in range(0, len(signals), n_frames):
        for values in tiles.expand(signals[start : start + n_frames]):
            flat = np.zeros(grid.n_voxels)
            flat[tiles.voxels] = values
            if inside is not None:
                flat[~inside] = 0.0
            yield Patch((0, 0, 0), grid.unflatten(flat))
