"""Laws that hold whatever the data: what may change nothing, changes nothing."""

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.tables import read_table
from nipype_maps.numerics.grid import Grid


@pytest.fixture
def signals(run_masker):
    def signals(*files, **parameters):
        outcome = run_masker(*files, **parameters)
        return read_table(outcome.done["transform.clean"].result.outputs.out_file).values

    return signals


def turned(values, grid, axes):
    """The same image with some axes stored the other way round, header included."""
    affine = grid.affine.copy()
    for axis in axes:
        values = np.flip(values, axis)
        step = np.eye(4)
        step[axis, axis], step[axis, 3] = -1, grid.shape[axis] - 1
        affine = affine @ step
    return values, Grid(grid.shape, affine)


@pytest.mark.parametrize("target", ["data", "maps"])
@pytest.mark.parametrize("axes", [(0,), (1, 2), (0, 1, 2)])
def test_storing_axes_the_other_way_round_changes_nothing(signals, save, make_run, maps, grids, target, axes):
    run = make_run(grid="oblique")
    parameters = {"resampling_target": target, "smoothing_fwhm": 6.0, "detrend": True}
    expected = signals(run, maps, **parameters)
    flipped_run = save(*turned(nib.load(run).get_fdata(), grids["oblique"], axes), "run.nii.gz")
    flipped_maps = save(*turned(nib.load(maps).get_fdata(), grids["flipped"], axes), "maps.nii.gz")
    answer = signals(flipped_run, flipped_maps, **parameters)
    # the headers hold the turned affines in single precision, which moves voxels by 1e-6 mm
    np.testing.assert_allclose(answer, expected, atol=1e-4 * expected.std())
    aligned_run = make_run("aligned.nii.gz", grid="plain")
    flipped_run = save(*turned(nib.load(aligned_run).get_fdata(), grids["plain"], axes), "run.nii.gz")
    expected = signals(aligned_run, maps, **parameters)
    answer = signals(flipped_run, flipped_maps, **parameters)
    # numbers that single precision holds: nothing but rounding
    np.testing.assert_allclose(answer, expected, atol=1e-10 * expected.std())


def test_what_lies_outside_the_mask_does_not_matter(signals, save, make_run, maps, grids):
    run, grid = make_run(), grids["plain"]
    inside = np.zeros(grid.shape, np.uint8)
    inside[2:5, 1:7, 1:5] = 1
    mask = save(inside, grid, "mask.nii.gz")
    values = nib.load(run).get_fdata()
    expected = signals(run, maps, mask)
    values[inside == 0] = np.random.default_rng(0).normal(1e5, 1e4, size=values[inside == 0].shape)
    np.testing.assert_array_equal(signals(save(values, grid, "other.nii.gz"), maps, mask), expected)
    # but where the run is smoothed, its surroundings bleed in, as they should
    smoothed = [
        signals(path, maps, mask, smoothing_fwhm=6.0) for path in (run, save(values, grid, "o.nii.gz"))
    ]
    assert not np.allclose(*smoothed)


def test_signals_are_linear_in_the_run(signals, save, make_run, maps, grids):
    one, two = (nib.load(make_run(f"{name}.nii.gz")).get_fdata() for name in ("one", "two"))
    both = save(2 * one - 3 * two, grids["plain"], "both.nii.gz")
    parameters = {"smoothing_fwhm": 5.0, "detrend": True, "low_pass": 0.1}
    expected = 2 * signals(save(one, grids["plain"], "a.nii.gz"), maps, **parameters)
    expected -= 3 * signals(save(two, grids["plain"], "b.nii.gz"), maps, **parameters)
    np.testing.assert_allclose(signals(both, maps, **parameters), expected, atol=1e-10)


def test_permuting_maps_permutes_signals(signals, save, make_run, maps, grids):
    run, order = make_run(), [2, 0, 3, 1]
    permuted = save(nib.load(maps).get_fdata()[..., order], grids["flipped"], "permuted.nii.gz")
    expected = signals(run, maps, smoothing_fwhm=5.0)[:, order]
    np.testing.assert_allclose(signals(run, permuted, smoothing_fwhm=5.0), expected, atol=1e-10)


def test_a_map_given_twice_shares_its_signal(signals, save, make_run, maps, grids):
    values = nib.load(maps).get_fdata()
    twice = save(values[..., [0, 1, 2, 3, 0]], grids["flipped"], "twice.nii.gz")
    run = make_run()
    answer, expected = signals(run, twice), signals(run, maps)
    np.testing.assert_allclose(answer[:, [0, 4]], expected[:, [0, 0]] / 2, rtol=1e-9)
    np.testing.assert_allclose(answer[:, 1:4], expected[:, 1:], rtol=1e-9)


@pytest.mark.parametrize(
    "parameters", [{"low_pass": 0.1}, {"high_variance_confounds": True, "detrend": True}]
)
def test_censored_frames_do_not_matter_from_file_to_signals(signals, save, make_run, maps, grids, parameters):
    run, kept = make_run(n_frames=60), [frame for frame in range(60) if frame not in (0, 20, 39)]
    values = nib.load(run).get_fdata()
    expected = signals(run, maps, inputs={"sample_mask": kept}, **parameters)
    values[..., [0, 20, 39]] *= -7
    spoiled = save(values, grids["plain"], "spoiled.nii.gz")
    np.testing.assert_array_equal(
        signals(spoiled, maps, inputs={"sample_mask": kept}, **parameters), expected
    )
