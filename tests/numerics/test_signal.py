import numpy as np
import pytest

from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.patches import Patch
from nipype_maps.numerics.signal import (
    has_signal,
    met_by,
    signal_coverage,
    signal_threshold,
    with_little_signal,
)

from ..matrices import build_projector


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # FEAT's rule: 10 % of the way from dark to bright
        (np.repeat([10.0, 1010.0], 50), 110.0),
        (np.append(np.repeat([0.0, 1000.0], 50), [np.nan, np.inf]), 100.0),
        # slight overshoots of splines below 0
        (np.repeat([-5.0, 995.0], 50), 95.0),
        # brain alone, demeaned, mostly nothing, and nothing at all
        (np.linspace(900, 1100, 100), None),
        (np.random.default_rng(0).normal(size=100), None),
        (np.append(np.zeros(200), [7.0]), None),
        (np.full(5, np.nan), None),
    ],
)
def test_the_threshold_is_feats_where_there_is_a_background(values, expected):
    assert signal_threshold(values) == (expected if expected is None else pytest.approx(expected))


def test_without_a_background_signal_is_what_is_finite_and_not_zero():
    values = np.array([-1.0, 0.0, 2.0, np.nan, np.inf])
    assert has_signal(values, None).tolist() == [True, False, True, False, False]
    assert has_signal(values, 1.5).tolist() == [False, False, True, False, False]


@pytest.mark.parametrize("closeness", [1.0, 1e-6, 0.0])
def test_shares_are_those_of_the_maps_however_they_are_solved(rng, closeness):
    """Maps in bad condition are stored as combinations; what is said of them is the same."""
    maps = rng.normal(size=(5000, 4)) * (rng.random((5000, 4)) < 0.5)
    maps[:, 3] = maps[:, 2] + closeness * maps[:, 3]
    projector = build_projector(maps * [1, 1e-3, 1, 1])
    assert projector.solution.orthogonal == (closeness < 1)
    signal = rng.random(5000) < 0.3
    expected = np.abs(maps[signal]).sum(axis=0) / np.abs(maps).sum(axis=0)
    np.testing.assert_allclose(met_by(projector, signal[projector.support]), expected, atol=1e-6)


def test_an_empty_map_has_no_share():
    projector = build_projector(np.array([[1.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_array_equal(met_by(projector, np.array([True, False])), [0.5, np.nan])


def test_what_a_mean_added_counts_for_nothing(rng):
    maps = np.zeros((9000, 2))
    maps[:1000, 0], maps[500:1500, 1] = 1, 2
    signal = np.arange(9000) < 1000
    plain, demeaned = (
        met_by(build_projector(m), signal, m is not maps) for m in (maps, maps - maps.mean(axis=0))
    )
    np.testing.assert_allclose(plain, [1, 0.5])
    np.testing.assert_allclose(demeaned, [1, 0.5])


@pytest.mark.parametrize(
    ("frames", "shares"),
    [
        ([[0, 0, 0, 0], [9, 9, 0, 0]], [1, 0.5]),  # the first frame is blank
        ([[5, 5, 5, 5], [np.nan, 9, 0, 0]], [0.5, 0.5]),
        ([[0, 0, 9, 9], [9, 9, 0, 0]], [0, 0.5]),
    ],
)
def test_the_first_frame_that_varies_says_where_signal_is(frames, shares):
    maps, grid = np.array([[1.0, 0], [1, 1], [0, 1], [0, 0]]), Grid((4, 1, 1), np.eye(4))
    patches = [Patch((0, 0, 0), np.array(frame, dtype=float).reshape(4, 1, 1)) for frame in frames]
    coverage = signal_coverage(patches, grid, grid, build_projector(maps))
    np.testing.assert_array_equal(coverage, shares)
    assert with_little_signal(coverage) == [k for k, share in enumerate(shares) if share < 0.5]


def test_a_constant_run_has_no_signal():
    grid = Grid((2, 1, 1), np.eye(4))
    frames = [Patch((0, 0, 0), np.full((2, 1, 1), value)) for value in (7.0, np.nan)]
    with pytest.warns(UserWarning, match="constant in every frame"):
        assert signal_coverage(frames, grid, grid, build_projector(np.ones((2, 1)))).tolist() == [0]
