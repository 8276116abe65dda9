"""Maps as a matrix of voxels by maps, cut into tiles that are dense.

Maps are smooth and often local: near any voxel few of a thousand maps are non-zero, but
those nearly everywhere around it.  A tile holds the voxels of a small cube and the maps that
reach into it as a dense block, so that products run in BLAS and nothing is stored of the
maps that are far away.  Maps that cover the brain are the special case of tiles that hold
all maps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy

from .blocks import StoredBlock
from .patches import Patch, patch_of

#: Voxels along the edge of a cube.  Of 4, 8 and 16, with 64 to 1024 maps: smaller cubes store
#: less and cost more calls; 8 was fastest.
EDGE = 8
#: Voxels in a tile of all maps: as many as stay in the cache while they are converted.
SLAB = 4096
#: Where cubes would hold more than this share of the whole matrix, tiles hold all maps.
WHOLE_ABOVE = 0.5


class Maps(Protocol):
    """Maps one after the other, finite, as often as asked."""

    shape: tuple[int, int, int]
    n_maps: int

    def __iter__(self) -> Iterator[Patch]: ...


class Columns:
    """The columns of a (V, K) array or sparse matrix as maps on a line of voxels."""

    def __init__(self, matrix):
        self._matrix = scipy.sparse.csc_array(matrix, dtype=np.float64)
        self.shape = (self._matrix.shape[0], 1, 1)
        self.n_maps = self._matrix.shape[1]

    def __iter__(self) -> Iterator[Patch]:
        for index in range(self.n_maps):
            yield patch_of(self._matrix[:, [index]].toarray()[:, :, None])


@dataclass(frozen=True, eq=False)
class Tiles:
    """A (V, K) matrix that is zero outside its tiles.

    Attributes
    ----------
    n_maps : int
        K.
    voxels : (S,) int array
        Flat indices of the rows that are not zero, tile by tile.
    bounds : (N + 1,) int array
        Where in ``voxels`` each tile begins and ends.
    maps : (M,) int array
        The maps that reach into each tile, ascending.
    map_bounds : (N + 1,) int array
        Where in ``maps`` each tile begins and ends.
    values : (B,) array
        The tiles, each of its voxels by its maps.

    Examples
    --------
    >>> tiles = tiles_of(Columns(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 3.0]])))
    >>> tiles.voxels.tolist(), tiles.gram().tolist()
    ([1, 2], [[5.0, 6.0], [6.0, 9.0]])
    >>> tiles.expand(np.array([[1.0, 10.0]]))
    array([[ 1., 32.]])
    >>> tiles.collect(StoredBlock(0, np.array([[4, 5]])))
    array([[14., 15.]])
    """

    n_maps: int
    voxels: np.ndarray
    bounds: np.ndarray
    maps: np.ndarray
    map_bounds: np.ndarray
    values: np.ndarray

    def __iter__(self) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Rows (a slice of `voxels`), maps (m,) and values (v, m) of each tile."""
        first = 0
        for tile in range(self.bounds.size - 1):
            rows = slice(self.bounds[tile], self.bounds[tile + 1])
            maps = self.maps[self.map_bounds[tile] : self.map_bounds[tile + 1]]
            last = first + (rows.stop - rows.start) * maps.size
            yield rows, maps, self.values[first:last].reshape(-1, maps.size)
            first = last

    def collect(self, block: StoredBlock) -> np.ndarray:
        """Product with frames, ``values @ matrix``.

        Parameters
        ----------
        block : StoredBlock
            (T, S), at `voxels`.  It is converted a tile at a time, in the cache.

        Returns
        -------
        (T, K) array
            A voxel that is not finite counts as 0.
        """
        out = self._collected(block, finite=False)
        if not np.isfinite(out).all():
            out = self._collected(block, finite=True)
        return out

    def _collected(self, block, finite):
        # (K, T), because rows are gathered and put back faster than columns
        out = np.zeros((self.n_maps, len(block.stored)))
        with np.errstate(invalid="ignore", over="ignore"):
            for rows, maps, weights in self:
                part = (block.values(rows, finite) @ weights).T
                if maps.size == self.n_maps:
                    out += part
                else:
                    out[maps] += part
        return out.T

    def expand(self, signals: np.ndarray) -> np.ndarray:
        """Product with signals (T, K): values (T, S) at `voxels`."""
        out = np.empty((len(signals), self.voxels.size))
        for rows, maps, weights in self:
            np.matmul(signals[:, maps], weights.T, out=out[:, rows])
        return out

    def gram(self) -> np.ndarray:
        """Product of each map with each, (K, K)."""
        out = np.zeros((self.n_maps, self.n_maps))
        for _, maps, weights in self:
            if maps.size == self.n_maps:
                out += weights.T @ weights
            else:
                out[np.ix_(maps, maps)] += weights.T @ weights
        return out

    def slabs(self, n_rows: int) -> Iterator[tuple[slice, np.ndarray]]:
        """The rows (a slice of `voxels`) and their values (v, K), about so many at a time."""
        parts, n_parts = [], 0
        for rows, maps, weights in self:
            part = np.zeros((len(weights), self.n_maps))
            part[:, maps] = weights
            parts.append(part)
            n_parts += len(part)
            if n_parts >= n_rows or rows.stop == self.voxels.size:
                yield slice(rows.stop - n_parts, rows.stop), np.vstack(parts)
                parts, n_parts = [], 0


def whole(voxels: np.ndarray, values: np.ndarray) -> Tiles:
    """Tiles that hold all maps.

    Parameters
    ----------
    voxels : (S,) int array
    values : (S, K) array
    """
    n_maps = values.shape[1]
    bounds = np.append(np.arange(0, voxels.size, SLAB), voxels.size)
    n_tiles = bounds.size - 1
    return Tiles(
        n_maps,
        voxels,
        bounds,
        np.tile(np.arange(n_maps), n_tiles),
        np.arange(n_tiles + 1) * n_maps,
        np.ascontiguousarray(values).ravel(),
    )


def tiles_of(maps: Maps) -> Tiles:
    """Cut maps into tiles, reading them twice.

    First, which cubes each map reaches says how large the tiles are; then the values are
    put in their places, so that beside the tiles only a few maps are held.
    """
    # what has one axis only is cut into pieces of as many voxels
    edges = (EDGE, EDGE, EDGE) if max(maps.shape[1:]) > 1 else (EDGE**3, 1, 1)
    used, reached = _survey(maps, edges)
    voxels, cube = np.flatnonzero(used), _cubes(maps.shape, edges)
    entries = np.bincount(cube[voxels], minlength=reached.shape[1]) @ reached.sum(axis=0)
    if entries > WHOLE_ABOVE * voxels.size * maps.n_maps:
        return _whole_of(maps, voxels)
    return _cut_of(maps, voxels, cube, reached)


def _survey(maps, edges) -> tuple[np.ndarray, np.ndarray]:
    """(V,) which voxels any map uses, and (K, cubes) which cubes each map may reach."""
    used = np.zeros(maps.shape, dtype=bool, order="F")
    n_cubes = [-(-n // edge) for n, edge in zip(maps.shape, edges, strict=True)]
    reached = np.zeros((maps.n_maps, *n_cubes), dtype=bool)
    for index, patch in enumerate(maps):
        there = patch.values != 0
        used[patch.box] |= there
        box = tuple(
            slice(cut.start // edge, -(-cut.stop // edge)) for cut, edge in zip(patch.box, edges, strict=True)
        )
        # where maps fill the volume cubes bring nothing, so that looking closer would not either
        local = 0 < there.size < WHOLE_ABOVE * used.size
        for axis in range(3) if local else ():
            starts = np.arange(box[axis].start, box[axis].stop) * edges[axis] - patch.corner[axis]
            there = np.logical_or.reduceat(there, np.maximum(starts, 0), axis)
        reached[(index, *box)] = there if local else there.size > 0
    return used.ravel(order="F"), reached.transpose(0, 3, 2, 1).reshape(maps.n_maps, -1)


def _whole_of(maps, voxels) -> Tiles:
    values = np.empty((voxels.size, maps.n_maps))
    rows = np.empty((8, voxels.size))  # one map at a time would write one number per cache line
    first = 0
    for index, patch in enumerate(maps):
        flat = patch.volume(maps.shape).ravel(order="F")
        np.take(flat, voxels, out=rows[index - first], mode="clip")
        if index - first == len(rows) - 1 or index == maps.n_maps - 1:
            values[:, first : index + 1] = rows[: index + 1 - first].T
            first = index + 1
    return whole(voxels, values)


def _cut_of(maps, voxels, cube, reached) -> Tiles:
    voxels = voxels[np.argsort(cube[voxels], kind="stable")]
    cubes, sizes = np.unique(cube[voxels], return_counts=True)
    bounds = np.append(0, np.cumsum(sizes))
    tile = np.zeros(reached.shape[1], dtype=np.intp)
    tile[cubes] = np.arange(cubes.size)
    reached = reached[:, cubes]
    widths = reached.sum(axis=0)
    firsts = np.append(0, np.cumsum(sizes * widths))
    # where in the values the row of each voxel begins
    row = np.zeros(cube.size, dtype=np.intp)
    row[voxels] = np.repeat(firsts[:-1], sizes) + (
        np.arange(voxels.size) - np.repeat(bounds[:-1], sizes)
    ) * np.repeat(widths, sizes)
    values = np.zeros(firsts[-1])
    place = np.zeros(cubes.size, dtype=np.intp)  # of the current map, in each tile
    for index, patch in enumerate(maps):
        where, what = patch.flat(maps.shape)
        values[row[where] + place[tile[cube[where]]]] = what
        place += reached[index]
    return Tiles(
        maps.n_maps, voxels, bounds, np.nonzero(reached.T)[1], np.append(0, np.cumsum(widths)), values
    )


def _cubes(shape, edges) -> np.ndarray:
    """(V,) number of the cube that each voxel, in NIfTI order, lies in."""
    x, y, z = (np.arange(n, dtype=np.int32) // edge for n, edge in zip(shape, edges, strict=True))
    n_x, n_y = x[-1] + 1, y[-1] + 1
    return (x + n_x * (y[:, None] + n_y * z[:, None, None])).ravel()
