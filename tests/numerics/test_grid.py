import numpy as np
import pytest

from nipype_maps.numerics.grid import Grid


def test_same_grid_is_equal_shape_and_close_affine(grids):
    grid = grids["plain"]
    nudged = grid.affine.copy()
    nudged[0, 3] *= 1 + 1e-6
    assert grid.same_as(Grid(grid.shape, nudged))
    assert not grid.same_as(Grid((7, 8, 7), grid.affine))
    assert not grid.same_as(grids["flipped"])


def test_voxel_size_of_an_oblique_grid(grids):
    np.testing.assert_allclose(grids["oblique"].voxel_size, [3, 3, 4], rtol=1e-6)


def test_flat_voxels_run_along_the_first_axis_first():
    volume = Grid((2, 3, 1), np.eye(4)).unflatten(np.arange(6))
    assert volume[:, :, 0].tolist() == [[0, 2, 4], [1, 3, 5]]


@pytest.mark.parametrize(
    ("shape", "affine", "sentence"),
    [
        ((2, 2), np.eye(4), "three axes"),
        ((2, 0, 2), np.eye(4), "three axes"),
        ((2, 2, 2), np.eye(3), "4 x 4"),
        ((2, 2, 2), np.diag([1.0, 0, 1, 1]), "cannot be inverted"),
        ((2, 2, 2), np.full((4, 4), np.nan), "cannot be inverted"),
    ],
)
def test_a_grid_that_is_none_is_refused(shape, affine, sentence):
    with pytest.raises(ValueError, match=sentence):
        Grid(shape, affine)
