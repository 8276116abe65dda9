import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.smooth import gaussian


@pytest.mark.parametrize("fwhm", [0.0, 5.0, 40.0, (3.0, 0.0, 9.0)])
def test_it_is_scipys_gaussian_filter_on_each_axis(rng, grids, fwhm):
    grid = grids["flipped"]
    volume = rng.normal(size=grid.shape)
    expected = volume
    for axis, (width, size) in enumerate(zip(np.broadcast_to(fwhm, 3), (3, 3, 3.5), strict=True)):
        if width:
            sigma = width / 2.3548200450309493 / size
            expected = ndimage.gaussian_filter1d(expected, sigma, axis, mode="reflect", truncate=4.0)
    # one product per axis instead of a running sum: equal to rounding
    np.testing.assert_allclose(gaussian(grid, fwhm)(volume), expected, atol=1e-14)


def test_it_is_the_loop_over_a_mirrored_line():
    """A Gaussian cut off at four sigmas, the line going on as its mirror image."""
    line, sigma = np.array([1.0, 0.0, 4.0, 2.0, -3.0]), 1.3
    fwhm = sigma * 2 * 2.3548200450309493
    radius = int(4 * sigma + 0.5)
    mirrored = np.concatenate([line[::-1], line, line[::-1], line, line[::-1], line, line[::-1]])
    kernel = np.array([np.exp(-0.5 * (k / sigma) ** 2) for k in range(-radius, radius + 1)])
    expected = [
        sum(kernel[k + radius] * mirrored[15 + i + k] for k in range(-radius, radius + 1)) / kernel.sum()
        for i in range(5)
    ]
    smooth = gaussian(Grid((5, 1, 1), np.diag([2.0, 1, 1, 1])), (fwhm, 0, 0))
    np.testing.assert_allclose(smooth(line.reshape(5, 1, 1)).ravel(), expected, atol=1e-14)


@given(
    shape=st.tuples(*[st.integers(1, 6)] * 3),
    fwhm=st.tuples(*[st.floats(0, 50)] * 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_it_is_symmetric_and_keeps_constants(shape, fwhm, seed):
    smooth = gaussian(Grid(shape, np.diag([2.0, 3.0, 4.0, 1.0])), fwhm)
    a, b = np.random.default_rng(seed).normal(size=(2, *shape))
    np.testing.assert_allclose((a * smooth(b)).sum(), (smooth(a) * b).sum(), atol=1e-10)
    np.testing.assert_allclose(smooth(np.ones(shape)), 1, atol=1e-12)


@pytest.mark.parametrize("fwhm", [-1.0, (1.0, 2.0), np.nan, np.inf])
def test_a_width_that_is_none_is_refused(grids, fwhm):
    with pytest.raises(ValueError, match="fwhm"):
        gaussian(grids["plain"], fwhm)
