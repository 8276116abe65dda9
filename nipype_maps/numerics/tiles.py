"""Maps as a matrix of voxels by maps, divided into dense tiles.

Maps are smooth and often local: near any voxel few of a thousand maps are non-zero, but these
are non-zero nearly everywhere around it.  A tile is a dense block: the voxels of a small cube by
the maps that are non-zero in it, so that products run in BLAS and nothing is stored of distant
maps.  Where maps cover the brain, tiles contain all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .blocks import StoredBlock

#: Voxels in a tile of all maps: as many as stay in the cache during conversion.
TILE = 4096
#: Values of maps that are held densely at once (32 MB).
DENSE = 1 << 22


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
        Start and stop of each tile in ``voxels``.
    maps : (M,) int array
        The maps of each tile, ascending.
    map_bounds : (N + 1,) int array
        Start and stop of each tile in ``maps``.
    pieces : tuple of arrays
        The values of the tiles in sequence, of each its voxels by its maps; in as many arrays as
        they were computed in, so that they are never in memory twice.

    Examples
    --------
    >>> tiles = whole(2, np.array([3, 7]), np.arange(2), np.array([[1.0, 0.0], [2.0, 3.0]]))
    >>> tiles.gram()
    array([[5., 6.],
           [6., 9.]])
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
    pieces: tuple[np.ndarray, ...]

    def __iter__(self) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Rows (a slice of `voxels`), maps (m,) and values (v, m) of each tile."""
        pieces, piece, last = iter(self.pieces), np.empty(0), 0
        for tile in range(self.bounds.size - 1):
            rows = slice(self.bounds[tile], self.bounds[tile + 1])
            maps = self.maps[self.map_bounds[tile] : self.map_bounds[tile + 1]]
            if last == piece.size:
                piece, last = next(pieces), 0
            first, last = last, last + (rows.stop - rows.start) * maps.size
            yield rows, maps, piece[first:last].reshape(-1, maps.size)

    def collect(self, block: StoredBlock) -> np.ndarray:
        """Product with frames, ``values @ matrix``.

        Parameters
        ----------
        block : StoredBlock
            (T, S), at `voxels`; converted a tile at a time, in the cache.

        Returns
        -------
        (T, K) array
            NaN and infinity count as 0.
        """
        out = self._collected(block, finite=False)
        if not np.isfinite(out).all():
            out = self._collected(block, finite=True)
        return out

    def _collected(self, block: StoredBlock, finite: bool) -> np.ndarray:
        # (K, T), because rows are indexed faster than columns
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

    def dense(self, n_rows: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Rows (a slice of `voxels`) and their values (v, K), about ``n_rows`` at a time."""
        parts, n_parts = [], 0
        for rows, maps, weights in self:
            part = np.zeros((len(weights), self.n_maps))
            part[:, maps] = weights
            parts.append(part)
            n_parts += len(part)
            if n_parts >= n_rows or rows.stop == self.voxels.size:
                yield slice(rows.stop - n_parts, rows.stop), np.vstack(parts)
                parts, n_parts = [], 0


def whole(n_maps: int, voxels: np.ndarray, maps: np.ndarray, values: np.ndarray) -> Tiles:
    """Tiles of all given maps, of as many voxels as stay in the cache.

    Parameters
    ----------
    n_maps : int
        K.
    voxels : (S,) int array
    maps : (m,) int array
        Their indices among all maps, ascending.
    values : (S, m) array
    """
    bounds = np.append(np.arange(0, voxels.size, TILE), voxels.size)
    n_tiles = bounds.size - 1
    return Tiles(
        n_maps,
        voxels,
        bounds,
        np.tile(maps, n_tiles),
        np.arange(n_tiles + 1) * maps.size,
        (np.ascontiguousarray(values).ravel(),),
    )


def join(n_maps: int, parts: Iterable[Tiles]) -> Tiles:
    """Tiles of different voxels as one.

    Examples
    --------
    >>> one, two = (whole(1, np.array([n]), np.array([0]), np.array([[n / 2]])) for n in (4, 9))
    >>> both = join(1, [one, two])
    >>> both.voxels.tolist(), [values.tolist() for _, _, values in both]
    ([4, 9], [[[2.0]], [[4.5]]])
    """
    parts = list(parts)
    nothing = np.zeros(0, dtype=np.intp)

    def joined(name: str) -> np.ndarray:
        """Bounds in sequence, each counted from where the previous ones stop."""
        each = [getattr(part, name) for part in parts]
        starts = np.cumsum([0, *(bounds[-1] for bounds in each)])
        return np.concatenate([[0], *(bounds[1:] + at for bounds, at in zip(each, starts, strict=False))])

    return Tiles(
        n_maps,
        np.concatenate([nothing, *(part.voxels for part in parts)]),
        joined("bounds").astype(np.intp),
        np.concatenate([nothing, *(part.maps for part in parts)]),
        joined("map_bounds").astype(np.intp),
        tuple(piece for part in parts for piece in part.pieces),
    )
