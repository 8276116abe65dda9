import nibabel as nib
import numpy as np
import pytest

from nipype_maps.images.masks import read_mask
from nipype_maps.images.stored_maps import StoredMaps
from nipype_maps.images.volumes import Volumes


def test_a_mask_is_where_it_is_neither_zero_nor_missing(save, grids):
    values = np.zeros(grids["plain"].shape)
    values[0, 0, 0], values[1, 0, 0], values[2, 0, 0] = 3, np.nan, 3
    path = save(values, grids["plain"])
    with pytest.warns(UserWarning, match="Non-finite values detected. .*image.nii.gz count as outside"):
        assert np.flatnonzero(read_mask(path, Volumes(path))).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            np.zeros((7, 8, 6)),
            "The mask is invalid as it is empty: it masks all data; no voxel of .* is inside",
        ),
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


@pytest.mark.parametrize("name", ["maps.nii", "maps.nii.gz"])
@pytest.mark.parametrize("scaled", [False, True])
def test_stored_maps_are_the_maps(maps, tmp_path, name, scaled):
    image = nib.Nifti1Image.from_filename(maps)
    if scaled:
        image = nib.Nifti1Image(image.get_fdata() - 1, image.affine, dtype="int16")
    path, folder = tmp_path / name, tmp_path / "unpacked"
    nib.save(image, path)
    folder.mkdir()
    expected = nib.load(path).get_fdata()
    stored = StoredMaps(Volumes(path), folder)
    assert (stored.shape, stored.n_maps) == (expected.shape[:3], 4)
    for thickness in (4, 1, 100):  # as often as asked
        seen = np.zeros(expected.shape)
        for number, slab in enumerate(stored.slabs(thickness)):
            low = number * thickness
            for index, patch in slab:
                part = seen[:, :, low : low + thickness, index]
                part[patch.box] += patch.values
        np.testing.assert_array_equal(seen, expected)
    del stored
    assert not list(folder.iterdir())


def test_maps_of_a_list_of_images_are_read_in_slabs(save, grids, rng):
    values = rng.normal(size=(3, *grids["plain"].shape))
    values[1] = 0
    paths = [save(volume, grids["plain"], f"map{index}.nii") for index, volume in enumerate(values)]
    slabs = list(StoredMaps(Volumes(paths), None).slabs(4))
    assert [[index for index, _ in slab] for slab in slabs] == [[0, 2], [0, 2]]
    np.testing.assert_array_equal(slabs[1][1][1].values, values[2][:, :, 4:])
