import numpy as np
import pytest
import scipy

from nipype_maps.numerics.blocks import StoredBlock
from nipype_maps.numerics.confounds import high_variance_confounds


def reader(run, step=7):
    def read(voxels):
        for start in range(0, len(run), step):
            block = run[start : start + step]
            yield StoredBlock(start, block if voxels is None else block[:, voxels])

    return read


@pytest.mark.parametrize("detrend", [True, False])
def test_it_is_the_svd_of_the_most_variable_voxels(rng, detrend):
    run = 1000 + rng.normal(size=(40, 500)) * rng.random(500) * 10
    t = np.linspace(-1, 1, 40)
    residual = run - (np.polynomial.polynomial.polyfit(t, run, 1).T @ np.stack([t**0, t])).T
    series = residual if detrend else run
    squares = (series**2).sum(axis=0)
    chosen = series[:, squares > np.percentile(squares, 98)]
    expected = np.linalg.svd(chosen)[0][:, :5]
    answer = high_variance_confounds(reader(run), np.arange(40), detrend=detrend)
    np.testing.assert_allclose(np.abs(answer), np.abs(expected), atol=1e-9)
    assert (np.sign(answer[np.abs(answer).argmax(axis=0), range(5)]) == 1).all()


def test_censored_frames_and_missing_voxels_have_no_say(rng):
    run = rng.normal(size=(40, 500))
    kept = np.delete(np.arange(40), [0, 13])
    clean = high_variance_confounds(reader(run), kept)
    run[[0, 13]] = 1e9
    np.testing.assert_array_equal(high_variance_confounds(reader(run), kept), clean)
    run[5, 100] = np.nan
    run[6, 101] = np.inf
    rest = np.delete(run, [100, 101], axis=1)
    np.testing.assert_allclose(
        high_variance_confounds(reader(run), kept), high_variance_confounds(reader(rest), kept), atol=1e-12
    )


def test_too_few_frames_or_voxels_are_refused(rng):
    with pytest.raises(ValueError, match="5 confounds cannot be drawn from 3 frames"):
        high_variance_confounds(reader(rng.normal(size=(40, 500))), np.arange(3))
    with pytest.raises(ValueError, match="raise percentile"):
        high_variance_confounds(reader(rng.normal(size=(40, 100))), np.arange(40))


def test_sums_are_in_the_order_of_frames_in_memory(rng):
    """To the last bit: cached results of earlier versions are those of this one."""
    run = 1000 + rng.normal(size=(60, 300)).cumsum(axis=0)
    run[:, -1] = 1000  # the only voxel that is not above the lowest sum of squares
    time = np.arange(60) - 29.5
    time /= np.linalg.norm(time)
    series = run[:, :-1].copy()
    series = series - series.mean(axis=0)
    series -= np.outer(time, time @ series)
    _, vectors = scipy.linalg.eigh(series @ series.T, subset_by_index=[55, 59])
    vectors = vectors[:, ::-1]
    expected = vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), range(5)])
    np.testing.assert_array_equal(
        high_variance_confounds(reader(run), np.arange(60), percentile=100.0), expected
    )


@pytest.mark.parametrize("detrend", [True, False])
@pytest.mark.parametrize("interleaved", [False, True])
def test_each_acquisition_has_components_of_its_own(rng, detrend, interleaved):
    """Each from its own voxels, about its own level, whatever blocks the run is read in."""
    run = 1000 + rng.normal(size=(70, 500)) * rng.random(500) * 10
    run[40:] += 50 * rng.normal(size=(30, 500)) * rng.random(500) - 400
    run[45, 17] = np.nan
    frames = rng.permutation(70) if interleaved else np.arange(70)
    acquisitions = [np.sort(frames[:40]), np.sort(frames[40:])]
    kept = np.delete(np.arange(70), [0, 13, 39, 55])
    read = []

    def counting(voxels):
        read.append(voxels)
        return reader(run)(voxels)

    together = high_variance_confounds(counting, kept, detrend=detrend, acquisitions=acquisitions)
    assert len(read) == 2
    for own in acquisitions:
        kept_here = np.flatnonzero(np.isin(own, kept))
        alone = high_variance_confounds(reader(run[own]), kept_here, detrend=detrend)
        rows = np.searchsorted(kept, own[kept_here])
        np.testing.assert_allclose(together[rows], alone, rtol=0, atol=1e-9)


def test_an_acquisition_that_is_too_short_is_named(rng):
    acquisitions = [np.arange(37), np.arange(37, 40)]
    with pytest.raises(ValueError, match="from 3 frames of the acquisition that starts at frame 37"):
        high_variance_confounds(reader(rng.normal(size=(40, 500))), np.arange(40), acquisitions=acquisitions)
