import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.images.volumes import Volumes
from nipype_maps.numerics.grid import Grid

DTYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]


def write(path, values, affine, slope=1.0, inter=0.0, order="<", kind=nib.Nifti1Image):
    """Write raw values, slope and byte order as they are, which nibabel's own save would choose."""
    header = kind.header_class(endianness=order)
    header.set_data_dtype(values.dtype)
    image = kind(values, affine, header)
    image.header.set_slope_inter(slope, inter)
    image.set_sform(affine, 1)
    nib.save(image, path)
    return path


def read(image, **options):
    """(n, V) values of all volumes."""
    return np.vstack([block.values(**options) for block in image.blocks(n_volumes=1)])


def flat(volumes):
    """(n, V) values of volumes (X, Y, Z, n)."""
    return volumes.reshape(-1, volumes.shape[3], order="F").T


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".img"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("slope", [1.0, 0.5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_kind_of_file_reads_as_nibabel_reads_it(tmp_path, rng, grids, dtype, slope, order, ending):
    values = rng.integers(0, 100, size=(*grids["plain"].shape, 5)).astype(dtype)
    inter = 0.0 if slope == 1 else -3.0
    kind = nib.Nifti1Pair if ending == ".img" else nib.Nifti1Image
    path = write(tmp_path / f"run{ending}", values, grids["plain"].affine, slope, inter, order, kind)
    expected = nib.load(path).get_fdata()
    image = Volumes(path)
    np.testing.assert_array_equal(read(image), flat(expected))
    volumes = [patch.volume(image.grid.shape) for patch in image.patches()]
    np.testing.assert_array_equal(np.stack(volumes, axis=-1), expected)


def test_nifti2(tmp_path, rng, grids):
    values = rng.normal(size=(*grids["oblique"].shape, 2))
    path = write(tmp_path / "run.nii", values, grids["oblique"].affine, kind=nib.Nifti2Image)
    np.testing.assert_array_equal(read(Volumes(path)), flat(values))


@pytest.mark.parametrize("n_volumes", [1, 3, 100, None])
def test_blocks_cover_the_run_in_order_whatever_their_size(make_run, n_volumes):
    path = make_run(n_frames=7)
    voxels = np.array([5, 3, 300])
    blocks = [(block.first, block.values()) for block in Volumes(path).blocks(voxels, n_volumes)]
    assert [first for first, _ in blocks] == list(range(0, 7, n_volumes or 7))
    expected = flat(nib.load(path).get_fdata())[:, voxels]
    np.testing.assert_array_equal(np.vstack([values for _, values in blocks]), expected)


def test_a_list_of_3d_images_is_a_run(save, rng, grids):
    volumes = rng.normal(size=(3, *grids["plain"].shape))
    paths = [save(volume, grids["plain"], f"vol-{i}.nii.gz") for i, volume in enumerate(volumes)]
    stack = Volumes(paths)
    assert stack.n_volumes == 3
    np.testing.assert_array_equal(read(stack), flat(np.moveaxis(volumes, 0, -1)))
    assert [block.first for block in stack.blocks()] == [0, 1, 2]


def test_non_finite_values_become_zero_where_asked(save, grids):
    values = np.zeros((*grids["plain"].shape, 1))
    values[0, 0, 0], values[1, 0, 0], values[2, 0, 0] = np.nan, np.inf, 4
    image = Volumes(save(values, grids["plain"]))
    assert read(image, finite=True)[0, :3].tolist() == [0, 0, 4]
    assert np.isnan(read(image)[0, 0])
    assert next(image.patches()).values.tolist() == [[[0]], [[0]], [[4]]]


def test_trailing_axes_of_one_voxel_are_no_matter(save, rng, grids):
    values = rng.normal(size=(*grids["plain"].shape, 2, 1))
    assert Volumes(save(values, grids["plain"])).n_volumes == 2


def broken(tmp_path, save, make_run, grids, what):
    run = Path(make_run(n_frames=6))
    if what == "absent":
        return tmp_path / "absent.nii.gz"
    if what == "text":
        path = tmp_path / "notes.nii"
        path.write_text("no image at all")
        return path
    if what == "5D":
        return save(np.zeros((2, 2, 2, 2, 2)), Grid((2, 2, 2), np.eye(4)))
    if what == "complex":
        return save(np.zeros((2, 2, 2, 2), dtype=np.complex64), Grid((2, 2, 2), np.eye(4)))
    if what == "mgh":
        nib.save(nib.MGHImage(np.zeros((2, 2, 2), np.float32), np.eye(4)), tmp_path / "a.mgz")
        return tmp_path / "a.mgz"
    if what == "flat affine":
        image = nib.load(run)
        image.set_sform(np.diag([1, 1, 0, 1.0]), 1)
        nib.save(image, tmp_path / "flat.nii.gz")
        return tmp_path / "flat.nii.gz"
    if what == "cut gzip":
        path = tmp_path / "cut.nii.gz"
        path.write_bytes(run.read_bytes()[:-2000])
        return path
    if what == "damaged gzip":
        content = bytearray(run.read_bytes())
        content[-6] ^= 0xFF  # in the checksum
        path = tmp_path / "damaged.nii.gz"
        path.write_bytes(bytes(content))
        return path
    if what == "nothing":
        return []
    if what == "4D in a list":
        return [run, run]
    if what == "cut header":
        path = tmp_path / "header.nii"
        path.write_bytes(gzip.decompress(run.read_bytes())[:350])
        return path
    if what == "cut data":
        path = tmp_path / "short.nii"
        path.write_bytes(gzip.decompress(run.read_bytes())[:-1000])
        return path
    raise AssertionError(what)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("absent", r"absent.nii.gz does not exist"),
        ("text", r"notes.nii cannot be read as a NIfTI image"),
        ("5D", r"shape \(2, 2, 2, 2, 2\); a 3D or 4D image is needed"),
        ("complex", r"complex64 values; real numbers are needed"),
        ("mgh", r"a.mgz is a MGHImage, not a NIfTI image"),
        ("flat affine", r"affine cannot be inverted"),
        ("cut gzip", r"cut.nii.gz: the compressed data are damaged or cut off"),
        ("damaged gzip", r"damaged.nii.gz: the compressed data are damaged or cut off"),
        ("nothing", r"no image was given"),
        ("4D in a list", r"a list of images holds 3D images"),
        ("cut header", r"header.nii ends inside its header"),
        ("cut data", r"short.nii ends in volume 6 of the 6 that its header announces"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, save, make_run, grids, what, sentence):
    path = broken(tmp_path, save, make_run, grids, what)
    with pytest.raises((ValueError, FileNotFoundError), match=sentence):
        list(Volumes(path).blocks())


def test_lists_of_images_on_different_grids_are_refused(save, grids):
    paths = [save(np.zeros(grids[name].shape), grids[name], f"{name}.nii") for name in ("plain", "coarse")]
    with pytest.raises(ValueError, match=r"coarse.nii and .*plain.nii lie on different grids"):
        Volumes(paths)


def test_located_says_whether_the_header_says_where(make_run):
    assert Volumes(make_run()).located
    assert not Volumes(make_run("lost.nii.gz", located=False)).located


@pytest.mark.parametrize(("slope", "inter"), [(1.0, 0.0), (-2.0, 5.0)])
def test_the_range_is_that_of_finite_values(tmp_path, grids, slope, inter):
    values = np.zeros((*grids["plain"].shape, 2), "float32")
    values[0, 0, 0] = 4, -2
    values[1, 1, 1] = np.inf, np.nan
    path = write(tmp_path / "a.nii", values, grids["plain"].affine, slope, inter)
    expected = sorted(slope * end + inter for end in (4, -2))
    assert Volumes(path).finite_range() == tuple(expected)
