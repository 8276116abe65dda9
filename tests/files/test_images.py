import nibabel as nib
import numpy as np
import pytest

from nipype_maps.files.images import MapColumns, read_mask, writing
from nipype_maps.files.runs import Volumes


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


def test_columns_are_the_maps(maps):
    expected = nib.load(maps).get_fdata().reshape(-1, 4, order="F")
    columns = MapColumns(Volumes(maps))
    assert (columns.shape, columns.n_maps) == (Volumes(maps).grid.shape, 4)
    for _ in range(2):  # as often as asked
        matrix = np.zeros(expected.shape)
        for index, (voxels, values) in enumerate(columns):
            assert (values != 0).all()
            matrix[voxels, index] = values
        np.testing.assert_array_equal(matrix, expected)


@pytest.mark.parametrize("name", ["out.nii", "out.nii.gz"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_nibabel_reads_what_is_written(tmp_path, rng, grids, name, dtype):
    values = rng.normal(size=(*grids["oblique"].shape, 3)).astype(dtype)
    with writing(tmp_path / name, grids["oblique"], 3, t_r=0.72, dtype=dtype) as out:
        for volume in np.moveaxis(values, -1, 0):
            out.append(volume)
    image = nib.load(tmp_path / name)
    np.testing.assert_array_equal(image.get_fdata(dtype=dtype), values)
    np.testing.assert_allclose(image.affine, grids["oblique"].affine, atol=1e-6)
    assert image.header.get_zooms()[3] == np.float32(0.72)
    assert image.header.get_xyzt_units() == ("mm", "sec")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_clipping_happens_in_the_file(tmp_path, grids):
    values = np.linspace(-2, 2, grids["plain"].n_voxels).reshape(grids["plain"].shape)
    with writing(tmp_path / "out.nii", grids["plain"], None) as out:
        out.append(values)
        out.clip_to = -1, 1.5
    image = nib.load(tmp_path / "out.nii")
    assert image.shape == grids["plain"].shape
    np.testing.assert_array_equal(image.get_fdata(), values.clip(-1, 1.5))


def test_time_and_place_are_those_of_the_image_before(tmp_path, make_run, grids):
    for located in (True, False):
        run = Volumes(make_run(t_r=1.5, n_frames=2, located=located))
        with writing(tmp_path / "out.nii", run.grid, 2, like=run) as out:
            for volume in run.volumes():
                out.append(volume)
        copy = Volumes(tmp_path / "out.nii")
        assert copy.located == located
        assert copy.grid.same_as(run.grid)
        assert copy.header.get_zooms()[3] == 1.5


def test_nothing_is_left_of_an_image_that_failed(tmp_path, grids):
    with pytest.raises(RuntimeError), writing(tmp_path / "out.nii", grids["plain"], 1):
        raise RuntimeError
    assert not list(tmp_path.iterdir())
