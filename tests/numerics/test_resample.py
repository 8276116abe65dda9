import itertools

import numpy as np
import pytest
from scipy import ndimage

from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.patches import patch_of
from nipype_maps.numerics.resample import Resampler, clip_range, fill_from_neighbors

ORDERS = {"nearest": 0, "linear": 1, "continuous": 3}
#: Voxels turned about two axes, as scanners write them.
ROTATED = np.array([[1.9, -0.5, 0.1, -90], [0.6, 1.8, 0.4, -126], [-0.2, -0.5, 2.9, -72], [0, 0, 0, 1]])
NAMES = ["plain", "flipped", "permuted", "oblique", "coarse"]


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "continuous"])
@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(NAMES, 2)))
def test_it_samples_the_source_at_the_targets_voxel_centres(rng, grids, source, target, interpolation):
    source, target = grids[source], grids[target]
    volume = rng.normal(size=source.shape)
    centers = np.stack(np.meshgrid(*map(np.arange, target.shape), indexing="ij")).reshape(3, -1)
    to_source = np.linalg.inv(source.affine) @ target.affine
    coordinates = to_source[:3, :3] @ centers + to_source[:3, 3:]
    # A center on the very edge of the field of view, or half way between two voxels, falls
    # to either side by the last bit; such points say nothing about the method.
    edge = np.abs(coordinates - np.round(coordinates * 2) / 2) < 1e-9
    on_edge = edge & ((coordinates < 0.1) | (coordinates > np.array(source.shape)[:, None] - 1.1))
    if interpolation == "nearest":
        on_edge |= edge & (np.round(coordinates * 2) % 2 == 1)
    certain = ~on_edge.any(axis=0)
    expected = ndimage.map_coordinates(volume, coordinates, order=ORDERS[interpolation])
    answer = Resampler(source, target, interpolation)(volume)
    assert certain.sum() > 20
    # the splines' coefficients (double precision) are applied in another order
    np.testing.assert_allclose(answer.ravel()[certain], expected[certain], atol=1e-12)


@pytest.mark.parametrize("target", ["flipped", "permuted", "oblique"])
def test_linear_interpolation_is_the_loop_over_eight_neighbors(rng, grids, target):
    source, target = grids["plain"], grids[target]
    volume = rng.normal(size=source.shape)
    answer = Resampler(source, target, "linear")(volume)
    compared = 0
    for voxel in np.ndindex(*target.shape):
        where = (np.linalg.inv(source.affine) @ target.affine @ [*voxel, 1])[:3]
        last = np.array(source.shape) - 1
        if (np.minimum(np.abs(where), np.abs(where - last)) < 1e-9).any():
            continue  # on the very edge of the field of view
        expected = 0.0
        if (where > 0).all() and (where < last).all():
            corner = np.floor(where).astype(int)
            for step in np.ndindex(2, 2, 2):
                neighbor = np.minimum(corner + step, last)
                expected += np.prod(1 - np.abs(where - corner - step)) * volume[tuple(neighbor)]
        assert answer[voxel] == pytest.approx(expected, abs=1e-12)
        compared += 1
    assert compared > 100


def test_linear_interpolation_by_hand():
    source = Grid((3, 1, 1), np.diag([2.0, 1, 1, 1]))
    target = Grid((5, 1, 1), np.eye(4))
    answer = Resampler(source, target, "linear")(np.array([1.0, 3.0, 9.0]).reshape(3, 1, 1))
    assert answer.ravel().tolist() == [1, 2, 3, 6, 9]


def test_equal_affines_copy_voxels_and_leave_zero_outside(rng, grids):
    source = grids["oblique"]
    larger = Grid(tuple(n + 2 for n in source.shape), source.affine)
    volume = rng.normal(size=source.shape)
    answer = Resampler(source, larger, "linear")(volume)
    np.testing.assert_array_equal(answer[:-2, :-2, :-2], volume)
    assert not answer[-2:].any()


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "continuous"])
@pytest.mark.parametrize("turn", ["aligned", "oblique"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_border_that_is_off_by_the_rounding_of_a_header_is_not_lost(rng, interpolation, turn, sign):
    affine = np.diag([2.0, 2.0, 3.0, 1.0]) if turn == "aligned" else ROTATED
    source = Grid((6, 5, 4), affine)
    rounded = affine.copy()
    rounded[:3, 3] += sign * np.spacing(np.float32(90))  # of a header's float32, in mm
    volume = 100 + rng.normal(size=source.shape)
    answer = Resampler(source, Grid(source.shape, rounded), interpolation)(volume)
    # 1e-5 mm of steps of a few units per voxel
    np.testing.assert_allclose(answer, volume, atol=1e-4)
    patch = Resampler(source, Grid(source.shape, rounded), interpolation).local(patch_of(volume))
    np.testing.assert_allclose(patch.volume(source.shape), volume, atol=1e-4)


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "continuous"])
def test_a_grid_mirrored_in_rounded_numbers_keeps_its_border(rng, interpolation):
    source = Grid((7, 3, 3), np.diag([0.7, 1, 1, 1]))
    mirrored = np.diag([-0.7, 1.0, 1.0, 1.0])
    mirrored[0, 3] = 6 * 0.7
    volume = rng.normal(size=source.shape)
    answer = Resampler(source, Grid(source.shape, mirrored), interpolation)(volume)
    np.testing.assert_allclose(answer, volume[::-1], atol=1e-9)


def test_what_lies_further_outside_stays_zero(rng):
    source = Grid((6, 5, 4), np.eye(4))
    affine = np.eye(4)
    affine[0, 3] = -0.01
    answer = Resampler(source, Grid(source.shape, affine), "linear")(100 + rng.normal(size=source.shape))
    assert not answer[0].any()
    assert answer[1:].all()


def test_holes_of_a_run_do_not_darken_their_rim(grids):
    volume = np.full(grids["plain"].shape, 10.0)
    volume[3, 3, 3] = np.nan
    finer = Grid((19, 22, 16), grids["plain"].affine @ np.diag([1 / 3, 1 / 3, 1 / 3, 1]))
    filled = Resampler(grids["plain"], finer, "continuous", nonfinite="neighbors")(volume)
    zeroed = Resampler(grids["plain"], finer, "linear", nonfinite="zero")(volume)
    inner = (slice(0, 19), slice(0, 22), slice(0, 16))
    hole = filled[inner] == 0
    assert hole[9, 9, 9]
    np.testing.assert_allclose(filled[inner][~hole], 10)
    assert ((zeroed[inner] > 0) & (zeroed[inner] < 9.9)).any()


def test_holes_are_filled_two_voxels_deep():
    line = np.array([np.inf, np.nan, np.nan, 5.0, np.nan, np.nan, 7.0]).reshape(-1, 1, 1)
    assert fill_from_neighbors(line).ravel().tolist() == [0, 5, 5, 5, 5, 7, 7]


@pytest.mark.parametrize("target", ["plain", "coarse", "flipped", "permuted", "oblique"])
@pytest.mark.parametrize("interpolation", ["linear", "nearest", "continuous"])
def test_a_local_map_is_resampled_in_its_box_as_a_whole(rng, grids, interpolation, target):
    source, target = grids["plain"], grids[target]
    resampler = Resampler(source, target, interpolation)
    for corner in [(0, 0, 0), (2, 3, 1), tuple(n - 2 for n in source.shape)]:
        volume = np.zeros(source.shape)
        volume[tuple(slice(c, c + 2) for c in corner)] = rng.normal(size=(2, 2, 2))
        local = resampler.local(patch_of(volume))
        np.testing.assert_allclose(local.volume(target.shape), resampler(volume), atol=1e-14)


@pytest.mark.parametrize("target", ["plain", "coarse", "flipped", "permuted", "oblique"])
@pytest.mark.parametrize("hole", [False, True])
def test_some_voxels_are_resampled_as_all_are(rng, grids, target, hole):
    source, target = grids["coarse"], grids[target]
    resampler = Resampler(source, target, "continuous", "neighbors", limits=(-0.5, 0.7))
    volume = rng.normal(size=source.shape)
    volume[1, 1, 1] = np.nan if hole else 0
    expected = resampler(volume).ravel(order="F")
    voxels = rng.permutation(target.n_voxels)[:40]
    values = resampler.at(voxels)(patch_of(volume))
    np.testing.assert_allclose(values, expected[voxels], atol=1e-14)
    assert expected.min() >= -0.5
    assert expected.max() <= 0.7


def test_zero_belongs_to_the_range_that_is_clipped_to():
    assert clip_range(3.0, 7.0) == (0.0, 7.0)
    assert clip_range(-3.0, -1.0) == (-3.0, 0.0)
