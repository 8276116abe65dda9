import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, sparse

from nipype_maps.numerics.blocks import StoredBlock

from ..matrices import build_projector

seeds = st.integers(0, 2**32 - 1)


def signals(projector, run):
    """Signals of frames given over all voxels, (T, V)."""
    return projector.project(StoredBlock(0, run[:, projector.support]))


def random_maps(rng, n_voxels=60, n_maps=5, density=0.5):
    maps = rng.normal(size=(n_voxels, n_maps))
    return maps * (rng.random(maps.shape) < density)


@given(seed=seeds, density=st.sampled_from([0.05, 0.3, 1.0]), as_sparse=st.booleans())
def test_it_is_least_squares(seed, density, as_sparse):
    rng = np.random.default_rng(seed)
    maps = random_maps(rng, 200, 4, density)
    maps[rng.choice(200, 4, replace=False), range(4)] = 1  # no map is empty
    run = 100 + rng.normal(size=(7, 200))
    expected = linalg.lstsq(maps, run.T)[0].T
    projector = build_projector(sparse.csc_array(maps) if as_sparse else maps)
    # the maps may be ill-conditioned: rounding grows with the condition number
    tolerance = 1e-12 * max(10, projector.solution.condition) * np.abs(run).max()
    np.testing.assert_allclose(signals(projector, run), expected, atol=tolerance)


def test_smoothed_maps_stand_for_a_smoothed_run(rng):
    maps, run = random_maps(rng), rng.normal(size=(9, 60))
    smooth = rng.normal(size=(60, 60))
    smooth += smooth.T
    expected = linalg.lstsq(maps, smooth @ run.T)[0].T
    np.testing.assert_allclose(signals(build_projector(maps, smooth @ maps), run), expected, atol=1e-11)


def test_signals_of_maps_come_back(rng):
    maps, known = random_maps(rng), rng.normal(size=(8, 5))
    np.testing.assert_allclose(signals(build_projector(maps), known @ maps.T), known, atol=1e-13)


@pytest.mark.parametrize("density", [0.05, 1.0])
def test_a_duplicated_map_shares_its_signal(rng, density):
    maps = random_maps(rng, 500, 4, density)
    maps = np.hstack([maps, maps[:, :1]])
    run = rng.normal(size=(6, 500))
    projector = build_projector(maps)
    answer = signals(projector, run)
    np.testing.assert_allclose(answer, linalg.lstsq(maps, run.T)[0].T, atol=1e-12)
    np.testing.assert_allclose(answer[:, 0], answer[:, 4], atol=1e-12)
    assert projector.solution.rank == 4
    assert projector.solution.condition == np.inf
    assert np.isinf(projector.solution.vif[[0, 4]]).all()
    assert np.isfinite(projector.solution.vif[1:4]).all()


def test_an_empty_map_has_no_say(rng):
    maps = random_maps(rng)
    run = rng.normal(size=(6, 60))
    with_empty = np.insert(maps, 2, 0, axis=1)
    projector = build_projector(with_empty)
    answer = signals(projector, run)
    np.testing.assert_allclose(np.delete(answer, 2, axis=1), signals(build_projector(maps), run), atol=1e-13)
    assert (answer[:, 2] == 0).all()
    assert np.isnan(projector.solution.vif[2])
    assert projector.solution.rank == 5
    assert np.isfinite(projector.solution.condition)


def test_no_map_at_all_is_refused():
    with pytest.raises(ValueError, match="every map is zero"):
        build_projector(np.zeros((5, 2)))


@pytest.mark.parametrize("closeness", [1e-4, 1e-6, 1e-8])
def test_ill_conditioned_maps_are_solved_as_well_as_by_qr(rng, closeness):
    """A residual of zero leaves nothing but the solver's own rounding, about condition x eps."""
    maps = random_maps(rng, 400, 4, 1.0)
    maps[:, 3] = maps[:, 2] + closeness * rng.normal(size=400)
    known = rng.normal(size=(5, 4))
    projector = build_projector(maps)
    error = np.abs(signals(projector, known @ maps.T) - known).max()
    assert projector.solution.rank == 4
    assert error < 100 * projector.solution.condition * np.finfo(float).eps


def test_normal_equations_serve_as_far_as_they_are_used(rng):
    """Up to a condition of 1e3 the error, condition squared x eps, stays below 1e-9."""
    maps = random_maps(rng, 400, 4, 1.0)
    maps[:, 3] = maps[:, 2] + 3e-3 * rng.normal(size=400)
    known = rng.normal(size=(5, 4))
    projector = build_projector(maps)
    assert 500 < projector.solution.condition < 1000
    assert np.abs(signals(projector, known @ maps.T) - known).max() < 1e-9


def test_maps_of_very_different_scale_are_not_dropped(rng):
    maps = random_maps(rng, 300, 3, 1.0)
    known = rng.normal(size=(5, 3))
    scale = np.array([1.0, 1e-9, 1e6])
    answer = signals(build_projector(maps * scale), known @ maps.T)
    np.testing.assert_allclose(answer * scale, known, atol=1e-9)


def partition(rng, n_voxels, n_maps, spread, extra):
    """Maps that sum to 1 up to rounding, at scales of their own, and one that is constant."""
    parts = np.exp(spread * rng.normal(size=(n_voxels, n_maps)))
    parts /= parts.sum(axis=1, keepdims=True)
    return np.column_stack([parts, np.full(n_voxels, extra)]) * 10.0 ** rng.integers(-3, 4, n_maps + 1)


@given(
    seed=seeds,
    n_voxels=st.sampled_from([9, 50, 700, 20_000]),
    n_maps=st.integers(2, 8),
    spread=st.sampled_from([0.3, 1.0, 4.0]),
)
def test_maps_that_sum_to_a_constant_are_dependent_and_signals_stay_bounded(seed, n_voxels, n_maps, spread):
    rng = np.random.default_rng(seed)
    maps = partition(rng, n_voxels, n_maps, spread, 10 * rng.random() + 0.1)
    run = 100 + rng.normal(size=(3, n_voxels))
    projector = build_projector(maps)
    answer = signals(projector, run)
    assert projector.solution.rank == n_maps
    assert projector.solution.condition == np.inf
    scaled = maps / np.linalg.norm(maps, axis=0)
    span = np.linalg.svd(scaled, full_matrices=False)[0][:, :n_maps]
    np.testing.assert_allclose(answer @ maps.T, run @ span @ span.T, atol=1e-8)
    # nothing of what the maps cannot show is in the signals: minimum norm, and with it a bound
    null = np.linalg.svd(scaled, full_matrices=False)[2][n_maps] / np.linalg.norm(maps, axis=0)
    null /= np.linalg.norm(null)
    sizes = np.linalg.norm(answer, axis=1)
    np.testing.assert_allclose(answer @ null / sizes, 0, atol=1e-8)
    smallest = np.linalg.svd(maps, compute_uv=False)[n_maps - 1]
    assert (sizes <= (1 + 1e-6) * np.linalg.norm(run, axis=1) / smallest).all()


def test_zeros_around_maps_and_their_units_change_no_rank(rng):
    """Singular values of 0.5 and 2 times the cut-off of 300 voxels, on a grid of 30,000."""
    cut_off = 300 * np.finfo(float).eps
    basis = np.linalg.qr(rng.normal(size=(300, 3)))[0]
    ranks = []
    for factor in (0.5, 2.0):
        # two maps of unit length whose smaller singular value is given
        near = basis[:, :1] + factor * cut_off * 2**0.5 * 2**0.5 * basis[:, 1:2]
        maps = np.column_stack([basis[:, 0], near])
        padded = np.vstack([maps, np.zeros((29_700, 2))])
        ranks.append([build_projector(m * s).solution.rank for m in (maps, padded) for s in (1, [1, 1e-9])])
    assert ranks == [[1] * 4, [2] * 4]


@given(
    seed=seeds,
    exponents=st.lists(st.sampled_from([-270, -200, -20, 0, 20, 200, 270]), min_size=4, max_size=4),
    distinct=st.sampled_from([0.0, 1e-5, 1.0]),
)
def test_no_scale_of_maps_is_too_small_or_too_large(seed, exponents, distinct):
    rng = np.random.default_rng(seed)
    maps, known = rng.normal(size=(100, 4)), rng.normal(size=(3, 4))
    maps[:, 3] = maps[:, 0] + distinct * maps[:, 3]
    scales = 10.0 ** np.array(exponents)
    projector = build_projector(maps * scales)
    assert projector.solution.rank == 4 - (distinct == 0)
    answer = signals(projector, known @ maps.T) * scales
    np.testing.assert_allclose(answer @ maps.T, known @ maps.T, atol=1e-9)
    assert not np.isnan(projector.solution.vif).any()


@pytest.mark.parametrize("value", [1e-300, 1e300])
def test_maps_whose_signals_cannot_be_represented_are_refused(value):
    with pytest.raises(ValueError, match=r"largest value of map 2 is 1e[-+]300, .* multiply the map"):
        build_projector(np.array([[1.0, 0.0], [0.0, value]]))


def test_the_scaled_condition_knows_no_units(rng):
    maps = random_maps(rng, 300, 3, 1.0)
    one, other = (build_projector(maps * scale).solution for scale in (1, [1, 1e-3, 1e5]))
    np.testing.assert_allclose(one.scaled_condition, other.scaled_condition)
    scaled = maps / np.linalg.norm(maps, axis=0)
    np.testing.assert_allclose(one.scaled_condition, np.linalg.cond(scaled))


def test_condition_and_variance_inflation_by_hand():
    """Two unit maps at 60 degrees: correlation 1/2, so VIF = 1 / (1 - 1/4)."""
    maps = np.array([[1.0, 0.5], [0.0, np.sqrt(0.75)]])
    projector = build_projector(maps)
    np.testing.assert_allclose(projector.solution.vif, [4 / 3, 4 / 3])
    np.testing.assert_allclose(projector.solution.condition, np.sqrt(1.5 / 0.5))


def test_only_the_support_is_read(rng):
    maps = np.zeros((10, 2))
    maps[[2, 7], [0, 1]] = 1, 3
    assert build_projector(maps).support.tolist() == [2, 7]


@given(seed=seeds)
def test_permuting_maps_or_voxels_permutes_alike(seed):
    rng = np.random.default_rng(seed)
    maps, run = random_maps(rng, density=1.0), rng.normal(size=(3, 60))
    order, voxels = rng.permutation(5), rng.permutation(60)
    answer = signals(build_projector(maps), run)
    permuted = signals(build_projector(maps[voxels][:, order]), run[:, voxels])
    np.testing.assert_allclose(permuted, answer[:, order], atol=1e-12)
