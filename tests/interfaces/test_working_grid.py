"""A working grid as the value of a trait: its form, and what of it the cache knows."""

import numpy as np
import pytest
from nipype.interfaces.base import TraitError

from nipype_maps.images.working_grid import WorkingGrid
from nipype_maps.interfaces import ReadGrid, Resample

AFFINE = np.diag([3.0, 3.0, 4.0, 1.0])
PLAIN = {"shape": [7, 8, 6], "affine": AFFINE.tolist()}


def key(**changes):
    return Resample(grid={**PLAIN, **changes}).inputs.get_hashval()[1]


def test_a_grid_is_kept_in_its_full_form():
    grid = Resample(grid={"shape": (7, 8, np.int64(6)), "affine": AFFINE}).inputs.grid
    assert grid == {**PLAIN, "has_world_coordinates": True, "name": "the image of the working grid"}
    assert [type(n) for n in grid["shape"]] == [int] * 3


@pytest.mark.parametrize(
    "value",
    [
        "bold.nii",
        {"shape": [7, 8, 6]},
        {**PLAIN, "Shape": [7, 8, 6]},
        {**PLAIN, "shape": [7, 8]},
        {**PLAIN, "shape": 7},
        {**PLAIN, "affine": np.eye(3)},
        {**PLAIN, "affine": np.zeros((4, 4))},
        {**PLAIN, "has_world_coordinates": "yes"},
        {**PLAIN, "name": None},
    ],
)
def test_another_form_is_refused_by_the_name_of_the_trait(value):
    with pytest.raises(TraitError, match=r"'grid' trait .* must be a dict of shape .*, affine"):
        Resample(grid=value)


def test_its_name_is_not_part_of_the_cache_key(make_run):
    assert key(name="one.nii") == key(name="two.nii") == key(has_world_coordinates=True) == key()
    assert key(name=make_run()) == key()  # nor is the content of the image


@pytest.mark.parametrize(
    "changes",
    [
        {"affine": np.nextafter(AFFINE, np.inf)},
        {"affine": np.diag([3.0, 3.0, np.nextafter(4.0, 5.0), 1.0])},
        {"shape": [7, 8, 7]},
        {"has_world_coordinates": False},
    ],
)
def test_all_else_is_part_of_it_to_the_last_bit(changes):
    assert key(**changes) != key()


def test_what_read_grid_gives_is_what_resample_takes(make_run):
    run = make_run()
    grid = ReadGrid(in_file=run).run().outputs.grid
    assert Resample(grid=grid).inputs.grid == grid == WorkingGrid.read(run).to_dict()
    assert grid["name"] == run


@pytest.mark.parametrize(
    "shape",
    [[5.99, 6.0, 5.0], "665", ["2", "3", "4"], {2, 3, 4}, [np.inf, 2, 2], [True, True, True], [[2, 3, 4]], 3],
)
def test_a_shape_is_three_whole_numbers(shape):
    with pytest.raises(TraitError, match="number of voxels along each axis"):
        Resample(grid={"shape": shape, "affine": np.eye(4).tolist()})


@pytest.mark.parametrize("affine", [[["1", "0", "0", "0"]] * 4, [[10**400] * 4] * 4, None, [1, 2]])
def test_an_affine_is_four_rows_of_numbers(affine):
    with pytest.raises(TraitError, match="4 x 4"):
        Resample(grid={"shape": [2, 3, 4], "affine": affine})
