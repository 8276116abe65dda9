"""Headers that announce more than their files hold are refused before any memory is asked for."""

import bz2
import gzip
import struct
import tracemalloc

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nipype_maps.images.volumes import Volumes

DIM, VOX_OFFSET = (40, "<8h"), (108, "<f")
CLAIMS = {
    "700 voxels along each axis": [(DIM, [4, 700, 700, 700, 3, 1, 1, 1])],
    "many maps": [(DIM, [4, 4, 4, 4, 32767, 1, 1, 1])],
    "the largest of all": [(DIM, [4, 32767, 32767, 32767, 32767, 1, 1, 1])],
    "data far away": [(VOX_OFFSET, [2e10])],
    "data just behind the end": [(VOX_OFFSET, [912.0])],
}


def image(changes=()):
    """Bytes of a small image, its header changed."""
    raw = bytearray(nib.Nifti1Image(np.ones((4, 4, 4, 3), np.int16), np.eye(4)).to_bytes())
    for (where, how), values in changes:
        struct.pack_into(how, raw, where, *values)
    return bytes(raw)


@pytest.mark.parametrize(
    ("ending", "compress"), [("nii", bytes), ("nii.gz", gzip.compress), ("nii.bz2", bz2.compress)]
)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_file_too_small_for_its_header_is_refused_at_once(tmp_path, claim, ending, compress):
    path = tmp_path / f"claim.{ending}"
    path.write_bytes(compress(image(CLAIMS[claim])))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"claim\.\S+ (ends in|is too small|: the compr)") as error:
        list(Volumes(path).blocks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20
    assert "copy or make the file again" in str(error.value)


def test_the_data_of_a_pair_are_measured(tmp_path):
    nib.save(nib.Nifti1Pair(np.ones((4, 4, 4, 3)), np.eye(4)), tmp_path / "claim.img")
    header = bytearray((tmp_path / "claim.hdr").read_bytes())
    struct.pack_into("<8h", header, 40, 4, 700, 700, 700, 3, 1, 1, 1)
    (tmp_path / "claim.hdr").write_bytes(header)
    with pytest.raises(ValueError, match=r"claim.img ends in volume 1 of the 3"):
        Volumes(tmp_path / "claim.hdr")


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), -5.0, 1.0, 2e10, 1e30])
def test_data_that_begin_nowhere_are_refused_by_name(tmp_path, offset):
    (tmp_path / "lost.nii").write_bytes(image([(VOX_OFFSET, [offset])]))
    with pytest.raises(
        ValueError, match=r"lost.nii (cannot be read as a NIfTI image|ends inside its header)"
    ):
        Volumes(tmp_path / "lost.nii")


@pytest.mark.parametrize(
    "shape", [(0, 1, 1, 1, 1), (9, 4, 4, 4, 3), (4, 4, -4, 4, 3), (4, 4, 4, 4, 0), (3, 4, 4, 0, 1)]
)
def test_axes_without_voxels_are_refused_by_name(tmp_path, shape):
    (tmp_path / "empty.nii").write_bytes(image([(DIM, [*shape, 1, 1, 1])]))
    with pytest.raises(ValueError, match=r"empty.nii (cannot be read as a NIfTI image|has the shape)"):
        Volumes(tmp_path / "empty.nii")


@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, ending):
    path = tmp_path / f"changing.{ending}"
    nib.save(nib.Nifti1Image(np.ones((4, 4, 4, 3)), np.eye(4)), path)
    blocks = Volumes(path).blocks(n_volumes=1)
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 4, 3)), np.eye(4)), path)
    with pytest.raises(ValueError, match=r"changing\.\S+ was changed while it was read; call again"):
        list(blocks)


@given(
    flips=st.lists(st.tuples(st.integers(0, 351), st.integers(1, 255)), min_size=1, max_size=4),
    ending=st.sampled_from(["nii", "nii.gz", "nii.bz2"]),
)
def test_a_damaged_header_is_refused_by_name_or_read_as_nibabel_reads_it(tmp_path_factory, flips, ending):
    raw = bytearray(image())
    for where, how in flips:
        raw[where] ^= how
    path = tmp_path_factory.mktemp("flipped") / f"flipped.{ending}"
    path.write_bytes({"nii": bytes, "nii.gz": gzip.compress, "nii.bz2": bz2.compress}[ending](bytes(raw)))
    try:
        volumes = Volumes(path, quiet=True)
        read = np.vstack([block.values() for block in volumes.blocks()])
    except ValueError as error:
        said = str(error)
    else:
        said = None
    if said is not None:
        assert f"flipped.{ending}" in said
        return
    expected = nib.load(path).get_fdata(dtype=np.float64)
    np.testing.assert_array_equal(read, expected.reshape(-1, volumes.n_volumes, order="F").T)
