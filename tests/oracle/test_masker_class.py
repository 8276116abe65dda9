"""Our NiftiMapsMasker beside nilearn's: the same call, on files and on images in memory."""

import copy
import warnings

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nilearn.maskers import MultiNiftiMapsMasker
from nilearn.maskers import NiftiMapsMasker as Theirs

from nipype_maps import NiftiMapsMasker as Ours

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def given(request, make_run, maps, mask, grids, save, rng):
    """A run of 60 frames, maps that overlap and maps that do not, a mask: as files or in memory."""
    apart = np.zeros((*grids["flipped"].shape, 2))
    apart[:3, ..., 0], apart[4:, ..., 1] = rng.random((2, 7, 6))[:, None]
    paths = {
        "run": make_run(n_frames=60),
        "maps": maps,
        "mask": mask,
        "apart": save(apart, grids["flipped"], "apart.nii.gz"),
        "native": save(rng.normal(size=(*grids["plain"].shape, 3)), grids["plain"], "native.nii.gz"),
    }
    if request.param == "files":
        return paths
    return {name: _in_memory(path) for name, path in paths.items()}


def _in_memory(path):
    image = nib.load(path)
    return nib.Nifti1Image(image.get_fdata(), image.affine, image.header)


def both_ways(function):
    return pytest.mark.parametrize("given", ["files", "in memory"], indirect=True)(function)


def theirs_quietly(masker, method, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(masker, method)(*arguments, **options)


#: Parameters of both constructors, arguments of both transforms, and which maps; '@' marks a
#: name of what the test makes.
CALLS = {
    "no parameter": ({}, {}, "maps"),
    "mask_img": ({"mask_img": "@mask"}, {}, "maps"),
    "allow_overlap": ({"allow_overlap": False}, {}, "apart"),
    "smoothing_fwhm": ({"smoothing_fwhm": 6.0}, {}, "maps"),
    "resampling_target mask": ({"resampling_target": "mask", "mask_img": "@mask"}, {}, "maps"),
    "resampling_target maps": ({"resampling_target": "maps", "mask_img": "@mask"}, {}, "maps"),
    "resampling_target None": ({"resampling_target": None}, {}, "native"),
    "keep_masked_maps True": ({"keep_masked_maps": True, "mask_img": "@mask"}, {}, "maps"),
    "keep_masked_maps False": ({"keep_masked_maps": False, "mask_img": "@mask"}, {}, "maps"),
    "standardize None": ({"standardize": None}, {}, "maps"),
    "standardize zscore_sample": ({"standardize": "zscore_sample"}, {}, "maps"),
    "standardize psc": ({"standardize": "psc"}, {}, "maps"),
    "standardize_confounds": (
        {"standardize_confounds": False, "detrend": True}, {"confounds": "@array"}, "maps",
    ),
    "high_variance_confounds": ({"high_variance_confounds": True, "detrend": True}, {}, "maps"),
    "detrend": ({"detrend": True}, {}, "maps"),
    "low_pass, t_r": ({"low_pass": 0.1, "t_r": 2.0}, {}, "maps"),
    "high_pass, t_r": ({"high_pass": 0.02, "t_r": 2.0}, {"confounds": "@array"}, "maps"),
    "dtype auto": ({"dtype": "auto"}, {}, "maps"),
    "dtype float64": ({"dtype": "float64"}, {}, "maps"),
    "memory, memory_level": ({"memory": "@folder", "memory_level": 1}, {}, "maps"),
    "reports, cmap, verbose": ({"reports": False, "cmap": "gray", "verbose": 1}, {}, "maps"),
    "clean_args filter": (
        {"clean_args": {"filter": "cosine"}, "high_pass": 0.02, "t_r": 2.0, "detrend": True}, {}, "maps",
    ),
    "clean_args extrapolate": (
        {"clean_args": {"extrapolate": True}, "high_pass": 0.02, "low_pass": 0.2, "t_r": 2.0},
        {"sample_mask": "@kept"},
        "maps",
    ),
    "confounds, an array": ({"detrend": True}, {"confounds": "@array"}, "maps"),
    "confounds, arrays": ({"detrend": True}, {"confounds": "@list"}, "maps"),
    "confounds, a data frame": ({"detrend": True}, {"confounds": "@frame"}, "maps"),
    "confounds, a file": ({"detrend": True}, {"confounds": "@csv"}, "maps"),
    "confounds, high variance too": ({"high_variance_confounds": True}, {"confounds": "@array"}, "maps"),
    "sample_mask, indices": ({"standardize": "zscore_sample"}, {"sample_mask": "@kept"}, "maps"),
    "sample_mask, booleans": ({"detrend": True}, {"sample_mask": "@booleans", "confounds": "@array"}, "maps"),
}  # fmt: skip


@both_ways
@pytest.mark.parametrize("call", CALLS)
def test_the_same_call(compare, request, given, rng, tmp_path, call):
    parameters, arguments, maps = CALLS[call]
    values = rng.normal(size=(60, 3)).cumsum(axis=0)
    pd.DataFrame(values, columns=["x", "y", "z"]).to_csv(tmp_path / "confounds.csv", index=False)
    kept = np.delete(np.arange(60), [0, 10, 11, 30])
    made = {
        "mask": given["mask"],
        "folder": str(tmp_path / "memory"),
        "array": values,
        "list": [values[:, :1], values[:, 1:]],
        "frame": pd.DataFrame(values, columns=["x", "y", "z"]),
        "csv": str(tmp_path / "confounds.csv"),
        "kept": kept,
        "booleans": np.isin(np.arange(60), kept),
    }

    def meant(part):
        return {name: made[x[1:]] if isinstance(x, str) and x[0] == "@" else x for name, x in part.items()}

    answers = []
    for kind in (Ours, Theirs):
        masker = kind(given[maps], **{"standardize": None, **meant(parameters)})
        masker.fit(given["run"])
        answers.append(masker.transform(given["run"], **copy.deepcopy(meant(arguments))))
        again = masker.fit_transform(given["run"], **copy.deepcopy(meant(arguments)))
        np.testing.assert_array_equal(again, answers[-1])
    ours, theirs = answers
    assert ours.dtype == theirs.dtype
    where = "images in memory" if "in memory" in request.node.name else "files"
    # what both round to single precision may differ in its last digit
    tolerance = 1e-5 if call == "dtype auto" else 1e-9
    compare(f"the class, each parameter and argument in turn, {where}", ours, theirs, tolerance)


@both_ways
@pytest.mark.parametrize("target", ["data", "maps", "mask"])
@pytest.mark.parametrize("with_image", [True, False])
def test_fit_with_and_without_an_image(compare, request, given, target, with_image):
    """Attributes, and signals, and the way back."""
    answers = []
    for kind in (Ours, Theirs):
        masker = kind(given["maps"], given["mask"], resampling_target=target, standardize=None)
        masker.fit(given["run"] if with_image else None)
        answers.append((masker, masker.transform(given["run"])))
    (ours, signals), (theirs, expected) = answers
    compare("the class: fit with and without an image", signals, expected)
    assert ours.n_elements_ == theirs.n_elements_
    for name in ("maps_img_", "mask_img_"):
        image, other = getattr(ours, name), getattr(theirs, name)
        assert image.shape == other.shape
        np.testing.assert_allclose(image.affine, other.affine)
    inside = ours.mask_img_.get_fdata() if with_image or target != "data" else 1
    np.testing.assert_array_equal(ours.mask_img_.get_fdata(), theirs.mask_img_.get_fdata())
    maps = np.asarray(theirs.maps_img_.dataobj) * np.asarray(inside)[..., None]
    np.testing.assert_allclose(ours.maps_img_.get_fdata(), maps, rtol=1e-9, atol=1e-12)
    if with_image or target != "data":  # else nilearn answers on the maps' grid, which is not the run's
        image, other = ours.inverse_transform(signals), theirs.inverse_transform(expected)
        assert image.shape == other.shape
        np.testing.assert_allclose(image.affine, other.affine)
        frames = image.get_fdata().reshape(-1, 60).T, other.get_fdata().reshape(-1, 60).T
        used = frames[1].any(axis=0)
        compare("the class: inverse_transform", frames[0][:, used], frames[1][:, used])
        one = ours.inverse_transform(signals[0]), theirs.inverse_transform(expected[0])
        np.testing.assert_allclose(one[0].get_fdata(), one[1].get_fdata(), rtol=1e-9, atol=1e-9)


@both_ways
def test_volumes_and_lists(compare, given):
    run = nib.load(given["run"]) if isinstance(given["run"], str) else given["run"]
    volumes = nib.four_to_three(run)[:7]
    ours = Ours(given["maps"], standardize=None).fit(volumes[0])
    theirs = Theirs(given["maps"], standardize=None).fit(volumes[0])
    for imgs in (volumes, volumes[0]):
        answer, expected = ours.transform(imgs), theirs.transform(imgs)
        assert answer.shape == expected.shape
        compare("the class: a volume, lists of volumes", np.atleast_2d(answer), np.atleast_2d(expected), 1e-8)
    compare(
        "the class: transform_single_imgs",
        ours.transform_single_imgs(run),
        theirs_quietly(theirs, "transform_single_imgs", run),
    )


@both_ways
def test_lists_of_runs_as_the_multi_masker(compare, given, rng):
    confounds = [rng.normal(size=(60, 2)), rng.normal(size=(60, 3))]
    runs = [given["run"], given["run"]]
    parameters = {"detrend": True, "standardize": "zscore_sample"}
    ours = Ours(given["maps"], **parameters).fit_transform(runs, confounds=confounds)
    theirs = MultiNiftiMapsMasker(given["maps"], **parameters).fit_transform(runs, confounds=list(confounds))
    assert len(ours) == len(theirs) == 2
    for answer, expected in zip(ours, theirs, strict=True):
        compare("the class: lists of runs", answer, expected)


def test_deliberate_differences(verdict, given_on_purpose):
    """Where we answer otherwise, both are shown; the README lists them."""
    maps, run, other, signals = given_on_purpose
    ours, theirs = Ours(maps, standardize=None).fit(run), Theirs(maps, standardize=None).fit(run)
    image, lost = ours.inverse_transform(signals), theirs.inverse_transform(signals)
    assert image.header.get_zooms()[3] == 2
    verdict(11, lost.header.get_zooms()[3] != 2, "inverse_transform loses the time step", "2 s")

    once, twice = ours.transform(other), theirs.transform(other)
    fresh = Ours(maps, standardize=None).fit_transform(other)
    np.testing.assert_array_equal(once, fresh)
    off = float(
        np.abs(twice - Theirs(maps, standardize=None).fit(other).transform(other)).max() / twice.std()
    )
    verdict(12, off > 1e-3, f"maps resampled twice for another grid than fit's, off by {off:.1e} SD", "once")


@pytest.fixture
def given_on_purpose(make_run, maps, rng):
    return maps, make_run("a.nii.gz"), make_run("b.nii.gz", grid="permuted"), rng.normal(size=(4, 4))
