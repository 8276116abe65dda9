import nibabel as nib
import numpy as np
import pytest

from nipype_maps.interfaces import Mask, ReadGrid, Resample, Smooth
from nipype_maps.numerics.blocks import StoredBlock
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.resample import Resampler
from nipype_maps.numerics.smooth import gaussian

from ..matrices import build_projector


def test_read_grid(make_run, grids):
    outputs = ReadGrid(in_file=make_run(grid="oblique", n_frames=3, t_r=0.8)).run().outputs
    assert outputs.grid["shape"] == [8, 8, 7]
    np.testing.assert_allclose(outputs.grid["affine"], grids["oblique"].affine)
    assert (outputs.t_r, outputs.n_frames, outputs.grid["has_world_coordinates"]) == (0.8, 3, True)


def test_read_grid_of_a_3d_image_without_place(save, grids):
    outputs = ReadGrid(in_file=save(np.zeros((7, 8, 6)), grids["plain"], located=False)).run().outputs
    assert (outputs.t_r, outputs.n_frames, outputs.grid["has_world_coordinates"]) == (None, 1, False)


@pytest.mark.parametrize("clip", [True, False])
def test_resample_a_run(save, rng, grids, execute, clip):
    run = save(rng.integers(0, 2, size=(*grids["plain"].shape, 3)).astype("uint8"), grids["plain"], t_r=0.8)
    resample = Resample(
        in_file=run,
        grid={"shape": list(grids["flipped"].shape), "affine": grids["flipped"].affine.tolist()},
        interpolation="continuous",
        nonfinite="neighbors",
        clip=clip,
    )
    image = nib.load(execute(resample).out_file)
    source = nib.load(run)
    resampler = Resampler(grids["plain"], grids["flipped"], "continuous", "neighbors")
    expected = np.stack([resampler(v) for v in np.moveaxis(source.get_fdata(), -1, 0)], axis=-1)
    assert expected.min() < 0, "splines overshoot here, so that clipping has something to do"
    if clip:
        expected = expected.clip(0, 1)
    np.testing.assert_array_equal(image.get_fdata(), expected)
    assert image.get_data_dtype() == np.float64
    assert image.header.get_zooms()[3] == np.float32(0.8)


def test_resample_onto_its_own_grid_hands_the_file_on(make_run, execute):
    run = make_run()
    assert execute(Resample(in_file=run, reference=run)).out_file == run


def test_resample_stacks_a_list_on_one_grid(save, rng, grids, execute):
    volumes = rng.normal(size=(2, *grids["plain"].shape))
    paths = [save(volume, grids["plain"], f"{i}.nii.gz") for i, volume in enumerate(volumes)]
    image = nib.load(execute(Resample(in_file=paths, reference=paths[0])).out_file)
    np.testing.assert_array_equal(image.get_fdata(), np.moveaxis(volumes, 0, -1))


def test_no_mask_is_resampled_to_no_mask(make_run):
    outputs = Resample(reference=make_run()).run().outputs
    assert not outputs.out_file


@pytest.mark.parametrize("lost", ["run", "target"])
def test_resampling_without_knowing_where_is_refused(make_run, maps, execute, lost):
    there, nowhere = maps, make_run("lost.nii.gz", located=False)
    in_file, reference = (nowhere, there) if lost == "run" else (there, nowhere)
    with pytest.raises(Exception, match=r"lost.nii.gz has neither sform nor qform.*set_sform"):
        execute(Resample(in_file=in_file, reference=reference))


@pytest.mark.parametrize(
    ("traits", "sentence"),
    [
        ({}, "either as grid or as reference"),
        (
            {"on_mismatch": "error", "reference": "maps"},
            "bold.nii.gz .* and .*atlas.nii.gz .* are on different grids",
        ),
        (
            {"grid": {"shape": [1, 1, 1], "affine": np.eye(4).tolist()}, "reference": "maps"},
            "either as grid or as reference",
        ),
    ],
)
def test_resampling_to_nowhere_is_refused(make_run, maps, execute, traits, sentence):
    traits = {name: maps if value == "maps" else value for name, value in traits.items()}
    with pytest.raises(Exception, match=sentence):
        execute(Resample(in_file=make_run(), **traits))


def test_grids_that_do_not_overlap_are_named(make_run, save, grids, execute):
    far = Grid(grids["plain"].shape, grids["plain"].affine + np.diag([0, 0, 0, 0.0]))
    far.affine[:3, 3] += 500
    reference = save(np.zeros(far.shape), far, "far.nii.gz")
    with pytest.raises(Exception, match=r"bold.nii.gz .* and .*far.nii.gz .* do not overlap anywhere"):
        execute(Resample(in_file=make_run(), reference=reference))


def test_smooth(make_run, grids, execute):
    run = make_run(n_frames=2)
    image = nib.load(execute(Smooth(in_file=run, fwhm=[4.0, 0.0, 9.0])).out_file)
    smooth = gaussian(grids["plain"], (4, 0, 9))
    expected = np.stack([smooth(v) for v in np.moveaxis(nib.load(run).get_fdata(), -1, 0)], axis=-1)
    np.testing.assert_array_equal(image.get_fdata(), expected)


@pytest.fixture
def halves(save, grids):
    """Paths of three maps and a mask on one grid; the mask leaves half, all and nothing of them."""
    maps = np.zeros((*grids["plain"].shape, 3))
    maps[2:4, 0, 0, 0] = 1, -1
    maps[3, 0, 0, 1] = 2
    maps[0, 0, 0, 2] = 3
    mask = np.zeros(grids["plain"].shape, np.uint8)
    mask[3:] = 1
    return save(maps, grids["plain"], "halves.nii.gz"), save(mask, grids["plain"], "mask.nii.gz")


@pytest.mark.parametrize("policy", ["nan", "zero"])
def test_mask_cuts_and_says_what_is_left(halves, execute, policy):
    maps, mask = halves
    outputs = execute(Mask(in_file=maps, mask_file=mask, empty_maps=policy))
    masked = nib.load(outputs.out_file).get_fdata()
    assert [np.count_nonzero(masked[..., k]) for k in range(3)] == [1, 1, 0]
    assert masked[3, 0, 0].tolist() == [-1, 2, 0]
    assert outputs.coverage == [0.5, 1, 0]
    assert outputs.names == ["map-01", "map-02", "map-03"]


def test_empty_maps_are_dropped_with_their_names(halves, execute):
    maps, mask = halves
    outputs = execute(Mask(in_file=maps, mask_file=mask, empty_maps="drop", map_names=["a", "b", "c"]))
    assert nib.load(outputs.out_file).shape[3] == 2
    assert outputs.names == ["a", "b"]
    assert outputs.coverage == [0.5, 1]
    assert outputs.warnings == ["maps with no non-zero voxel after resampling and masking are left out: c."]
    assert outputs.warning_kinds == ["EmptyMaps"]


def test_empty_maps_stop_the_run_where_they_are_forbidden(halves, execute):
    maps, mask = halves
    with pytest.raises(Exception, match=r"no non-zero voxel .*: map-03; empty_maps='error' .* forbids"):
        execute(Mask(in_file=maps, mask_file=mask, empty_maps="error"))


def test_overlapping_maps_are_named_where_they_are_forbidden(halves, execute):
    maps, _ = halves
    with pytest.raises(Exception, match="map-01 and map-02 share 1 voxels"):
        execute(Mask(in_file=maps, allow_overlap=False, original_file=maps))


def test_maps_that_do_not_change_are_not_copied(maps, execute):
    assert execute(Mask(in_file=maps)).out_file == maps


def test_non_finite_weights_become_zero(save, grids, execute):
    values = np.ones((*grids["plain"].shape, 1))
    values[0, 0, 0] = np.nan
    outputs = execute(Mask(in_file=save(values, grids["plain"])))
    assert nib.load(outputs.out_file).get_fdata()[0, 0, 0, 0] == 0


@pytest.mark.parametrize("with_mask", [True, False])
def test_demeaned_maps_fit_with_an_intercept(halves, save, rng, grids, execute, with_mask):
    """FSL's dual regression demeans maps and volumes over the mask before the regression."""
    grid = grids["plain"]
    maps = save(rng.random(size=(*grid.shape, 3)), grid, "positive.nii.gz")
    mask = halves[1] if with_mask else None
    demeaned = Mask(in_file=maps, demean=True, **({"mask_file": mask} if mask else {}))
    weights = nib.load(execute(demeaned).out_file).get_fdata()
    run = 1000 + rng.normal(size=(*grid.shape, 5))
    inside = nib.load(mask).get_fdata() > 0 if with_mask else np.ones(grid.shape, bool)
    assert not weights[~inside].any()
    projector = build_projector(weights.reshape(-1, 3, order="F"))
    signals = projector.project(StoredBlock(0, run.reshape(-1, 5, order="F")[projector.support].T))

    design, data = nib.load(maps).get_fdata()[inside], run[inside]
    demeaned_design, demeaned_data = design - design.mean(axis=0), data - data.mean(axis=0)
    expected = np.linalg.lstsq(demeaned_design, demeaned_data, rcond=None)[0].T
    np.testing.assert_allclose(signals, expected, atol=1e-10)
    with_intercept = np.linalg.lstsq(np.column_stack([design, np.ones(len(design))]), data, rcond=None)[0]
    np.testing.assert_allclose(signals, with_intercept[:3].T, atol=1e-9)


def test_maps_without_weight_are_refused(save, grids, execute):
    nothing = save(np.zeros((*grids["plain"].shape, 2)), grids["plain"], "nothing.nii.gz")
    with pytest.raises(Exception, match=r"nothing.nii.gz contains no map: it is 0 everywhere"):
        execute(Mask(in_file=nothing))


def test_maps_far_from_the_working_grid_are_refused(save, maps, grids, execute):
    nothing = save(np.zeros((*grids["plain"].shape, 4)), grids["plain"], "nothing.nii.gz")
    with pytest.raises(Exception, match=r"No map left after resampling .*atlas.nii.gz"):
        execute(Mask(in_file=nothing, original_file=maps))
