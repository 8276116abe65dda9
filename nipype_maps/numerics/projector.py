"""Least squares of every frame on the maps.

With ``A`` (V, K) the maps, ``G`` the smoothing of the run and ``x`` the volume of a frame::

    s = argmin || A s - G x ||  =  pinv(A) G x  =  (A'A)^+ (G A)' x

because ``G`` is symmetric.  All that depends on the maps is worked out once and kept in a
`Projector`; a block of frames then costs one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .blocking import Columns, Maps, cut
from .blocks import StoredBlock
from .solution import DENSE, Solution, solve
from .tiles import Tiles, join, whole


@dataclass(frozen=True, eq=False)
class Projector:
    """The maps, ready for frames: ``signals = (x @ weights) @ finish.T``.

    Attributes
    ----------
    weights : Tiles
        (V, R) matrix, zero where no map is.
    solution : Solution

    Examples
    --------
    Two overlapping maps on three voxels; projecting ``A s`` returns ``s``:

    >>> maps = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> projector = build_projector(maps)
    >>> projector.project(StoredBlock(0, np.array([[3.0, 5.0]]) @ maps.T))
    array([[3., 5.]])
    """

    weights: Tiles
    solution: Solution

    @property
    def support(self) -> np.ndarray:
        """(S,) flat voxel indices (NIfTI order) where a weight is non-zero, tile by tile."""
        return self.weights.voxels

    def project(self, block: StoredBlock) -> np.ndarray:
        """Signals of frames.

        Parameters
        ----------
        block : StoredBlock
            (T, S): the frames' voxels on the support; those that are not finite count as 0.

        Returns
        -------
        (T, K) array
        """
        return self.weights.collect(block) @ self.solution.finish.T


def build_projector(maps, smoothed=None) -> Projector:
    """Work out all that depends on the maps alone.

    Parameters
    ----------
    maps : Maps, or (V, K) array or sparse matrix
        A, finite, zero outside the mask.
    smoothed : Maps, or (V, K) array or sparse matrix, optional
        G A; without it the run is not smoothed.

    Returns
    -------
    Projector

    Raises
    ------
    ValueError
        If every map is zero.

    Examples
    --------
    A map given twice: the solution of minimum norm shares the signal between the two.

    >>> maps = np.array([[1.0, 1.0], [2.0, 2.0]])
    >>> projector = build_projector(maps)
    >>> signals = projector.project(StoredBlock(0, np.array([[4.0, 8.0]])))
    >>> np.round(signals, 12).tolist(), projector.solution.rank
    ([[2.0, 2.0]], 1)
    """
    maps = _as_maps(maps)
    smoothed = maps if smoothed is None else _as_maps(smoothed)
    solution = solve(maps)
    return Projector(join(solution.finish.shape[1], weights_of(smoothed, solution)), solution)


def weights_of(smoothed: Maps, solution: Solution) -> Iterator[Tiles]:
    """The weights of a projector, made some slices at a time so that they can go to disk.

    Where ill-conditioned maps are smoothed, the rounding of the smoothed maps themselves is
    amplified by the square of the condition number; smooth the runs instead if that matters
    (a condition of 1e4 leaves about 8 digits).
    """
    for tiles in cut(solution.scaled(smoothed)):
        if not solution.mixing:
            yield tiles
            continue
        for rows, values in tiles.dense(DENSE // tiles.n_maps):
            mixed = solution.mixed(values)
            yield whole(mixed.shape[1], tiles.voxels[rows], np.arange(mixed.shape[1]), mixed)


def _as_maps(maps) -> Maps:
    return Columns(maps) if hasattr(maps, "shape") and len(maps.shape) == 2 else maps
