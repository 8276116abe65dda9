import nibabel as nib
import numpy as np
import pytest

from nipype_maps.images.volumes import Volumes
from nipype_maps.images.writing import writing
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.patches import patch_of


@pytest.mark.parametrize("name", ["out.nii", "out.nii.gz"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_nibabel_reads_what_is_written(tmp_path, rng, grids, name, dtype):
    values = rng.normal(size=(*grids["oblique"].shape, 3)).astype(dtype)
    with writing(tmp_path / name, grids["oblique"], 3, t_r=0.72, dtype=dtype) as out:
        for volume in np.moveaxis(values, -1, 0):
            out.append(patch_of(volume))
    image = nib.load(tmp_path / name)
    np.testing.assert_array_equal(image.get_fdata(dtype=dtype), values)
    np.testing.assert_allclose(image.affine, grids["oblique"].affine, atol=1e-6)
    assert image.header.get_zooms()[3] == np.float32(0.72)
    assert image.header.get_xyzt_units() == ("mm", "sec")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_time_and_place_are_those_of_the_image_before(tmp_path, make_run, grids):
    for located in (True, False):
        run = Volumes(make_run(t_r=1.5, n_frames=2, located=located))
        with writing(tmp_path / "out.nii", run.grid, 2, like=run) as out:
            for patch in run.patches():
                out.append(patch)
        copy = Volumes(tmp_path / "out.nii")
        assert copy.located == located
        assert copy.grid.same_as(run.grid)
        assert copy.header.get_zooms()[3] == 1.5


def test_nothing_is_left_of_an_image_that_failed(tmp_path, grids):
    with pytest.raises(RuntimeError), writing(tmp_path / "out.nii", grids["plain"], 1):
        raise RuntimeError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("corner", [(0, 0, 0), (0, 20, 30), (33, 3, 50)])
def test_zeros_take_no_room_and_are_read_as_zeros(tmp_path, rng, corner):
    """Read back by nibabel, by volumes, and by patches, which skip what is not stored."""
    grid = Grid((40, 40, 60), np.diag([2.0, 2, 2, 1]))
    values = np.zeros((4, *grid.shape))
    for volume in values[[0, 3]]:  # two are empty
        x, y, z = (slice(n, n + 5) for n in corner)
        volume[x, y, z] = rng.normal(size=volume[x, y, z].shape)
    path = tmp_path / "maps.nii"
    with writing(path, grid, 4) as out:
        for volume in values:
            out.append(patch_of(volume))
    np.testing.assert_array_equal(nib.load(path).get_fdata(), np.moveaxis(values, 0, -1))
    image = Volumes(path)
    patches = list(image.patches())
    np.testing.assert_array_equal([patch.volume(grid.shape) for patch in patches], values)
    assert [patch.values.size for patch in patches] == [patch_of(volume).values.size for volume in values]
    whole = values.nbytes + 352
    assert path.stat().st_size == whole
    if path.stat().st_blocks * 512 < whole:  # the file system knows holes
        assert path.stat().st_blocks * 512 < whole / 10


@pytest.mark.parametrize("inter", [0.0, -3.0])
def test_patches_of_a_stored_image_are_its_volumes(save, grids, rng, inter):
    values = rng.integers(0, 3, size=(*grids["plain"].shape, 2)).astype("int16")
    values[:3] = values[..., :2, 0] = 0
    path = save(values, grids["plain"], "scaled.nii")
    image = nib.load(path)
    image.header.set_slope_inter(0.5, inter)
    with open(path, "r+b") as stream:
        image.header.write_to(stream)
    expected = nib.load(path).get_fdata()
    volumes = [patch.volume(grids["plain"].shape) for patch in Volumes(path).patches()]
    np.testing.assert_array_equal(np.stack(volumes, axis=-1), expected)
