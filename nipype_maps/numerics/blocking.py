"""Maps divided into tiles, a slab of slices at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import scipy

from .patches import Patch, Shape, patch_of
from .tiles import Tiles, join, whole

#: Voxels along the edge of a cube.  Of 4, 8 and 16, with 64 to 1024 maps: smaller cubes store
#: less and cost more calls; 8 was fastest.
EDGE = 8
#: If cubes contained more than this share of a slab's voxels times its maps, tiles contain all maps.
WHOLE_ABOVE = 0.5
#: Maps copied at once: a single one would write one number per cache line.
TOGETHER = 8


class Maps(Protocol):
    """Maps that can be read slab by slab, any number of times."""

    shape: Shape
    n_maps: int

    def slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        """The maps that are non-zero in each slab of some slices, from the first slab to the last.

        A map is its index, ascending, and its patch in the slab: finite, with the corner counted
        from the slab's first slice.
        """
        ...


class Columns:
    """The columns of a (V, K) array or sparse matrix as maps on a line of voxels."""

    def __init__(self, matrix: np.ndarray | scipy.sparse.sparray) -> None:
        self._matrix = scipy.sparse.csc_array(matrix, dtype=np.float64)
        self.shape: Shape = (self._matrix.shape[0], 1, 1)
        self.n_maps = self._matrix.shape[1]

    def slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        """All maps, in the only slice."""
        columns = (self._matrix[:, [index]].toarray()[:, :, None] for index in range(self.n_maps))
        patches = [(index, patch_of(column)) for index, column in enumerate(columns)]
        yield [(index, patch) for index, patch in patches if patch.values.size]


def tiles_of(maps: Maps) -> Tiles:
    """All tiles of maps.

    Examples
    --------
    >>> tiles = tiles_of(Columns(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 3.0]])))
    >>> tiles.voxels.tolist(), tiles.gram().tolist()
    ([1, 2], [[5.0, 6.0], [6.0, 9.0]])
    """
    return join(maps.n_maps, tiles_by_slab(maps))


def tiles_by_slab(maps: Maps) -> Iterator[Tiles]:
    """The tiles of each slab in which any map is non-zero; reads the maps once."""
    # voxels on a line are divided into pieces of as many voxels as a cube has
    edges: Shape = (EDGE, EDGE, EDGE) if max(maps.shape[1:]) > 1 else (EDGE**3, 1, 1)
    x, y, n_slices = maps.shape
    for index, found in enumerate(maps.slabs(edges[2])):
        first = index * edges[2]
        if found:
            shape = (x, y, min(edges[2], n_slices - first))
            numbers, patches = zip(*found, strict=True)
            yield _tiles_of_slab(patches, np.array(numbers), maps.n_maps, shape, edges, x * y * first)


def _tiles_of_slab(
    patches: Sequence[Patch], numbers: np.ndarray, n_maps: int, shape: Shape, edges: Shape, n_below: int
) -> Tiles:
    """The tiles of one slab.

    Parameters
    ----------
    patches, numbers : (m,)
        The maps in the slab, and their indices among all.
    n_maps : int
        K.
    shape : (3,) tuple of int
        Of the slab.
    edges : (3,) tuple of int
        Voxels along the edges of a cube.
    n_below : int
        Voxels of the grid below the slab.
    """
    used, reached = _survey(patches, shape, edges)
    voxels, cube = np.flatnonzero(used), _cubes(shape, edges)
    entries = np.bincount(cube[voxels], minlength=reached.shape[1]) @ reached.sum(axis=0)
    if entries > WHOLE_ABOVE * voxels.size * len(patches):
        return whole(n_maps, voxels + n_below, numbers, _gathered(patches, voxels, shape))
    voxels = voxels[np.argsort(cube[voxels], kind="stable")]
    cubes, sizes = np.unique(cube[voxels], return_counts=True)
    bounds = np.append(0, np.cumsum(sizes))
    tile = np.zeros(reached.shape[1], dtype=np.intp)
    tile[cubes] = np.arange(cubes.size)
    reached = reached[:, cubes]
    widths = reached.sum(axis=0)
    firsts = np.append(0, np.cumsum(sizes * widths))
    # index in values at which the row of each voxel begins
    row = np.zeros(cube.size, dtype=np.intp)
    row[voxels] = np.repeat(firsts[:-1], sizes) + (
        np.arange(voxels.size) - np.repeat(bounds[:-1], sizes)
    ) * np.repeat(widths, sizes)
    values = np.zeros(firsts[-1])
    column = np.zeros(cubes.size, dtype=np.intp)  # of the current map, in each tile
    for index, patch in enumerate(patches):
        where, weights = patch.flat(shape)
        values[row[where] + column[tile[cube[where]]]] = weights
        column += reached[index]
    maps = numbers[np.nonzero(reached.T)[1]]
    return Tiles(n_maps, voxels + n_below, bounds, maps, np.append(0, np.cumsum(widths)), (values,))


def _survey(patches: Sequence[Patch], shape: Shape, edges: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Which voxels any map is non-zero in, (V,), and which cubes each map may be, (m, cubes)."""
    used = np.zeros(shape, dtype=bool, order="F")
    n_cubes = [-(-n // edge) for n, edge in zip(shape, edges, strict=True)]
    reached = np.zeros((len(patches), *n_cubes), dtype=bool)
    for index, patch in enumerate(patches):
        nonzero = patch.values != 0
        used[patch.box] |= nonzero
        box = tuple(
            slice(cut.start // edge, -(-cut.stop // edge)) for cut, edge in zip(patch.box, edges, strict=True)
        )
        # maps that fill the slab are not divided into cubes, so that their cubes need not be known
        local = nonzero.size < WHOLE_ABOVE * used.size
        for axis in range(3) if local else ():
            starts = np.arange(box[axis].start, box[axis].stop) * edges[axis] - patch.corner[axis]
            nonzero = np.logical_or.reduceat(nonzero, np.maximum(starts, 0), axis)
        reached[index][box] = nonzero if local else True
    return used.ravel(order="F"), reached.transpose(0, 3, 2, 1).reshape(len(patches), -1)


def _gathered(patches: Sequence[Patch], voxels: np.ndarray, shape: Shape) -> np.ndarray:
    """Values (S, m) of all maps at some voxels (S,)."""
    values = np.empty((voxels.size, len(patches)))
    for first in range(0, len(patches), TOGETHER):
        flat = [patch.volume(shape).ravel(order="F") for patch in patches[first : first + TOGETHER]]
        values[:, first : first + TOGETHER] = np.stack([column.take(voxels) for column in flat], axis=1)
    return values


def _cubes(shape: Shape, edges: Shape) -> np.ndarray:
    """Index (V,) of the cube of each voxel, in NIfTI order."""
    x, y, z = (np.arange(n, dtype=np.int32) // edge for n, edge in zip(shape, edges, strict=True))
    n_x, n_y = x[-1] + 1, y[-1] + 1
    return (x + n_x * (y[:, None] + n_y * z[:, None, None])).ravel()
