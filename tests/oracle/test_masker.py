"""The masker graph beside nilearn's NiftiMapsMasker.

Images hold float64, so that nilearn computes in double precision throughout, unless a test
says otherwise.
"""

import itertools

import nibabel as nib
import numpy as np
import pytest


@pytest.mark.parametrize("with_mask", [True, False])
@pytest.mark.parametrize("fwhm", [None, 6.0])
@pytest.mark.parametrize("target", ["data", "mask", "maps"])
@pytest.mark.parametrize("grid", ["plain", "flipped", "permuted", "oblique", "coarse"])
def test_spatial_parameters(
    compare, nilearn_signals, our_signals, make_run, maps, mask, grid, target, fwhm, with_mask
):
    if target == "mask" and not with_mask:
        with_mask = True
    chosen = mask if with_mask else None
    run = make_run(grid=grid)
    parameters = {"resampling_target": target, "smoothing_fwhm": fwhm}
    answer = our_signals(run, maps, chosen, **parameters, smooth_on="data" if grid == "permuted" else "maps")
    answer = answer[:, ~np.isnan(answer).any(axis=0)]
    expected = nilearn_signals(run, maps, chosen, **parameters, standardize=None)
    compare("resampling, mask, smoothing; float64 images", answer, expected)


@pytest.mark.parametrize("target", ["data", "maps"])
def test_missing_and_infinite_voxels(
    compare, nilearn_signals, our_signals, save, make_run, maps, grids, target
):
    run, atlas = (nib.load(path).get_fdata() for path in (make_run(), maps))
    run[3:5, 2:6, 1:4, 5:] = np.nan
    run[0, 0, 0, 7] = np.nan
    run[6, 7, 5] = np.nan
    atlas[2, 2, 2, 1], atlas[3, 3, 3, 2] = np.nan, np.inf
    files = save(run, grids["plain"], "run.nii.gz"), save(atlas, grids["flipped"], "holes.nii.gz")
    parameters = {"resampling_target": target, "smoothing_fwhm": 5.0}
    expected = nilearn_signals(*files, **parameters, standardize=None)
    compare("missing and infinite voxels", our_signals(*files, **parameters), expected)


@pytest.mark.parametrize(
    "temporal",
    [
        {"detrend": True},
        {"standardize": "zscore_sample"},
        {"standardize": "psc"},
        {"detrend": True, "standardize": "psc"},
        {"detrend": True, "low_pass": 0.1, "high_pass": 0.02, "t_r": 2.0, "standardize": "zscore_sample"},
        {"high_variance_confounds": True, "detrend": True},
        {"high_variance_confounds": True, "standardize_confounds": False, "detrend": True},
    ],
)
def test_temporal_parameters(compare, nilearn_signals, our_signals, make_run, maps, rng, tmp_path, temporal):
    run = make_run(n_frames=60)
    confounds = rng.normal(size=(60, 3)).cumsum(axis=0)
    np.savetxt(tmp_path / "motion.txt", confounds)
    inputs = {"confounds_files": [str(tmp_path / "motion.txt")]}
    temporal = {"confound_columns": ["motion_0?"], **temporal}
    ours = {name: value for name, value in temporal.items() if name != "t_r"}
    temporal.pop("confound_columns")
    answer = our_signals(run, maps, inputs=inputs, **ours)
    expected = nilearn_signals(run, maps, confounds=[confounds], **{"standardize": None, **temporal})
    compare("cleaning, through the graph", answer, expected)


def test_sample_mask(compare, nilearn_signals, our_signals, make_run, maps):
    run = make_run(n_frames=60)
    kept = np.delete(np.arange(60), [10, 11, 30])
    parameters = {"detrend": True, "low_pass": 0.1, "standardize": "zscore_sample"}
    answer = our_signals(run, maps, inputs={"sample_mask": kept.tolist()}, **parameters)
    expected = nilearn_signals(run, maps, sample_mask=kept.copy(), t_r=2.0, **parameters)
    compare("cleaning, through the graph", answer, expected)


@pytest.mark.parametrize(
    ("dtype", "fwhm"), list(itertools.product(["int16", "uint8", "float32", ">i2"], [None, 6.0]))
)
def test_files_in_single_precision_are_computed_in_double(
    compare, our_signals, exact_signals, save, rng, grids, dtype, fwhm
):
    """nilearn computes these in float32; the reference is the formula in float64."""
    grid = grids["flipped"]
    values = 100 + 10 * rng.normal(size=(*grid.shape, 20))
    run = save(values.clip(0, 200).astype(dtype), grid, "run.nii.gz")
    maps = save(rng.normal(size=(*grid.shape, 4)).astype("float32"), grid, "maps.nii.gz")
    answer, exact = our_signals(run, maps, smoothing_fwhm=fwhm), exact_signals(run, maps, fwhm=fwhm)
    compare("int16, uint8 and float32 runs; beside the formula in float64", answer, exact)


@pytest.mark.parametrize(
    ("parameters", "theirs", "tolerance"),
    [
        # nilearn works on these float32 images in single precision: six digits, of a level
        # that is some tens of standard deviations
        ({}, {"standardize": None}, 1e-3),
        (
            {"smoothing_fwhm": 20.0, "detrend": True, "standardize": "zscore_sample"},
            {"smoothing_fwhm": 20.0, "detrend": True, "standardize": "zscore_sample"},
            1e-3,
        ),
    ],
)
def test_the_demo_on_real_data(
    compare, nilearn_signals, our_signals, nipype_data, tmp_path, parameters, theirs, tolerance
):
    from nipype_maps.cli.demo import MAPS, MASK, RUN, _with_orientation

    maps, mask = [str(nipype_data / name) for name in MAPS], str(nipype_data / MASK)
    run = str(_with_orientation(nipype_data / RUN, tmp_path / RUN, maps[0]))
    answer = our_signals(run, maps, mask, **parameters)
    expected = nilearn_signals(run, maps, mask, **theirs)
    compare("the demo's data as they are (float32, nilearn in single precision)", answer, expected, tolerance)
    # the same images in double precision
    doubled = []
    for path in (run, *maps, mask):
        image = nib.load(path)
        doubled.append(str(tmp_path / f"double_{len(doubled)}.nii"))
        nib.save(nib.Nifti1Image(image.get_fdata(), image.affine), doubled[-1])
    run, *maps, mask = doubled
    expected = nilearn_signals(run, maps, mask, **theirs)
    compare("the demo's data stored as float64", answer, expected)
