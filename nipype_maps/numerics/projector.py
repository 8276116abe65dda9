"""Least squares of every frame on the maps.

With ``A`` (V, K) the maps, ``G`` the smoothing of the run and ``x`` the volume of a frame::

    s = argmin || A s - G x ||  =  pinv(A) G x  =  (A'A)^+ (G A)' x

because ``G`` is symmetric.  All that depends on the maps alone is computed once and kept in a
`Projector`; a block of frames then costs one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .blocking import Maps, tiles_by_slab
from .blocks import StoredBlock
from .solution import Solution
from .tiles import DENSE, Tiles, whole


@dataclass(frozen=True, eq=False)
class Projector:
    """Least squares on the maps as two products: ``signals = (x @ weights) @ finish.T``.

    Attributes
    ----------
    weights : Tiles
        (V, R) matrix; rows of voxels where all maps are zero are zero.
    solution : Solution

    Examples
    --------
    Two overlapping maps on three voxels; projecting ``A s`` returns ``s``:

    >>> from .blocking import Columns
    >>> from .least_squares import solve
    >>> from .tiles import join
    >>> maps = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> solution = solve(Columns(maps))
    >>> projector = Projector(join(2, weights_of(Columns(maps), solution)), solution)
    >>> projector.project(StoredBlock(0, np.array([[3.0, 5.0]]) @ maps.T))
    array([[3., 5.]])
    """

    weights: Tiles
    solution: Solution

    @property
    def support(self) -> np.ndarray:
        """(S,) flat indices (NIfTI order) of the voxels with a non-zero weight, tile by tile."""
        return self.weights.voxels

    def project(self, block: StoredBlock) -> np.ndarray:
        """Signals of a block of frames.

        Parameters
        ----------
        block : StoredBlock
            (T, S): the frames at the voxels of the support; NaN and infinity count as 0.

        Returns
        -------
        (T, K) array
        """
        return self.weights.collect(block) @ self.solution.finish.T


def signals_of(projector: Projector, blocks: Iterable[StoredBlock], empty_as_nan: bool) -> np.ndarray:
    """Signals of a run, read block by block.

    Parameters
    ----------
    projector : Projector
    blocks : iterable of StoredBlock
        (n, S) each: consecutive frames at the voxels of the support.
    empty_as_nan : bool
        Give maps that are zero everywhere the signal NaN, instead of 0.

    Returns
    -------
    (T, K) array
    """
    signals = np.vstack([projector.project(block) for block in blocks])
    if empty_as_nan:
        signals[:, np.isnan(projector.solution.vif)] = np.nan
    return signals


def weights_of(smoothed: Maps, solution: Solution) -> Iterator[Tiles]:
    """The weights of a projector, computed some slices at a time so that they can go to disk.

    Parameters
    ----------
    smoothed : Maps
        G A; the maps themselves where the run is not smoothed.
    solution : Solution
        That of the maps before smoothing.

    Yields
    ------
    Tiles
        Of some slices.

    Notes
    -----
    Where ill-conditioned maps are smoothed, the rounding of the smoothed maps themselves is
    amplified by the square of the condition number; smooth the runs instead if that matters
    (a condition of 1e4 leaves about 8 digits).
    """
    for tiles in tiles_by_slab(solution.scaled(smoothed)):
        if not solution.mixing:
            yield tiles
            continue
        for rows, values in tiles.dense(DENSE // tiles.n_maps):
            mixed = solution.mixed(values)
            yield whole(mixed.shape[1], tiles.voxels[rows], np.arange(mixed.shape[1]), mixed)
