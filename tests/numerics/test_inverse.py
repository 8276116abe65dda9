import numpy as np
import pytest

from nipype_maps.numerics.blocking import Columns, tiles_of
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.inverse import inverse_volumes, signals_of_all_maps


@pytest.mark.parametrize(("values", "words"), [
    ([[1.0], [np.inf]], "a.tsv has an infinite signal"),
    ([[1.0], [np.nan]], "a.tsv has a column with n/a in some frames only"),
])  # fmt: skip
def test_signals_that_make_no_image_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        signals_of_all_maps(np.array(values), [0], 1, "a.tsv")


@pytest.mark.parametrize("n_frames", [1, 2, 5])
def test_volumes_are_the_product_of_maps_and_signals(rng, n_frames):
    maps, signals = rng.normal(size=(6, 2)), rng.normal(size=(5, 2))
    inside, grid = np.array([1, 1, 0, 1, 1, 1], bool), Grid((3, 2, 1), np.eye(4))
    volumes = inverse_volumes(tiles_of(Columns(maps)), signals, grid, inside, n_frames)
    flat = [volume.values.ravel(order="F") for volume in volumes]
    np.testing.assert_allclose(flat, signals @ (maps * inside[:, None]).T, atol=1e-14)
