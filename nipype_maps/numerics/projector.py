"""Least squares of every frame on the maps.

With ``A`` (V, K) the maps, ``G`` the smoothing of the run and ``x`` the volume of a frame::

    s = argmin || A s - G x ||  =  pinv(A) G x  =  (A'A)^+ (G A)' x

because ``G`` is symmetric.  All that depends on the maps is worked out once and kept in a
`Projector`; a block of frames then costs one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from .blocks import StoredBlock
from .tiles import Columns, Tiles, tiles_of, whole

#: Normal equations square the condition number.  Up to this one (of the maps scaled to
#: unit length) they still give 1e-9; worse-conditioned maps take the orthogonal route.
WELL_CONDITIONED = 1e3
#: Values of the maps that the orthogonal route holds densely at once (32 MB).
SLAB = 1 << 22


@dataclass(frozen=True, eq=False)
class Projector:
    """The maps, ready for frames: ``signals = (x @ weights) @ finish.T``.

    Attributes
    ----------
    weights : Tiles
        (V, R) matrix, zero where no map is.
    finish : (K, R) array
        Rows of maps that are zero everywhere are zero.
    rank : int
        Numerical rank of the maps, by the cut-off of ``scipy.linalg.lstsq``.
    condition : float
        Largest over smallest singular value of the maps that are not empty; infinite where
        they are linearly dependent.
    vif : (K,) array
        Variance inflation factor of each map: how many times larger the variance of its
        signal is than if the maps were orthogonal (not centred, since the fit has no
        intercept).  Infinite for linearly dependent maps, NaN for empty ones.

    Examples
    --------
    Two overlapping maps on three voxels; projecting ``A s`` returns ``s``:

    >>> maps = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> projector = build_projector(maps)
    >>> projector.project(StoredBlock(0, np.array([[3.0, 5.0]]) @ maps.T))
    array([[3., 5.]])
    """

    weights: Tiles
    finish: np.ndarray
    rank: int
    condition: float
    vif: np.ndarray

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
        return self.weights.collect(block) @ self.finish.T


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

    Notes
    -----
    Maps in good condition are solved by normal equations, which are then exact enough.
    Others are first combined into orthonormal ones, by a QR decomposition taken a slab of
    rows at a time: that keeps the accuracy of ``lstsq`` without holding sparse maps
    densely.  Where ill-conditioned maps are smoothed, the rounding of the smoothed maps
    themselves is amplified by the square of the condition number; smooth the runs instead
    if that matters (a condition of 1e4 leaves about 8 digits).

    Examples
    --------
    A map given twice: the solution of minimum norm shares the signal between the two.

    >>> maps = np.array([[1.0, 1.0], [2.0, 2.0]])
    >>> projector = build_projector(maps)
    >>> np.round(projector.project(StoredBlock(0, np.array([[4.0, 8.0]]))), 12).tolist(), projector.rank
    ([[2.0, 2.0]], 1)
    """
    tiles = _tiles(maps)
    gram = tiles.gram()
    lengths = np.sqrt(np.diag(gram))
    full = np.flatnonzero(lengths > 0)
    if not full.size:
        raise ValueError("every map is zero, so there is nothing to fit.")

    factors = _factors(tiles, gram[np.ix_(full, full)], full)
    if smoothed is not None:
        del tiles  # before the smoothed ones need the room
        tiles = _tiles(smoothed)
    n_maps = lengths.size
    if factors.mixing is None:
        finish = np.zeros((n_maps, n_maps))
        finish[np.ix_(full, full)] = factors.kernel
    else:
        tiles = _mixed(tiles, full, factors)
        finish = np.zeros((n_maps, factors.rank))
        finish[full] = factors.kernel
    vif = np.full(n_maps, np.nan)
    vif[full] = factors.vif
    return Projector(tiles, finish, factors.rank, factors.condition, vif)


def _tiles(maps) -> Tiles:
    return tiles_of(Columns(maps) if hasattr(maps, "shape") and len(maps.shape) == 2 else maps)


def _mixed(tiles: Tiles, full, factors) -> Tiles:
    slabs = [
        slab[:, full] @ factors.mixing @ factors.correction for _, slab in tiles.slabs(SLAB // full.size)
    ]
    return whole(tiles.voxels, np.vstack(slabs))


@dataclass(frozen=True, eq=False)
class _Factors:
    """What solving takes: ``s = kernel (weights mixing correction)' x``."""

    kernel: np.ndarray
    rank: int
    condition: float
    vif: np.ndarray
    mixing: np.ndarray | None = None
    correction: np.ndarray | None = None


def _factors(tiles: Tiles, gram, full) -> _Factors:
    """Solve by normal equations if the maps' condition allows, else by orthogonal maps."""
    lengths = np.sqrt(np.diag(gram))
    correlation = gram / np.outer(lengths, lengths)
    eigenvalues = scipy.linalg.eigvalsh(correlation)
    if eigenvalues[0] * WELL_CONDITIONED**2 <= eigenvalues[-1]:
        return _orthogonal(tiles, lengths, full)
    triangle = scipy.linalg.cholesky(correlation)
    inverse = scipy.linalg.cho_solve((triangle, False), np.eye(lengths.size))
    singular = scipy.linalg.svdvals(triangle * lengths)
    return _Factors(
        kernel=inverse / np.outer(lengths, lengths),
        rank=lengths.size,
        condition=float(singular[0] / singular[-1]),
        vif=np.diag(inverse),
    )


def _orthogonal(tiles: Tiles, lengths, full) -> _Factors:
    """Orthonormal combinations of the maps, ``Q = maps @ mixing @ correction``.

    R of ``maps = Q R`` gives singular values and axes exactly enough, but the combinations
    made with them are orthogonal to rounding times the condition number only; a second,
    well-conditioned step mends that (as in CholeskyQR2, Yamamoto et al. 2015).
    """
    n_maps = full.size
    triangle = np.zeros((0, n_maps))
    n_rows = max(2 * n_maps, SLAB // n_maps)
    for _, slab in tiles.slabs(n_rows):
        triangle = scipy.linalg.qr(np.vstack([triangle, slab[:, full]]), mode="r")[0][:n_maps]
    _, singular, axes = scipy.linalg.svd(triangle)
    rank = int((singular > singular[0] * np.finfo(float).eps).sum())
    mixing = axes[:rank].T / singular[:rank]
    mixed = np.zeros((rank, rank))
    for _, slab in tiles.slabs(n_rows):
        part = slab[:, full] @ mixing
        mixed += part.T @ part
    correction = scipy.linalg.solve_triangular(scipy.linalg.cholesky(mixed), np.eye(rank))
    kernel = mixing @ correction
    vif = (kernel**2).sum(axis=1) * lengths**2
    vif[(np.abs(axes[rank:]) > np.sqrt(np.finfo(float).eps)).any(axis=0)] = np.inf
    condition = float(singular[0] / singular[-1]) if rank == n_maps else np.inf
    return _Factors(kernel, rank, condition, vif, mixing, correction)
