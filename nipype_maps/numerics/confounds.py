"""High-variance confounds (CompCor without anatomy), from a run read twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import scipy

Blocks = Iterable[tuple[int, np.ndarray]]


def high_variance_confounds(
    read: Callable[[np.ndarray | None], Blocks],
    kept: np.ndarray,
    n_confounds: int = 5,
    percentile: float = 2.0,
    detrend: bool = True,
) -> np.ndarray:
    """Principal time courses of the voxels with the largest sum of squares.

    Parameters
    ----------
    read : callable
        ``read(voxels)`` yields ``(first_frame, block)`` forward through the run, each block
        a (frames, voxels) array; ``voxels`` are flat indices, or None for all.
    kept : (T_kept,) int array
        The frames to use.
    n_confounds : int
        Number of confounds, C.
    percentile : float
        Share of voxels to take, in percent.
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
    does it: sum of squares (without removal of the mean unless detrended), threshold at a
    percentile, eigenvectors.  The first pass holds a few numbers per voxel, the second the
    selected voxels only.  A voxel that is not finite in a kept frame is left out.

    Examples
    --------
    >>> run = np.outer(np.sin(np.arange(30.0)), np.arange(200.0))
    >>> def read(voxels):
    ...     yield 0, run if voxels is None else run[:, voxels]
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
    series = np.concatenate([block for _, block in _kept_rows(read(voxels), kept)])
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


def _sums_of_squares(blocks: Blocks, kept, detrend) -> np.ndarray:
    """(V,) sum of squares of each voxel over the kept frames, detrended where asked."""
    time = _time(kept)
    first = square = total = slope = None
    for rows, block in _kept_rows(blocks, kept):
        if first is None:
            # sums are taken about the first frame: a voxel's level is large beside its changes
            first = block[0].copy() if detrend else np.zeros(block.shape[1])
            square, total, slope = np.zeros((3, block.shape[1]))
        with np.errstate(invalid="ignore"):  # inf - inf: the voxel is left out
            block = block - first
            square += (block**2).sum(axis=0)
            total += block.sum(axis=0)
            slope += time[rows] @ block
    if detrend:
        with np.errstate(invalid="ignore"):
            square = square - total**2 / kept.size - slope**2
    return np.where(np.isfinite(square), square, np.nan)


def _kept_rows(blocks: Blocks, kept):
    """Pairs of (rows among the kept frames, their values)."""
    for start, block in blocks:
        rows = np.flatnonzero((kept >= start) & (kept < start + len(block)))
        if rows.size:
            yield rows, block[kept[rows] - start]


def _time(kept) -> np.ndarray:
    """(T_kept,) centred time of unit length; time counts kept frames, as in `clean`."""
    time = np.arange(kept.size) - (kept.size - 1) / 2
    return time / max(np.linalg.norm(time), np.finfo(float).tiny)
