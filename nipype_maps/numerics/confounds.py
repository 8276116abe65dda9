"""High-variance confounds (CompCor without anatomical masks), from a run that is read twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import scipy

from .blocks import StoredBlock, values_of
from .frames import acquisition_name

#: Voxels processed at once, so that intermediate results stay in the cache.
SLAB = 8192


def high_variance_confounds(
    read: Callable[[np.ndarray | None], Iterable[StoredBlock]],
    kept: np.ndarray,
    n_confounds: int = 5,
    percentile: float = 2.0,
    detrend: bool = True,
    acquisitions: Sequence[np.ndarray] | None = None,
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
    acquisitions : sequence of int arrays, optional
        The frames of each, where several were concatenated: each has components of its own.

    Returns
    -------
    (T_kept, C) array
        Columns, orthonormal in each acquisition, by decreasing variance; the largest value of each
        is positive.

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
    n_frames = kept[-1] + 1
    acquisitions = [np.arange(n_frames)] if acquisitions is None else acquisitions
    total = sum(frames.size for frames in acquisitions)
    names = [acquisition_name(frames, total) for frames in acquisitions]
    groups = [frames[np.isin(frames, kept)] for frames in acquisitions]
    of = [f" of {name}" if name else "" for name in names]
    for group, where in zip(groups, of, strict=True):
        if group.size < n_confounds:
            raise ValueError(f"{n_confounds} confounds cannot be drawn from {group.size} frames{where}.")
    chosen = _most_variable(read(None), groups, percentile, detrend)
    for voxels, where in zip(chosen, of, strict=True):
        if voxels.size < n_confounds:
            raise ValueError(
                f"{n_confounds} confounds cannot be drawn from the {voxels.size} voxels of largest "
                f"variance{where}; raise percentile (now {percentile:g})."
            )
    together = np.unique(np.concatenate(chosen))
    columns = [np.searchsorted(together, voxels) for voxels in chosen]
    parts: list[list[np.ndarray]] = [[] for _ in groups]
    for block in read(together):
        values = block.values()
        for part, group, own in zip(parts, groups, columns, strict=True):
            rows, _ = _kept_rows(block, group)
            # frame by frame in memory, whichever the columns: another order of sums rounds differently
            part.append(values[np.ix_(rows, own)])
    confounds = np.empty((kept.size, n_confounds))
    for part, group in zip(parts, groups, strict=True):
        confounds[np.searchsorted(kept, group)] = _components(np.concatenate(part), n_confounds, detrend)
    return confounds


def _components(series: np.ndarray, n_components: int, detrend: bool) -> np.ndarray:
    """The first principal components (T, C) of some series (T, V)."""
    if detrend:
        time = _time(len(series))
        series = series - series.mean(axis=0)
        series -= np.outer(time, time @ series)
    _, vectors = scipy.linalg.eigh(
        series @ series.T, subset_by_index=[len(series) - n_components, len(series) - 1]
    )
    vectors = vectors[:, ::-1]
    peaks = vectors[np.abs(vectors).argmax(axis=0), np.arange(n_components)]
    return vectors * np.sign(peaks)


def _most_variable(
    blocks: Iterable[StoredBlock], groups: Sequence[np.ndarray], percentile: float, detrend: bool
) -> list[np.ndarray]:
    """Voxels whose sum of squares over a group of frames is above a percentile, (S,) of each group."""
    chosen = [np.empty(0, dtype=int) for _ in groups]
    unfinished = {index: _Sums(group, detrend) for index, group in enumerate(groups)}
    for block in blocks:
        for index, sums in list(unfinished.items()):
            sums.add(block)
            if sums.is_complete:  # its arrays are no longer held
                squares = unfinished.pop(index).squares()
                chosen[index] = np.flatnonzero(squares > np.nanpercentile(squares, 100.0 - percentile))
    return chosen


class _Sums:
    """Sums of each voxel over some frames.

    Parameters
    ----------
    frames : (T,) int array
    detrend : bool
    """

    def __init__(self, frames: np.ndarray, detrend: bool) -> None:
        self._frames, self._detrend = frames, detrend
        self._trend = np.vstack([np.ones(frames.size), _time(frames.size)]) if detrend else np.empty((0, 0))
        self._level = self._squares = np.empty(0)
        self._fits = np.empty((0, 0))
        self._n_added = 0

    @property
    def is_complete(self) -> bool:
        """Whether all frames have been added."""
        return self._n_added == self._frames.size

    def add(self, block: StoredBlock) -> None:
        """Add those of the frames that are in a block."""
        rows, places = _kept_rows(block, self._frames)
        if not rows.size:
            return
        if not self._level.size:
            # sums are about the first frame: the level of a voxel is large compared to its changes
            first = values_of(block.stored[rows[0]], block.slope, block.inter)
            self._level = first if self._detrend else np.zeros(first.size)
            self._squares = np.zeros(first.size)
            self._fits = np.zeros((len(self._trend), first.size))
        for start in range(0, self._level.size, SLAB):
            slab = slice(start, start + SLAB)
            with np.errstate(invalid="ignore", over="ignore"):  # inf - inf: the voxel is left out
                values = block.values(slab)[rows] - self._level[slab]
                self._squares[slab] += np.einsum("tv,tv->v", values, values)
                if self._detrend:
                    self._fits[:, slab] += self._trend[:, places] @ values
        self._n_added += rows.size

    def squares(self) -> np.ndarray:
        """(V,) sums of squares; NaN where one is not finite."""
        squares = self._squares
        with np.errstate(invalid="ignore", over="ignore"):
            if self._detrend:
                squares = squares - (self._fits[0] ** 2 / self._frames.size + self._fits[1] ** 2)
            return np.where(np.isfinite(squares), squares, np.nan)


def _kept_rows(block: StoredBlock, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kept rows of a block, and their indices among the kept frames."""
    places = np.flatnonzero((kept >= block.first) & (kept < block.first + len(block.stored)))
    return kept[places] - block.first, places


def _time(n_frames: int) -> np.ndarray:
    """Centered time of unit length, (T,); kept frames are taken for evenly spaced, as in `clean`."""
    time = np.arange(n_frames) - (n_frames - 1) / 2
    return time / max(np.linalg.norm(time), np.finfo(float).tiny)
