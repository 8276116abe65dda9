"""Least squares of every frame on the maps.

With ``A`` (V, K) the maps, ``G`` the smoothing of the run and ``x`` the volume of a frame::

    s = argmin || A s - G x ||  =  pinv(A) G x  =  (A'A)^+ (G A)' x

because ``G`` is symmetric.  All that depends on the maps is worked out once and kept in a
`Projector`; a block of frames then costs one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

#: Below this share of non-zeros the weights are kept sparse.  Measured on 2 cores with 64
#: to 1024 maps: the sparse product wins below a tenth.
SPARSE_BELOW = 0.1
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
    support : (S,) int array
        Flat voxel indices (NIfTI order) where a weight is non-zero, ascending.
    weights : (S, R) array or sparse matrix
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
    >>> projector.project(np.array([[3.0, 5.0]]) @ maps.T)
    array([[3., 5.]])
    """

    support: np.ndarray
    weights: np.ndarray | sparse.spmatrix
    finish: np.ndarray
    rank: int
    condition: float
    vif: np.ndarray

    def project(self, block: np.ndarray) -> np.ndarray:
        """Signals of frames.

        Parameters
        ----------
        block : (T, S) array
            Finite values of the frames' voxels on the support.

        Returns
        -------
        (T, K) array
        """
        return np.asarray(block @ self.weights) @ self.finish.T


def build_projector(maps, smoothed=None) -> Projector:
    """Work out all that depends on the maps alone.

    Parameters
    ----------
    maps : (V, K) array or sparse matrix
        A, finite, zero outside the mask.
    smoothed : (V, K) array or sparse matrix, optional
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
    >>> np.round(projector.project(np.array([[4.0, 8.0]])), 12).tolist(), projector.rank
    ([[2.0, 2.0]], 1)
    """
    maps = _compact(maps)
    smoothed = maps if smoothed is None else _compact(smoothed)
    n_maps = maps.shape[1]
    lengths = np.sqrt(_squares(maps))
    full = np.flatnonzero(lengths > 0)
    if not full.size:
        raise ValueError("every map is zero, so there is nothing to fit.")

    factors = _factors(maps[:, full], lengths[full])
    smoothed = smoothed[:, full]
    support = _rows_in_use(smoothed)
    weights = smoothed[support]
    if factors.mixing is not None:
        weights = np.asarray(weights @ factors.mixing) @ factors.correction
    finish = np.zeros((n_maps, factors.kernel.shape[1]))
    finish[full] = factors.kernel
    vif = np.full(n_maps, np.nan)
    vif[full] = factors.vif
    return Projector(support, weights, finish, factors.rank, factors.condition, vif)


@dataclass(frozen=True, eq=False)
class _Factors:
    """What solving takes: ``s = kernel (weights mixing correction)' x``."""

    kernel: np.ndarray
    rank: int
    condition: float
    vif: np.ndarray
    mixing: np.ndarray | None = None
    correction: np.ndarray | None = None


def _factors(maps, lengths) -> _Factors:
    """Solve by normal equations if the maps' condition allows, else by orthogonal maps."""
    gram = maps.T @ maps
    correlation = _dense(gram) / np.outer(lengths, lengths)
    eigenvalues = linalg.eigvalsh(correlation)
    if eigenvalues[0] * WELL_CONDITIONED**2 <= eigenvalues[-1]:
        return _orthogonal(maps, lengths)
    triangle = linalg.cholesky(correlation)
    inverse = linalg.cho_solve((triangle, False), np.eye(lengths.size))
    singular = linalg.svdvals(triangle * lengths)
    return _Factors(
        kernel=inverse / np.outer(lengths, lengths),
        rank=lengths.size,
        condition=float(singular[0] / singular[-1]),
        vif=np.diag(inverse),
    )


def _orthogonal(maps, lengths) -> _Factors:
    """Orthonormal combinations of the maps, ``Q = maps @ mixing @ correction``.

    R of ``maps = Q R`` gives singular values and axes exactly enough, but the combinations
    made with them are orthogonal to rounding times the condition number only; a second,
    well-conditioned step mends that (as in CholeskyQR2, Yamamoto et al. 2015).
    """
    n_maps = maps.shape[1]
    triangle = np.zeros((0, n_maps))
    rows, step = _rows_in_use(maps), max(2 * n_maps, SLAB // n_maps)
    slabs = [rows[start : start + step] for start in range(0, rows.size, step)]
    for slab in slabs:
        triangle = linalg.qr(np.vstack([triangle, _dense(maps[slab])]), mode="r")[0][:n_maps]
    _, singular, axes = linalg.svd(triangle)
    rank = int((singular > singular[0] * np.finfo(float).eps).sum())
    mixing = axes[:rank].T / singular[:rank]
    mixed = np.zeros((rank, rank))
    for slab in slabs:
        part = _dense(maps[slab]) @ mixing
        mixed += part.T @ part
    correction = linalg.solve_triangular(linalg.cholesky(mixed), np.eye(rank))
    kernel = mixing @ correction
    vif = (kernel**2).sum(axis=1) * lengths**2
    vif[(np.abs(axes[rank:]) > np.sqrt(np.finfo(float).eps)).any(axis=0)] = np.inf
    condition = float(singular[0] / singular[-1]) if rank == n_maps else np.inf
    return _Factors(kernel, rank, condition, vif, mixing, correction)


def _compact(maps):
    """Float64, sparse (CSR) or dense by the share of non-zeros."""
    if sparse.issparse(maps):
        density = maps.nnz / np.prod(maps.shape, dtype=float)
        return sparse.csr_array(maps, dtype=float) if density < SPARSE_BELOW else maps.toarray().astype(float)
    maps = np.asarray(maps, dtype=float)
    return sparse.csr_array(maps) if np.count_nonzero(maps) < SPARSE_BELOW * maps.size else maps


def _squares(maps):
    return np.asarray((maps * maps).sum(axis=0))


def _rows_in_use(maps) -> np.ndarray:
    if sparse.issparse(maps):
        return np.flatnonzero(np.diff(maps.indptr))
    return np.flatnonzero(maps.any(axis=1))


def _dense(maps) -> np.ndarray:
    return maps.toarray() if sparse.issparse(maps) else maps
