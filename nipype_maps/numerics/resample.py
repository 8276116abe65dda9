"""Maps, masks and runs onto another grid."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import scipy

from .grid import Grid
from .patches import Patch
from .separable import Separable, matrix_of

SPLINE_ORDERS = {"nearest": 0, "linear": 1, "continuous": 3}
CROSS = scipy.ndimage.generate_binary_structure(3, 1)


class Resampler:
    """Interpolation of volumes from one grid at the voxel centres of another.

    The values are those of ``scipy.ndimage.affine_transform`` with zeros outside the
    source's field of view, which is what nilearn calls.  Where the axes of the two grids
    line up (with any flip, order and scale) the same values come from three matrix
    products.

    Parameters
    ----------
    source, target : Grid
    interpolation : {'linear', 'nearest', 'continuous'}
        'continuous' is a cubic spline.
    nonfinite : {'zero', 'neighbours'}
        What stands in for a NaN or infinite voxel: 0 (maps and masks), or, while its
        neighbours are interpolated, the mean of those that are finite, so that a hole in a
        run does not darken its rim; a target voxel whose nearest source voxel is a hole is
        then 0.

    Examples
    --------
    >>> source = Grid((3, 1, 1), np.eye(4))
    >>> between = Grid((2, 1, 1), np.array([[1, 0, 0, .5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    >>> Resampler(source, between, "linear")(np.array([1.0, 2.0, 4.0]).reshape(3, 1, 1)).ravel()
    array([1.5, 3. ])
    """

    def __init__(self, source: Grid, target: Grid, interpolation: str = "linear", nonfinite: str = "zero"):
        self.source, self.target = source, target
        self.nonfinite = nonfinite
        transform = _target_to_source(source, target)
        self._interpolate = _interpolator(source, target, transform, SPLINE_ORDERS[interpolation])
        self._nearest = lambda holes: _general(holes.astype(np.float64), target, transform, order=0)

    def __call__(self, volume: np.ndarray) -> np.ndarray:
        """Resample one volume (X, Y, Z) to (X', Y', Z'), float64 and finite."""
        volume = np.asarray(volume, dtype=np.float64)
        return self.local(Patch((0, 0, 0), volume)).volume(self.target.shape)

    def local(self, patch: Patch) -> Patch:
        """Resample a volume that is zero outside a box, where it does not stay zero."""
        if not patch.values.size:
            return patch
        holes = ~np.isfinite(patch.values)
        if not holes.any():
            return self._interpolate(patch)
        if self.nonfinite == "zero":
            return self._interpolate(Patch(patch.corner, np.where(holes, 0.0, patch.values)))
        volume = patch.volume(self.source.shape)
        out = self._interpolate(Patch((0, 0, 0), fill_from_neighbours(volume))).volume(self.target.shape)
        out[self._nearest(~np.isfinite(volume)) > 0] = 0.0
        return Patch((0, 0, 0), out)


def fill_from_neighbours(volume: np.ndarray, rounds: int = 2) -> np.ndarray:
    """Replace non-finite voxels by the mean of their finite face neighbours.

    Parameters
    ----------
    volume : (X, Y, Z) array
    rounds : int
        How many voxels deep a hole is filled; what lies deeper becomes 0.

    Returns
    -------
    (X, Y, Z) array, finite.

    Notes
    -----
    The rule of nilearn's ``extrapolate_out_mask``.

    Examples
    --------
    >>> fill_from_neighbours(np.array([2.0, np.nan, 4.0]).reshape(3, 1, 1)).ravel()
    array([2., 3., 4.])
    """
    neighbours = scipy.ndimage.generate_binary_structure(3, 1)
    known = np.isfinite(volume)
    filled = np.where(known, volume, 0.0)
    for _ in range(rounds):
        rim = scipy.ndimage.binary_dilation(known, neighbours) & ~known
        total = scipy.ndimage.convolve(filled, neighbours.astype(float), mode="constant")
        count = scipy.ndimage.convolve(known.astype(float), neighbours.astype(float), mode="constant")
        filled[rim] = total[rim] / count[rim]
        known = known | rim
    return filled


class ClipRange:
    """The interval that resampled values are clipped to: that of the finite data, and 0.

    Splines overshoot; 0 belongs to the range because it fills what lies outside the
    field of view.

    Examples
    --------
    >>> limits = ClipRange()
    >>> limits.include(np.array([3.0, np.nan, 7.0]))
    >>> limits.low, limits.high
    (0.0, 7.0)
    """

    def __init__(self):
        self.low = self.high = 0.0

    def include(self, values: np.ndarray) -> None:
        """Widen the interval to the finite ones among some values (any shape)."""
        finite = values[np.isfinite(values)]
        if finite.size:
            self.low = min(self.low, float(finite.min()))
            self.high = max(self.high, float(finite.max()))


def _target_to_source(source: Grid, target: Grid) -> np.ndarray:
    """(4, 4) target voxel indices to source voxel indices."""
    if np.array_equal(source.affine, target.affine):
        return np.eye(4)  # exactly, so that no voxel on the border falls outside by rounding
    return scipy.linalg.inv(source.affine) @ target.affine


def _interpolator(source: Grid, target: Grid, transform: np.ndarray, order: int):
    linear, offset = transform[:3, :3], transform[:3, 3]
    used = linear != 0
    if not (used.sum(axis=0) == 1).all() or not (used.sum(axis=1) == 1).all():
        if order <= 1:
            return lambda patch: _general_local(patch, source, target, transform, order)
        # every voxel has a say in a cubic spline
        return lambda patch: Patch((0, 0, 0), _general(patch.volume(source.shape), target, transform, order))
    reads = [int(np.flatnonzero(used[:, axis])[0]) for axis in range(3)]
    diagonal = reads == [0, 1, 2]
    matrices = tuple(
        _axis_matrix(
            source.shape[read], target.shape[axis], linear[read, axis], offset[read], order, diagonal
        )
        for axis, read in enumerate(reads)
    )
    return Separable(matrices, tuple(reads)).local


def _axis_matrix(n_in, n_out, scale, offset, order, diagonal):
    # scipy computes coordinates by another formula when it is given a diagonal matrix; at
    # the very edge of the field of view the two round differently, so follow its choice.
    matrix = [scale] if diagonal else [[scale]]
    return matrix_of(lambda x: _affine_transform(x, matrix, offset, (n_out,), order), n_in)


def _general(volume: np.ndarray, target: Grid, transform: np.ndarray, order: int) -> np.ndarray:
    linear = transform[:3, :3]
    if np.array_equal(np.diag(np.diag(linear)), linear):
        linear = np.diag(linear)
    return _affine_transform(volume, linear, transform[:3, 3], target.shape, order)


def _general_local(patch, source, target, transform, order) -> Patch:
    """Of order 0 or 1, where the result can be other than zero."""
    # a voxel more on each side: values fall to zero between the box and its neighbours
    low = np.maximum(np.array(patch.corner) - 1, 0)
    high = np.minimum(np.array(patch.corner) + patch.values.shape + 1, source.shape)
    values = np.zeros(high - low)
    values[tuple(slice(c, c + n) for c, n in zip(patch.corner - low, patch.values.shape, strict=True))] = (
        patch.values
    )
    corners = np.array(list(itertools.product(*zip(low, high - 1, strict=True))))
    reached = (corners - transform[:3, 3]) @ scipy.linalg.inv(transform[:3, :3]).T
    first = np.clip(np.floor(reached.min(axis=0)).astype(int) - 1, 0, target.shape)
    last = np.clip(np.ceil(reached.max(axis=0)).astype(int) + 2, first, target.shape)
    index = np.ogrid[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    # coordinates in the whole source, as scipy computes them, and only then in the box: what
    # falls outside the field of view by rounding must do so here too
    where = [
        sum((step * i for step, i in zip(steps, index, strict=True)), start=shift) - start
        for steps, shift, start in zip(transform[:3, :3], transform[:3, 3], low, strict=True)
    ]
    out = scipy.ndimage.map_coordinates(values, where, order=order, prefilter=False)
    return Patch(tuple(int(n) for n in first), out)


def _affine_transform(values, matrix, offset, shape, order) -> np.ndarray:
    with warnings.catch_warnings():
        # older versions of scipy remind of a change that is long past
        warnings.filterwarnings("ignore", message=".*has changed in SciPy 0.18.*")
        return scipy.ndimage.affine_transform(values, matrix, offset, output_shape=shape, order=order)
