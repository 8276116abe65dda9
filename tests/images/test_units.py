import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.runs import Run
from nipype_maps.images.masks import read_mask
from nipype_maps.images.volumes import Volumes
from nipype_maps.images.writing import writing
from nipype_maps.numerics.patches import patch_of
from nipype_maps.numerics.smooth import gaussian

MM = np.diag([3.0, 3.0, 4.0, 1.0])


def save(path, factor, code, n_volumes=2):
    """An image of 3 x 3 x 4 mm voxels, its affine in a unit so many of which are a millimeter."""
    affine = np.diag([factor] * 3 + [1.0]) @ MM
    affine[:3, 3] = np.array([-9, 10, 11]) * factor
    shape = (5, 6, 7) if n_volumes is None else (5, 6, 7, n_volumes)
    image = nib.Nifti1Image(np.ones(shape, np.uint8), affine)
    image.header["xyzt_units"] = code
    nib.save(image, path)
    return path


@pytest.mark.parametrize(("factor", "code"), [(1000, 3 + 8), (0.001, 1 + 8), (1, 2 + 8), (1, 0)])
def test_affines_are_in_mm_whatever_the_header_is_in(tmp_path, recwarn, factor, code):
    run = Volumes(save(tmp_path / "run.nii", factor, code))
    reference = Volumes(save(tmp_path / "maps.nii", 1, 2))
    assert run.grid.same_as(reference.grid)
    np.testing.assert_allclose(run.grid.voxel_size, [3, 3, 4], rtol=1e-6)
    smooth = gaussian(run.grid, 6.0)  # 6 mm are 0 voxels only if they are taken for micrometres
    assert all(matrix is not None for matrix in smooth.matrices)
    said = [str(warning.message) for warning in recwarn]
    assert said == [
        f"run.nii has voxels in {name}, as its header says; they were converted to mm (3 x 3 x 4), "
        "which other software may not do."
        for name in ({1000: "micrometres", 0.001: "metres"}.get(factor),)
        if name
    ]


def test_maps_mask_and_list_in_different_units_meet(tmp_path):
    run = Volumes(save(tmp_path / "run.nii", 1, 2))
    with pytest.warns(UserWarning, match="mask.nii has voxels in micrometres"):
        assert read_mask(save(tmp_path / "mask.nii", 1000, 3, None), run).all()
    with pytest.warns(UserWarning, match="b.nii has voxels in micrometres"):
        stack = Volumes([save(tmp_path / "a.nii", 1, 2, None), save(tmp_path / "b.nii", 1000, 3, None)])
    assert stack.n_volumes == 2


def test_what_is_made_like_an_image_in_other_units_is_in_mm(tmp_path):
    with pytest.warns(UserWarning, match="micrometres"):
        image = Volumes(save(tmp_path / "run.nii", 1000, 3 + 16))
    with writing(tmp_path / "out.nii", image.grid, 2, like=image) as out:
        for patch in image.patches():
            out.append(patch_of(patch.values))
    made = nib.load(tmp_path / "out.nii")
    assert made.header.get_xyzt_units() == ("mm", "msec")
    np.testing.assert_allclose(made.affine, image.grid.affine, rtol=1e-6)


@pytest.mark.parametrize(
    ("factor", "code", "sentence"),
    [
        (
            1,
            3,
            r"voxels are in micrometres, which would make them 0.003 x 0.003 x 0.004 mm large; correct",
        ),
        (1, 1, r"voxels are in metres, which would make them 3e\+03 x .* mm large; correct the unit"),
    ],
)
def test_units_that_cannot_be_meant_are_refused(tmp_path, factor, code, sentence):
    with pytest.raises(ValueError, match=rf"run.nii: the header says that {sentence}"):
        Volumes(save(tmp_path / "run.nii", factor, code))


@pytest.mark.parametrize("factor", [1000, 0.0001])
def test_voxels_of_no_brain_are_warned_of(tmp_path, factor):
    with pytest.warns(
        UserWarning, match=r"run.nii has voxels of .* mm; correct the header if they are in another"
    ):
        Volumes(save(tmp_path / "run.nii", factor, 2))


@pytest.mark.parametrize(("code", "mm"), [(5, 1), (7 + 8, 1), (2 + 56, 1), (133, 1), (255, 1)])
def test_unknown_units_are_said_to_be_taken_as_mm(tmp_path, code, mm):
    path = save(tmp_path / "run.nii", 1, code)
    with pytest.warns(UserWarning, match=rf"run.nii has the units code {code}, which NIfTI does not define"):
        run = Run(path)
    np.testing.assert_allclose(run.grid.voxel_size, [3, 3, 4])
    assert run.t_r is None or code == 15
    with writing(tmp_path / "out.nii", run.grid, 2, like=run) as out:
        for patch in run.patches():
            out.append(patch)


@pytest.mark.parametrize(("shift", "warned"), [(0.5, False), (9.0, True)])
def test_sform_and_qform_that_disagree_are_warned_of(tmp_path, recwarn, shift, warned):
    image = nib.Nifti1Image(np.ones((5, 6, 7)), MM)
    other = MM.copy()
    other[0, 3] += shift
    image.set_sform(MM, 4)
    image.set_qform(other, 1)
    nib.save(image, tmp_path / "a.nii")
    np.testing.assert_array_equal(Volumes(tmp_path / "a.nii").grid.affine, MM)
    said = [str(warning.message) for warning in recwarn]
    assert (
        said
        == ["a.nii has a qform that places it elsewhere than its sform does; the sform is used."] * warned
    )
