import numpy as np
import pytest

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
