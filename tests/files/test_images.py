import nibabel as nib
import numpy as np
import pytest

from nipype_maps.files.images import StoredMaps, read_mask
from nipype_maps.files.volumes import Volumes


def test_a_mask_is_where_it_is_neither_zero_nor_missing(save, grids):
    values = np.zeros(grids["plain"].shape)
    values[0, 0, 0], values[1, 0, 0], values[2, 0, 0] = 3, np.nan, 3
    path = save(values, grids["plain"])
    assert np.flatnonzero(read_mask(path, Volumes(path))).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.zeros((7, 8, 6)), "is empty: no voxel is inside the mask"),
        (np.arange(336).reshape(7, 8, 6), r"holds 335 values besides 0 \(1, 2, 3, 4, …\), so it is no mask"),
        (np.ones((7, 8, 6, 2)), "has 2 volumes; a mask is a 3D image"),
    ],
)
def test_what_is_no_mask_is_refused(save, grids, values, sentence):
    path = save(values.astype(float), grids["plain"])
    with pytest.raises(ValueError, match=sentence):
        read_mask(path, Volumes(path))


def test_a_mask_on_another_grid_is_refused(mask, maps):
    with pytest.raises(
        ValueError, match=r"mask.nii.gz \(4 x 4 x 3 voxels, .*atlas.nii.gz \(8 x 7 x 6 voxels"
    ):
        read_mask(mask, Volumes(maps))


def test_stored_maps_are_the_maps(maps):
    expected = nib.load(maps).get_fdata()
    stored = StoredMaps(Volumes(maps))
    assert (stored.shape, stored.n_maps) == (expected.shape[:3], 4)
    for _ in range(2):  # as often as asked
        volumes = [patch.volume(stored.shape) for patch in stored]
        np.testing.assert_array_equal(np.stack(volumes, axis=-1), expected)
