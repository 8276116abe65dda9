"""Files as nibabel opens them, whatever their ending and its case."""

import bz2
import gzip
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.sidecars import sidecar_of
from nipype_maps.images.filenames import image_files, stem
from nipype_maps.images.volumes import Volumes

ENDINGS = [
    ".nii", ".NII", ".nii.gz", ".nii.GZ", ".NII.GZ", ".nii.bz2", ".NII.BZ2",
    ".img", ".IMG", ".img.gz", ".img.bz2", ".IMG.gz", ".hdr", ".hdr.bz2",
    ".nii.zst", ".NII.ZST", ".img.zst",
]  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_files_of_every_ending_are_read_as_nibabel_reads_them(tmp_path, rng, grids, ending):
    # values that hardly compress: taken for voxels, compressed bytes would suffice for the image
    values = rng.integers(-(2**15), 2**15, size=(*grids["plain"].shape, 4)).astype("int16")
    path = tmp_path / f"run{ending}"
    kind = nib.Nifti1Image if "nii" in ending.lower() else nib.Nifti1Pair
    nib.save(kind(values, grids["plain"].affine), path)
    image = Volumes(path)
    expected = nib.load(path).get_fdata()
    np.testing.assert_array_equal(expected, values)
    read = np.vstack([block.values() for block in image.blocks()])
    np.testing.assert_array_equal(read, expected.reshape(-1, 4, order="F").T)
    patches = [patch.volume(image.grid.shape) for patch in image.patches()]
    np.testing.assert_array_equal(np.stack(patches, axis=-1), expected)
    assert stem(path) == "run"
    assert sidecar_of(path) == tmp_path / "run.json"
    assert set(image_files(path)) == {str(file) for file in tmp_path.iterdir()}


DISGUISES = {
    "gz.nii": (gzip.compress, r"compressed by gzip, but its name does not end in .gz; rename it"),
    "bz2.nii": (bz2.compress, r"compressed by bzip2, but its name does not end in .bz2; rename it"),
    "plain.nii.gz": (bytes, r"not a gzip file, as its name says; rename it"),
    "plain.nii.bz2": (bytes, r"not a bzip2 file, as its name says; rename it"),
    "bz2.nii.gz": (bz2.compress, r"compressed by bzip2, but its name does not end in .bz2; rename it"),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, make_run, name):
    convert, sentence = DISGUISES[name]
    (tmp_path / name).write_bytes(convert(gzip.decompress(Path(make_run()).read_bytes())))
    with pytest.raises(ValueError, match=rf"{name} cannot be read as a NIfTI image \(.*{sentence}"):
        Volumes(tmp_path / name)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress])
def test_compressed_data_of_a_pair_are_never_voxels(tmp_path, rng, grids, compress):
    values = rng.integers(0, 255, size=(*grids["plain"].shape, 4)).astype("uint8")
    nib.save(nib.Nifti1Pair(values, np.eye(4)), tmp_path / "run.img")
    data = (tmp_path / "run.img").read_bytes()
    (tmp_path / "run.img").write_bytes(compress(data))
    assert (tmp_path / "run.img").stat().st_size >= len(data)
    with pytest.raises(ValueError, match=r"run.img cannot be read \(it is compressed by .*rename it"):
        Volumes(tmp_path / "run.hdr")


def test_a_pair_without_its_data_is_refused(tmp_path):
    nib.save(nib.Nifti1Pair(np.zeros((3, 3, 3)), np.eye(4)), tmp_path / "run.img")
    (tmp_path / "run.img").unlink()
    with pytest.raises(FileNotFoundError, match=r"run.img, the data of .*run.hdr, does not exist"):
        Volumes(tmp_path / "run.hdr")


WITHOUT_ZSTD = """
import sys
sys.modules.update(dict.fromkeys(["backports.zstd", "compression.zstd", "pyzstd"]))
from nipype_maps.images.volumes import Volumes
Volumes(sys.argv[1])
"""


def test_the_package_for_zstandard_is_named_where_it_is_missing(tmp_path):
    (tmp_path / "run.nii.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    words = [sys.executable, "-c", WITHOUT_ZSTD, tmp_path / "run.nii.zst"]
    said = subprocess.run(words, capture_output=True, text=True).stderr.splitlines()[-1]
    assert "run.nii.zst cannot be read" in said
    assert "needs the package backports.zstd" in said


@pytest.mark.parametrize("ending", [".nii.gz", ".nii.bz2", ".nii.zst"])
@pytest.mark.parametrize("share", [0.98, 0.5])
def test_files_that_were_cut_off_are_refused(tmp_path, rng, grids, ending, share):
    path = tmp_path / f"run{ending}"
    nib.save(nib.Nifti1Image(rng.normal(size=(*grids["plain"].shape, 9)), np.eye(4)), path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(
        ValueError, match=r"run.nii\.\w+(: the compressed data are damaged or cut off| cannot be read)"
    ):
        list(Volumes(path).blocks())


def test_several_members_are_one_file_and_what_follows_is_damage(tmp_path, rng, grids):
    path, two, more = (tmp_path / f"{name}.nii.gz" for name in ("one", "two", "more"))
    values = rng.normal(size=(*grids["plain"].shape, 3))
    nib.save(nib.Nifti1Image(values, np.eye(4)), path)
    raw = gzip.decompress(path.read_bytes())
    two.write_bytes(gzip.compress(raw[:5000]) + gzip.compress(raw[5000:]))
    read = np.vstack([block.values() for block in Volumes(two).blocks()])
    np.testing.assert_array_equal(read, values.reshape(-1, 3, order="F").T)
    more.write_bytes(path.read_bytes() + b"what is this")
    with pytest.raises(ValueError, match=r"more.nii.gz: the compressed data are damaged"):
        list(Volumes(more).blocks())
