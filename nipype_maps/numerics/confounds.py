"""High-variance confounds (CompCor without anatomical masks), from a run that is read twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import scipy

from .blocks import StoredBlock, values_of

#: Voxels processed at once, so that intermediate results stay in the cache.
SLAB = 8192


def high_variance_confounds(
    read: Callable[[np.ndarray | None], Iterable[StoredBlock]],
    kept: np.ndarray,
    n_confounds: int = 5,
    percentile: float = 2.0,
    detrend: bool = True,
) -> np.ndarray:
    """Principal components of the time courses of the voxels with the largest sum of squares.

    Parameters
    ----------
    read : callable
        ``read(voxels)`` yields blocks (frames, voxels) forward through the run; ``voxels`` are
        flat indices, or None for all.
    kept : (T_kept,) int array
        The frames to use.
    n_confounds : int
        Number of confounds, C.
    percentile : float
        Share of voxels to use, in percent.
    detrend : bool
        Remove each voxel's mean and linear trend first.

    Returns
    -------
    (T_kept, C) array
        Orthonormal columns, by decreasing variance; the largest value of each is positive.

    Raises
    ------
    ValueError
        If there are fewer frames or voxels than confounds.

    Notes
    -----
    After Behzadi et al. (2007, NeuroImage 37:90), as ``nilearn.image.high_variance_confounds``
    does: sum of squares (without removal of the mean unless detrended), threshold at a
    percentile, eigenvectors.  The first pass stores a few numbers per voxel, the second the
    selected voxels only.  Voxels with NaN or infinity in a kept frame are left out.

    Examples
    --------
    >>> run = np.outer(np.sin(np.arange(30.0)), np.arange(200.0))
    >>> def read(voxels):
    ...     yield StoredBlock(0, run if voxels is None else run[:, voxels])
    >>> confound = high_variance_confounds(read, np.arange(30), n_confounds=1, detrend=False)
    >>> bool(abs(np.corrcoef(confound[:, 0], np.sin(np.arange(30.0)))[0, 1]) > 1 - 1e-12)
    True
    """
    if kept.size < n_confounds:
        raise ValueError(f"{n_confounds} confounds cannot be drawn from {kept.size} frames.")
    squares = _sums_of_squares(read(None), kept, detrend)
    threshold = np.nanpercentile(squares, 100.0 - percentile)
    voxels = np.flatnonzero(squares > threshold)
    if voxels.size < n_confounds:
        raise ValueError(
            f"{n_confounds} confounds cannot be drawn from the {voxels.size} voxels of largest "
            f"variance; raise percentile (now {percentile:g})."
        )
    series = np.concatenate([block.values()[rows] for rows, _, block in _kept_rows(read(voxels), kept)])
    if detrend:
        time = _time(kept)
        series = series - series.mean(axis=0)
        series -= np.outer(time, time @ series)
    _, vectors = scipy.linalg.eigh(
        series @ series.T, subset_by_index=[kept.size - n_confounds, kept.size - 1]
    )
    vectors = vectors[:, ::-1]
    peaks = vectors[np.abs(vectors).argmax(axis=0), np.arange(n_confounds)]
    return vectors * np.sign(peaks)


def _sums_of_squares(blocks: Iterable[StoredBlock], kept: np.ndarray, detrend: bool) -> np.ndarray:
    """Sum of squares of each voxel over the kept frames, (V,), detrended if asked."""
    trend = np.vstack([np.ones(kept.size), _time(kept)]) if detrend else np.empty((0, kept.size))
    level = squares = np.empty(0)
    fits = np.empty((len(trend), 0))
    for rows, frames, block in _kept_rows(blocks, kept):
        if not level.size:
            # sums are about the first frame: the level of a voxel is large compared to its changes
            first = values_of(block.stored[rows[0]], block.slope, block.inter)
            level = first if detrend else np.zeros(first.size)
            squares, fits = np.zeros(level.size), np.zeros((len(trend), level.size))
        for start in range(0, level.size, SLAB):
            slab = slice(start, start + SLAB)
            with np.errstate(invalid="ignore", over="ignore"):  # inf - inf: the voxel is left out
                values = block.values(slab)[rows] - level[slab]
                squares[slab] += np.einsum("tv,tv->v", values, values)
                fits[:, slab] += trend[:, frames] @ values
    with np.errstate(invalid="ignore", over="ignore"):
        if detrend:
            squares -= fits[0] ** 2 / kept.size + fits[1] ** 2
        return np.where(np.isfinite(squares), squares, np.nan)


def _kept_rows(
    blocks: Iterable[StoredBlock], kept: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, StoredBlock]]:
    """Kept rows of each block, their indices among the kept frames, and the block."""
    for block in blocks:
        frames = np.flatnonzero((kept >= block.first) & (kept < block.first + len(block.stored)))
        if frames.size:
            yield kept[frames] - block.first, frames, block


def _time(kept: np.ndarray) -> np.ndarray:
    """Centered time of unit length, (T_kept,); the kept frames are taken for evenly spaced, as in `clean`."""
    time = np.arange(kept.size) - (kept.size - 1) / 2
    return time / max(np.linalg.norm(time), np.finfo(float).tiny)
