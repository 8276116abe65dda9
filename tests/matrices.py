"""Projectors of maps given as a matrix of voxels by maps."""

from nipype_maps.numerics.blocking import Columns
from nipype_maps.numerics.least_squares import solve
from nipype_maps.numerics.projector import Projector, weights_of
from nipype_maps.numerics.tiles import join


def build_projector(maps, smoothed=None):
    """The projector of maps A, and of the smoothed ones G A, each a (V, K) array or sparse matrix.

    A map given twice: the solution of minimum norm shares the signal between the two.

    >>> import numpy as np
    >>> from nipype_maps.numerics.blocks import StoredBlock
    >>> projector = build_projector(np.array([[1.0, 1.0], [2.0, 2.0]]))
    >>> signals = projector.project(StoredBlock(0, np.array([[4.0, 8.0]])))
    >>> np.round(signals, 12).tolist(), projector.solution.rank
    ([[2.0, 2.0]], 1)
    """
    solution = solve(Columns(maps))
    weights = weights_of(Columns(maps if smoothed is None else smoothed), solution)
    return Projector(join(solution.finish.shape[1], weights), solution)
