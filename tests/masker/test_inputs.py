"""Images, confounds and sample masks in all their forms give the same signals."""

import re
import warnings
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from nibabel.filebasedimages import ImageFileError

from nipype_maps import NiftiMapsMasker
from nipype_maps.masker.inputs.in_memory import file_of, store_images


@pytest.fixture
def masker(atlas):
    return NiftiMapsMasker(atlas, detrend=True)


@pytest.fixture
def saved(tmp_path):
    def saved(image, name="run.nii.gz"):
        nib.save(image, tmp_path / name)
        return tmp_path / name

    return saved


def volumes(run):
    return nib.four_to_three(run)


def test_a_run_may_be_a_name_a_path_an_image_or_a_list_of_volumes(masker, bold, saved, close, monkeypatch):
    run = bold()
    path = saved(run)
    expected = masker.fit(run).transform(run)
    monkeypatch.chdir(path.parent)
    for given in (str(path), path, path.name, nib.load(path), volumes(run), tuple(volumes(run))):
        close(masker.fit(given).transform(given), expected)
        close(masker.fit_transform(given), expected)
        close(masker.fit().transform(given), expected)


def test_names_with_wildcards_stand_for_volumes(masker, bold, saved, close):
    run = bold(n_frames=12)
    for index, volume in enumerate(volumes(run)):
        folder = saved(volume, f"vol-{index:03d}.nii").parent
    close(masker.fit_transform(str(folder / "vol-*.nii")), masker.fit_transform(run))
    for index, volume in enumerate(volumes(run)):
        saved(volume, f"v_{index}.nii")  # without zeros in front
    close(masker.fit_transform(str(folder / "v_*.nii")), masker.fit_transform(run))
    with pytest.raises(ValueError, match=r"imgs: No files matching the expression .*none-\*.nii"):
        masker.transform(str(folder / "none-*.nii"))


def test_a_name_with_brackets_that_exists_is_no_pattern(masker, bold, saved, same):
    run = bold()
    same(masker.fit_transform(saved(run, "run[1].nii")), masker.fit_transform(run))


def test_home_is_found(masker, bold, saved, same, monkeypatch):
    run = bold()
    monkeypatch.setenv("HOME", str(saved(run).parent))
    same(masker.fit_transform("~/run.nii.gz"), masker.fit_transform(run))


def test_lists_of_runs_give_lists_of_arrays(masker, bold, saved, same, close, rng):
    runs = [bold(n_frames=n) for n in (20, 30)]
    confounds = [rng.normal(size=(20, 2)), None]
    frames = [None, np.arange(5, 30)]
    each = [
        masker.fit(runs[0]).transform(run, confounds=table, sample_mask=mask)
        for run, table, mask in zip(runs, confounds, frames, strict=True)
    ]
    together = masker.transform(runs, confounds=confounds, sample_mask=frames)
    assert isinstance(together, list)
    for answer, expected in zip(together, each, strict=True):
        same(answer, expected)
    names = [str(saved(run, f"run-{index}.nii")) for index, run in enumerate(runs)]
    lists = [volumes(run) for run in runs]
    for given in (names, np.array(names), pd.Series(names), [names[0], lists[1]], lists):
        answer = masker.fit_transform(given, confounds=confounds, sample_mask=frames)
        close(answer[1], each[1])
    (alone,) = masker.transform([runs[0]], confounds=[confounds[0]])
    same(alone, each[0])


def test_a_run_that_is_given_twice_comes_back_twice(masker, bold, same):
    run = bold()
    first, second = masker.fit_transform([run, run])
    same(first, second)


def test_runs_of_a_list_may_lie_on_several_grids(masker, bold, same):
    runs = [bold("flipped"), bold("coarse")]
    for answer, run in zip(masker.fit().transform(runs), runs, strict=True):
        same(answer, masker.fit_transform(run))


@pytest.mark.parametrize("dtype", ["int16", "uint8", "float32", ">i2", "bool", "int64", "float16"])
def test_images_in_memory_keep_their_numbers(masker, bold, dtype, grids):
    """A header that says int16 does not round floats; and files do not matter."""
    template = bold()
    template.header.set_data_dtype(np.int16)
    values = np.round(template.get_fdata() % 2 if dtype == "bool" else template.get_fdata()).astype(dtype)
    if np.dtype(dtype).kind == "f":
        values += 0.25
    image = nib.Nifti1Image(values, template.affine, template.header, dtype="compat")
    double = nib.Nifti1Image(values.astype(np.float64), template.affine, template.header)
    np.testing.assert_array_equal(masker.fit_transform(image), masker.fit_transform(double))


def test_numbers_that_are_not_real_are_refused(masker, bold):
    run = bold()
    complex_run = nib.Nifti1Image(run.get_fdata() * 1j, run.affine)
    with pytest.raises(ValueError, match="imgs has complex128 values; real numbers are needed"):
        masker.fit().transform(complex_run)


def test_other_kinds_of_images(masker, bold, same):
    """Analyze and MGH images in memory, and objects that only look like images."""

    class Phony:
        def __init__(self, image):
            self.affine, self.shape, self._data = image.affine, image.shape, image.get_fdata()

        def get_fdata(self):
            return self._data

    run = bold()
    small = run.get_fdata().astype(np.float32)
    expected = masker.fit_transform(nib.Nifti1Image(small, run.affine))
    for given in (nib.MGHImage(small, run.affine), nib.Nifti2Image(small, run.affine)):
        same(masker.fit_transform(given), expected)
    same(masker.fit_transform(Phony(run)), masker.fit_transform(run))


def test_maps_and_mask_may_be_given_in_every_form(atlas, bold, saved, close, grids):
    run = bold()
    inside = np.zeros(grids["plain"].shape, np.uint8)
    inside[1:6, 2:, :5] = 1
    mask = nib.Nifti1Image(inside, atlas.affine)
    expected = NiftiMapsMasker(atlas, mask).fit_transform(run)
    for maps in (str(saved(atlas, "a.nii")), saved(atlas, "a.nii.gz"), volumes(atlas)):
        for mask_img in (mask, saved(mask, "mask.nii"), str(saved(mask, "mask.nii.gz"))):
            close(NiftiMapsMasker(maps, mask_img).fit_transform(run), expected)


@pytest.mark.nilearn
def test_an_image_of_a_file_is_read_from_it_unless_it_was_changed(bold, saved, tmp_path):
    path = saved(bold())
    assert file_of(nib.load(path)) == str(path)
    moved = nib.load(path)
    moved.header.set_zooms((3, 3, 3, 7))
    renamed = nib.load(path)
    renamed.set_filename(str(tmp_path / "other.nii"))
    sliced = nib.load(path).slicer[..., :5]
    from nilearn.image import get_data

    touched = nib.load(path)
    get_data(touched)[:] = 0  # nilearn writes to the image it was given, and goes on with that
    for image in (moved, renamed, sliced, touched):
        assert file_of(image) is None
    assert not np.any(nib.load(store_images([touched], tmp_path / "stored", "imgs")[0]).get_fdata())


def test_what_is_in_memory_is_stored_under_a_name_made_of_its_content(bold, tmp_path):
    run = bold()
    (first,) = store_images([run], tmp_path, "imgs")
    again = nib.Nifti1Image(run.get_fdata().copy(), run.affine, run.header.copy())
    assert store_images([again], tmp_path, "imgs") == [first]
    Path(first).write_bytes(b"damaged")
    assert store_images([again], tmp_path, "imgs") == [first]
    np.testing.assert_array_equal(nib.load(first).get_fdata(), run.get_fdata())
    other = nib.Nifti1Image(run.get_fdata() + 1e-12, run.affine, run.header)
    assert store_images([other], tmp_path, "imgs") != [first]
    assert not list(tmp_path.glob(".*"))


def test_confounds_may_be_arrays_frames_files_and_lists_of_these(masker, bold, rng, same, tmp_path):
    run, values = bold(), rng.normal(size=(20, 3))
    expected = masker.fit(run).transform(run, confounds=values)
    frame = pd.DataFrame(values, columns=["x", "y", "z"])
    frame.to_csv(tmp_path / "table.csv", index=False)
    frame.to_csv(tmp_path / "table.tsv", index=False, sep="\t")
    np.savetxt(tmp_path / "table.txt", values, fmt="%.18g")
    np.save(tmp_path / "table.npy", values)
    given = [
        frame,
        pl.DataFrame(values, schema=["x", "y", "z"], orient="row"),
        pd.DataFrame(values),
        [values],
        [values[:, :2], values[:, 2]],
        [frame[["x"]], values[:, 1:]],
        *(tmp_path / f"table.{kind}" for kind in ("csv", "tsv", "txt", "npy")),
        str(tmp_path / "table.csv"),
    ]
    for confounds in given:
        same(masker.transform(run, confounds=confounds), expected)
    assert not np.array_equal(masker.transform(run), expected)


def test_the_index_of_a_data_frame_is_no_confound(masker, bold, rng, same, tmp_path):
    run, values = bold(), rng.normal(size=(20, 2))
    expected = masker.fit(run).transform(run, confounds=values)
    for columns in (["x", "y"], [0, 1]):
        pd.DataFrame(values, columns=columns).to_csv(tmp_path / "indexed.csv")
        with pytest.warns(
            UserWarning, match="indexed.csv has no name and counts the rows; it is taken for an index"
        ):
            same(masker.transform(run, confounds=tmp_path / "indexed.csv"), expected)


def test_first_rows_without_a_value_are_filled(masker, bold, rng, same):
    values = rng.normal(size=(20, 2))
    frame = pd.DataFrame(values, columns=["trans_x", "framewise_displacement"])
    frame.loc[0, "framewise_displacement"] = np.nan
    filled = frame.bfill()
    run = bold()
    masker.fit(run)
    same(masker.transform(run, confounds=frame), masker.transform(run, confounds=filled))


@pytest.mark.parametrize("standardize", [None, "zscore"])
def test_sample_masks_may_be_indices_booleans_lists_and_files(atlas, bold, same, tmp_path, standardize):
    run, kept = bold(), [1, 2, 4, 9, 10, 17]
    masker = NiftiMapsMasker(atlas, standardize=standardize).fit(run)
    booleans = np.isin(np.arange(20), kept)
    np.save(tmp_path / "kept.npy", kept)
    expected = masker.transform(run, sample_mask=kept)
    assert expected.shape == (6, 3)
    for given in (
        np.array(kept), np.array(kept, np.int32), np.array(kept, float), tuple(kept), [kept],
        [np.array(kept)], booleans, booleans.tolist(), [booleans], pd.Series(kept), tmp_path / "kept.npy",
    ):  # fmt: skip
        before = given.copy() if isinstance(given, np.ndarray) else given
        same(masker.transform(run, sample_mask=given), expected)
        if isinstance(given, np.ndarray):
            same(given, before)


def image(*shape):
    return nib.Nifti1Image(np.zeros(shape), np.eye(4))


#: What is done with a fitted masker, a run of 20 frames and a text file; exception; its sentence.
WRONG = [
    (lambda m, run, text: m.fit(3), TypeError, "imgs: input should be a NiftiLike object .*Got: int"),
    (lambda m, run, text: m.fit([None]), TypeError, "imgs: input should be .*Got: NoneType"),
    (lambda m, run, text: m.transform(np.zeros((3, 3))), TypeError, "NiftiLike .*Got: ndarray"),
    (lambda m, run, text: m.fit("no.nii"), ValueError, "imgs: File not found: 'no.nii'"),
    (lambda m, run, text: m.fit(text), ImageFileError, "imgs: .*text.txt is not an image"),
    (lambda m, run, text: m.fit([]), TypeError, "imgs: the list of images is empty"),
    (lambda m, run, text: m.fit(image(3, 3, 3, 2, 2)), TypeError, "is 3D or 4D and you provided a 5D image"),
    (lambda m, run, text: m.fit(image(3, 3)), TypeError, "is 3D or 4D and you provided a 2D image"),
    (lambda m, run, text: m.fit(image(3, 3, 0)), ValueError, r"The image is empty: its shape is \(3, 3, 0\)"),
    (
        lambda m, run, text: m.fit([run, volumes(run)[0]]),
        TypeError,
        "the list has 3D and 4D images; give either",
    ),
    (
        lambda m, run, text: m.transform([image(3, 3, 3), image(4, 3, 3)]),
        ValueError,
        r"^imgs\[1\] and imgs\[0\] lie on different grids",
    ),
    (lambda m, run, text: m.transform_single_imgs([run, run]), TypeError, "a list of 4D images"),
    (
        lambda m, run, text: m.transform([run], confounds=np.zeros((20, 1))),
        TypeError,
        "'confounds' must be None or a list, one for each run.*Got: ndarray",
    ),
    (
        lambda m, run, text: m.transform([run, run], confounds=[None]),
        ValueError,
        r"number of confounds \(1\) unequal to number of images \(2\)",
    ),
    (
        lambda m, run, text: m.transform([run], sample_mask=[[1], [2]]),
        ValueError,
        r"number of sample_mask \(2\) unequal to number of images \(1\)",
    ),
    (lambda m, run, text: m.transform(run, confounds=3), TypeError, "'confounds' must be .*Got: int"),
    (lambda m, run, text: m.transform(run, confounds=[[1, 2]]), TypeError, "'confounds' must be .*Got: list"),
    (
        lambda m, run, text: m.transform(run, confounds=pd.DataFrame({"a": ["x"] * 20})),
        ValueError,
        "confounds contain a value that is not a number",
    ),
    (
        lambda m, run, text: m.transform(run, confounds=np.zeros((20, 1, 1))),
        ValueError,
        "confounds array has an incorrect number of dimensions: 3",
    ),
    (
        lambda m, run, text: m.transform(run, confounds="no.tsv"),
        FileNotFoundError,
        "confounds: the file no.tsv was not found",
    ),
    (
        lambda m, run, text: m.transform(run, confounds=np.eye(3)),
        ValueError,
        "^confounds has 3 rows, but the run has 20 frames",
    ),
    (lambda m, run, text: m.transform(run, sample_mask="no.npy"), FileNotFoundError, "no.npy does not exist"),
    (lambda m, run, text: m.transform(run, sample_mask=[]), ValueError, "sample_mask keeps no frame"),
    (lambda m, run, text: m.transform(run, sample_mask={"a": 1}), TypeError, "'sample_mask' must be a 1D"),
    (lambda m, run, text: m.transform(run, sample_mask=[1, 50]), ValueError, "sample_mask names frame 50"),
    (
        lambda m, run, text: m.transform(run, sample_mask=np.ones(5, bool)),
        ValueError,
        "sample_mask has 5 booleans for a run of 20 frames",
    ),
]


@pytest.mark.parametrize(("call", "kind", "sentence"), WRONG)
def test_what_does_not_fit_is_said_in_one_sentence(masker, bold, tmp_path, call, kind, sentence):
    text = tmp_path / "text.txt"
    text.write_text("no image")
    masker.fit()
    with pytest.raises(kind, match=sentence) as caught:
        call(masker, bold(), text)
    assert "\n" not in str(caught.value)
    assert "nipype-maps-" not in str(caught.value)  # no path of a folder that nobody knows


def test_what_a_mask_or_a_type_hides_is_not_taken_for_numbers(atlas, bold, same, rng):
    """NumPy drops masks and imaginary parts, and makes nanoseconds of dates."""
    run, values = bold(), rng.normal(size=(20, 2))
    masker = NiftiMapsMasker(atlas).fit(run)
    one = np.arange(20)[:, None] == 3
    masked = np.ma.masked_array(values, mask=one & [True, False])
    for given, sentence in (
        (masked, "confounds: some values are masked; fill them"),
        (values + 1j, "confounds have values of type complex128; give real numbers"),
        (
            pd.DataFrame({"day": pd.date_range("2020-01-01", periods=20)}),
            "confounds have values of type datetime",
        ),
    ):
        with pytest.raises(ValueError, match=sentence):
            masker.transform(run, confounds=given)
    with pytest.raises(ValueError, match="sample_mask: some values are masked"):
        masker.transform(run, sample_mask=np.ma.masked_array(np.arange(20), mask=one[:, 0]))
    with pytest.raises(ValueError, match="region_signals: some values are masked"):
        masker.inverse_transform(np.ma.masked_array(np.ones((20, 3)), mask=one & [True, False, False]))
    data = np.ma.masked_array(run.get_fdata(), mask=run.get_fdata() > 100)
    with pytest.raises(ValueError, match="imgs: some values are masked"):
        masker.transform(nib.Nifti1Image(data, run.affine))
    same(
        masker.transform(run, confounds=np.ma.masked_array(values, mask=False)),
        masker.transform(run, confounds=values),
    )


def test_a_nullable_frame_is_a_frame(atlas, bold, same, rng):
    run, frame = bold(), pd.DataFrame(rng.normal(size=(20, 2)), columns=["one", "two"])
    frame.iloc[0, 1] = np.nan
    masker = NiftiMapsMasker(atlas).fit(run)
    same(masker.transform(run, confounds=frame.convert_dtypes()), masker.transform(run, confounds=frame))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            ["S02_c.tsv", "S01_c.tsv"],
            "S02_c.tsv is given for .*S01.nii, but by its name fits another run .*S02.nii",
        ),
        (["S01_c.tsv", "S01_c.tsv"], "S01_c.tsv is given for .*S01.nii and for .*S02.nii, though the motion"),
        (["S01_c.tsv", "S02_c.tsv"], None),
        ([np.arange(20.0) % 7] * 2, None),  # without a name
    ],
)
def test_confounds_of_another_of_the_runs_are_warned_of(masker, bold, saved, tmp_path, given, told):
    for name in ("S01_c.tsv", "S02_c.tsv"):
        (tmp_path / name).write_text("x\n" + "".join(f"{k * k % 11}\n" for k in range(20)))
    runs = [str(saved(bold(), name)) for name in ("S01.nii", "S02.nii")]
    tables = [str(tmp_path / name) if isinstance(name, str) else name for name in given]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        masker.fit().transform(runs, confounds=tables)
        masker.transform([runs[0], runs[0]], confounds=[tables[0], tables[0]])  # one run, its own table
    doubts = [str(warning.message) for warning in caught if "is given for" in str(warning.message)]
    assert len(doubts) == bool(told)
    assert told is None or re.search(told, doubts[0])
