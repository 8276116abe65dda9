"""Interpolation of volumes on another grid."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import scipy

from .grid import Grid
from .patches import Patch
from .separable import AxisMatrix, Box, Separable, matrix_of

#: Target voxels near the border of the source, by their indices along each axis, and their source
#: coordinates (n_axes, n), moved onto the border.
Rim: TypeAlias = tuple[tuple[np.ndarray, ...], np.ndarray]

SPLINE_ORDERS = {"nearest": 0, "linear": 1, "continuous": 3}

#: How far outside the outermost voxel centers a point may be, in voxels, to count as on
#: them.  Headers store affines in float32: two grids whose borders coincide differ there by
#: up to 1e-5 voxel, and without this a whole plane would become zero.
EDGE = 1e-3


class Resampler:
    """Interpolation of volumes from one grid at the voxel centers of another.

    The values are those of ``scipy.ndimage.affine_transform`` with zeros outside the
    source's field of view, which nilearn calls, except within `EDGE` of its border, which
    belongs to the field of view here.  If the axes of the two grids are parallel (with any
    flip, order and scale) the same values are computed by three matrix products.

    Parameters
    ----------
    source, target : Grid
    interpolation : {'linear', 'nearest', 'continuous'}
        'continuous' is a cubic spline.
    nonfinite : {'zero', 'neighbors'}
        Replacement of NaN and infinity: 0 (maps and masks), or, for the interpolation of their
        neighbors, the mean of the finite ones, so that missing voxels of a run do not darken
        those around them; a target voxel whose nearest source voxel is missing is then 0.
    limits : (low, high), optional
        Clip to these, `clip_range` of the image's values: splines overshoot.

    Examples
    --------
    >>> source = Grid((3, 1, 1), np.eye(4))
    >>> between = Grid((2, 1, 1), np.array([[1, 0, 0, .5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    >>> Resampler(source, between, "linear")(np.array([1.0, 2.0, 4.0]).reshape(3, 1, 1)).ravel()
    array([1.5, 3. ])
    """

    def __init__(
        self,
        source: Grid,
        target: Grid,
        interpolation: str = "linear",
        nonfinite: str = "zero",
        limits: tuple[float, float] | None = None,
    ) -> None:
        self.source, self.target = source, target
        self.nonfinite, self.limits = nonfinite, limits
        self._order = SPLINE_ORDERS[interpolation]
        self._transform = _target_to_source(source, target)
        self._separable = _separable(source, target, self._transform, self._order)

    def __call__(self, volume: np.ndarray) -> np.ndarray:
        """Resample one volume (X, Y, Z) to (X', Y', Z'), float64 and finite."""
        volume = np.asarray(volume, dtype=np.float64)
        return self.local(Patch((0, 0, 0), volume)).volume(self.target.shape)

    def local(self, patch: Patch) -> Patch:
        """Resample a volume that is zero outside a box, computing only the part that can be non-zero."""
        missing = ~np.isfinite(patch.values)
        if not missing.any():
            out = self._interpolate(patch)
        elif self.nonfinite == "zero":
            out = self._interpolate(Patch(patch.corner, np.where(missing, 0.0, patch.values)))
        else:
            volume = patch.volume(self.source.shape)
            filled = Patch((0, 0, 0), fill_from_neighbors(volume))
            values = self._interpolate(filled).volume(self.target.shape)
            lost = (~np.isfinite(volume)).astype(np.float64)
            values[_general(lost, self.target, self._transform, 0, self._rim) > 0] = 0.0
            out = Patch((0, 0, 0), values)
        return Patch(out.corner, self._clipped(out.values))

    def at(self, voxels: np.ndarray) -> Callable[[Patch], np.ndarray]:
        """Resample at some voxels of the target only.

        Parameters
        ----------
        voxels : (S,) int array
            Flat indices (NIfTI order).

        Returns
        -------
        function
            Returns, for a volume, the values of `local` at the voxels, (S,).
        """
        axes = np.unravel_index(voxels, self.target.shape, order="F")
        x, y, z = (slice(axis.min(), axis.max() + 1) for axis in axes)
        box: Box = (x, y, z)
        index = [axis - cut.start for axis, cut in zip(axes, box, strict=True)]
        in_box = np.ravel_multi_index(index, [cut.stop - cut.start for cut in box], order="F")

        def values_at(patch: Patch) -> np.ndarray:
            if self._separable is None or not np.isfinite(patch.values).all():
                return self.local(patch).volume(self.target.shape).ravel(order="F")[voxels]
            values = self._separable.at(patch, box).ravel(order="F")
            return self._clipped(values.take(in_box, mode="clip"))

        return values_at

    @functools.cached_property
    def _rim(self) -> Rim:
        linear, offset = self._transform[:3, :3], self._transform[:3, 3]
        return _rim(linear, offset, self.source.shape, self.target.shape)

    def _interpolate(self, patch: Patch) -> Patch:
        if not patch.values.size:
            return patch
        if self._separable is not None:
            return self._separable.local(patch)
        if self._order <= 1:
            return _general_local(patch, self.source, self.target, self._transform, self._order)
        # a cubic spline depends on every voxel
        volume = patch.volume(self.source.shape)
        return Patch((0, 0, 0), _general(volume, self.target, self._transform, self._order, self._rim))

    def _clipped(self, values: np.ndarray) -> np.ndarray:
        return values if self.limits is None else np.clip(values, *self.limits, out=values)


def fill_from_neighbors(volume: np.ndarray, rounds: int = 2) -> np.ndarray:
    """Replace non-finite voxels by the mean of their finite face neighbors.

    Parameters
    ----------
    volume : (X, Y, Z) array
    rounds : int
        How many voxels deep missing regions are filled; the rest becomes 0.

    Returns
    -------
    (X, Y, Z) array, finite.

    Notes
    -----
    The rule of nilearn's ``extrapolate_out_mask``.

    Examples
    --------
    >>> fill_from_neighbors(np.array([2.0, np.nan, 4.0]).reshape(3, 1, 1)).ravel()
    array([2., 3., 4.])
    """
    neighbors = scipy.ndimage.generate_binary_structure(3, 1)
    known = np.isfinite(volume)
    filled = np.where(known, volume, 0.0)
    for _ in range(rounds):
        rim = scipy.ndimage.binary_dilation(known, neighbors) & ~known
        total = scipy.ndimage.convolve(filled, neighbors.astype(float), mode="constant")
        count = scipy.ndimage.convolve(known.astype(float), neighbors.astype(float), mode="constant")
        filled[rim] = total[rim] / count[rim]
        known = known | rim
    return filled


def clip_range(low: float, high: float) -> tuple[float, float]:
    """The interval that resampled values are clipped to: that of the finite data, and 0.

    0 belongs to the range because it fills what lies outside the field of view.

    Examples
    --------
    >>> clip_range(3.0, 7.0), clip_range(-1.0, 7.0)
    ((0.0, 7.0), (-1.0, 7.0))
    """
    return min(0.0, low), max(0.0, high)


def _target_to_source(source: Grid, target: Grid) -> np.ndarray:
    """(4, 4) target voxel indices to source voxel indices."""
    if np.array_equal(source.affine, target.affine):
        return np.eye(4)  # exactly, so that no voxel on the border falls outside by rounding
    return scipy.linalg.inv(source.affine) @ target.affine


def _separable(source: Grid, target: Grid, transform: np.ndarray, order: int) -> Separable | None:
    """The interpolation as matrices, if the axes of the grids are parallel."""
    linear, offset = transform[:3, :3], transform[:3, 3]
    used = linear != 0
    if not (used.sum(axis=0) == 1).all() or not (used.sum(axis=1) == 1).all():
        return None
    reads = [int(np.flatnonzero(used[:, axis])[0]) for axis in range(3)]
    diagonal = reads == [0, 1, 2]

    def along(axis: int) -> AxisMatrix:
        read = reads[axis]
        n_in, n_out = source.shape[read], target.shape[axis]
        return _axis_matrix(n_in, n_out, linear[read, axis], offset[read], order, diagonal)

    return Separable((along(0), along(1), along(2)), (reads[0], reads[1], reads[2]))


def _axis_matrix(n_in: int, n_out: int, scale: float, shift: float, order: int, diagonal: bool) -> np.ndarray:
    # scipy computes coordinates by another formula if the matrix is diagonal, and may round half
    # a voxel the other way, so follow its choice
    matrix = np.array([scale]) if diagonal else np.array([[scale]])
    offset = np.array([shift])
    rim = _rim(np.array([[scale]]), offset, (n_in,), (n_out,))
    return matrix_of(lambda x: _affine_transform(x, matrix, offset, (n_out,), order, rim), n_in)


def _general(volume: np.ndarray, target: Grid, transform: np.ndarray, order: int, rim: Rim) -> np.ndarray:
    linear = transform[:3, :3]
    if np.array_equal(np.diag(np.diag(linear)), linear):
        linear = np.diag(linear)
    return _affine_transform(volume, linear, transform[:3, 3], target.shape, order, rim)


def _general_local(patch: Patch, source: Grid, target: Grid, transform: np.ndarray, order: int) -> Patch:
    """Interpolation of order 0 or 1, where the result can be non-zero."""
    # one more voxel on each side: values decrease to zero between the box and its neighbors
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
    # coordinates in the whole source, as scipy computes them, and only then in the box: points that
    # are outside the field of view by rounding must be outside here too
    where = [
        _within(coordinate, n) - start
        for coordinate, n, start in zip(_coordinates(transform, index), source.shape, low, strict=True)
    ]
    out = scipy.ndimage.map_coordinates(values, where, order=order, prefilter=False)
    x, y, z = map(int, first)
    return Patch((x, y, z), out)


def _affine_transform(
    values: np.ndarray, matrix: np.ndarray, offset: np.ndarray, shape: Sequence[int], order: int, rim: Rim
) -> np.ndarray:
    """Scipy's function, with points within `EDGE` of the field of view moved onto its border."""
    if order > 1:
        values = scipy.ndimage.spline_filter(values, order)
    with warnings.catch_warnings():
        # older versions of scipy warn of a change in version 0.18
        warnings.filterwarnings("ignore", message=".*has changed in SciPy 0.18.*")
        out = scipy.ndimage.affine_transform(
            values, matrix, offset, output_shape=shape, order=order, prefilter=False
        )
    where, inside = rim
    # only voxels that scipy left at zero: elsewhere its own rounding is kept
    lost = out[where] == 0
    if lost.any():
        where = tuple(axis[lost] for axis in where)
        out[where] = scipy.ndimage.map_coordinates(values, inside[:, lost], order=order, prefilter=False)
    return out


def _rim(linear: np.ndarray, offset: np.ndarray, source_shape: Sequence[int], shape: Sequence[int]) -> Rim:
    """The target's voxels near the border of the source."""
    axes = list(_coordinates(np.column_stack([linear, offset]), np.ogrid[tuple(map(slice, shape))]))
    near = [_is_near_border(x, n) for x, n in zip(axes, source_shape, strict=True)]
    where = np.nonzero(np.broadcast_to(functools.reduce(np.logical_or, near), shape))
    inside = [np.broadcast_to(_within(x, n), shape)[where] for x, n in zip(axes, source_shape, strict=True)]
    return where, np.stack(inside)


def _coordinates(transform: np.ndarray, index: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Source coordinates of target voxels, given as an open grid, along each axis of the source."""
    for *steps, shift in transform[: len(index)]:
        yield sum((step * i for step, i in zip(steps, index, strict=True)), start=shift)


def _is_near_border(coordinate: np.ndarray, n: int) -> np.ndarray:
    return (np.abs(coordinate) <= EDGE) | (np.abs(coordinate - (n - 1)) <= EDGE)


def _within(coordinate: np.ndarray, n: int) -> np.ndarray:
    """Coordinates, with those up to `EDGE` outside the field of view moved onto its border.

    Those that are on the border up to rounding, too.
    """
    border = np.where(coordinate < 0.5 * (n - 1), 0.0, n - 1.0)
    outside = (coordinate < 0) | (coordinate > n - 1)
    beyond = np.abs(coordinate - border)
    return np.where((beyond < 1e-9) | (outside & (beyond <= EDGE)), border, coordinate)
