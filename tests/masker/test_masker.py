"""What the methods do: grids, inverse, memory, parameters, messages."""

import errno
import gc
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import nibabel as nib
import numpy as np
import pytest
from traits.trait_notifiers import notification_exception_handler

from nipype_maps import NiftiMapsMasker
from nipype_maps.engine.workfolder.lock import locked


@pytest.fixture
def small_mask(grids):
    inside = np.zeros(grids["plain"].shape, np.uint8)
    inside[1:6, 2:, :5] = 1
    return nib.Nifti1Image(inside, grids["plain"].affine)


def exact(run, maps):
    """Least squares of every frame, by the formula."""
    maps = maps.get_fdata().reshape(-1, maps.shape[-1])
    return np.linalg.lstsq(maps, run.get_fdata().reshape(len(maps), -1), rcond=None)[0].T


def test_signals_are_least_squares(atlas, bold):
    run = bold()
    np.testing.assert_allclose(NiftiMapsMasker(atlas).fit_transform(run), exact(run, atlas), rtol=1e-10)


def test_fit_uses_the_grid_of_its_image(atlas, bold, grids, small_mask):
    masker = NiftiMapsMasker(atlas, small_mask)
    assert masker.fit(bold("flipped")) is masker
    for image in (masker.maps_img_, masker.mask_img_):
        assert image.shape[:3] == grids["flipped"].shape
        np.testing.assert_allclose(image.affine, grids["flipped"].affine)
    assert set(np.unique(masker.mask_img_.get_fdata())) == {0, 1}
    assert not masker.maps_img_.get_fdata()[masker.mask_img_.get_fdata() == 0].any()
    assert masker.n_elements_ == 3
    assert masker.memory_ is None


def test_fit_without_an_image_leaves_the_grid_to_transform(atlas, bold, small_mask, same):
    masker = NiftiMapsMasker(atlas, small_mask).fit()
    np.testing.assert_array_equal(masker.maps_img_.get_fdata(), atlas.get_fdata())
    np.testing.assert_array_equal(masker.mask_img_.get_fdata(), small_mask.get_fdata())
    for grid in ("flipped", "coarse", "plain"):
        run = bold(grid)
        same(masker.transform(run), NiftiMapsMasker(atlas, small_mask).fit_transform(run))


def test_another_grid_is_for_one_call(atlas, bold, same):
    """Maps are resampled from what they were, not from what fit made of them."""
    run, other = bold("flipped"), bold("coarse")
    masker = NiftiMapsMasker(atlas).fit(run)
    before = masker.transform(run)
    with pytest.warns(UserWarning, match="Resampling maps at transform time: a run is on another grid"):
        answer = masker.transform(other)
    same(answer, NiftiMapsMasker(atlas).fit_transform(other))
    assert masker.inverse_transform(before).shape == run.shape
    same(masker.transform(run), before)
    assert masker.maps_img_.shape[:3] == run.shape[:3]


@pytest.mark.parametrize("target", ["maps", "mask"])
def test_runs_are_put_on_the_grid_of_maps_or_mask(atlas, bold, small_mask, target):
    masker = NiftiMapsMasker(atlas, small_mask, resampling_target=target).fit()
    assert masker.maps_img_.shape[:3] == masker.mask_img_.shape == small_mask.shape
    with pytest.warns(UserWarning, match="Resampling images at transform time"):
        signals = masker.transform(bold("flipped"))
    assert masker.inverse_transform(signals).shape == (*small_mask.shape, 20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # the small mask leaves less than half of each map
        warnings.filterwarnings("ignore", message="less than half of the weight of map-01")
        masker.transform(bold("plain"))


def test_grids_that_differ_are_refused_where_nothing_may_be_resampled(atlas, bold, small_mask, grids):
    masker = NiftiMapsMasker(atlas, resampling_target=None)
    with pytest.raises(ValueError, match=r"imgs \(8 x 7 x 6 .* and maps_img \(7 x 8 x 6 .*different grids"):
        masker.fit(bold("flipped"))
    masker.fit(bold("plain"))
    with pytest.raises(ValueError, match=r"^imgs \(8 x 7 x 6 .*different grids"):
        masker.transform(bold("flipped"))
    coarse = nib.Nifti1Image(np.ones(grids["coarse"].shape), grids["coarse"].affine)
    with pytest.raises(ValueError, match=r"mask_img \(4 x 4 x 3 .*different grids"):
        NiftiMapsMasker(atlas, coarse, resampling_target=None).fit()


def test_a_single_volume_gives_a_vector(atlas, bold, same):
    run = bold()
    masker = NiftiMapsMasker(atlas).fit(run)
    volume = nib.Nifti1Image(run.get_fdata()[..., 0], run.affine)
    answer = masker.transform(volume)
    assert answer.shape == (3,)
    np.testing.assert_allclose(answer, masker.transform(run)[0], rtol=1e-12)
    assert masker.inverse_transform(answer).shape == run.shape[:3]
    one_map = nib.Nifti1Image(atlas.get_fdata()[..., 0], atlas.affine)
    assert NiftiMapsMasker(one_map).fit_transform(volume).shape == ()
    assert NiftiMapsMasker(one_map).fit(volume).maps_img_.shape == (*one_map.shape, 1)


def test_signals_come_back_from_their_image(atlas, bold, small_mask, rng):
    run, signals = bold("plain", t_r=0.72), rng.normal(size=(5, 3))
    masker = NiftiMapsMasker(atlas, small_mask).fit(run)
    image = masker.inverse_transform(signals)
    maps = np.where(small_mask.get_fdata()[..., None] != 0, atlas.get_fdata(), 0)
    np.testing.assert_allclose(image.get_fdata(), maps @ signals.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(masker.transform(image), signals, rtol=1e-9)
    np.testing.assert_allclose(image.affine, run.affine)
    assert image.header.get_zooms()[3] == np.float32(0.72)
    assert image.header.get_xyzt_units()[1] == "sec"
    assert image.get_filename() is None
    image.get_fdata()[:] = 0
    image.dataobj[0, 0, 0] = 7  # it is the caller's to write to
    assert not hasattr(image.dataobj.base, "filename")


def test_the_time_step_of_the_image(atlas, bold):
    masker = NiftiMapsMasker(atlas).fit()

    def step():
        return masker.inverse_transform(np.zeros((2, 3))).header.get_zooms()[3]

    masker.transform(bold(t_r=0.5))
    assert step() == 0.5
    masker.transform([bold(t_r=0.5), bold(t_r=2.0)])
    assert step() == 0  # nobody knows
    masker.set_params(t_r=1.5)
    assert step() == 1.5


def test_an_image_after_fit_without_one_lies_where_the_last_run_does(atlas, bold):
    masker = NiftiMapsMasker(atlas).fit()
    with pytest.warns(
        UserWarning, match="no run has been transformed yet, so that the image is on the grid of maps_img"
    ):
        assert masker.inverse_transform(np.zeros((2, 3))).shape[:3] == atlas.shape[:3]
    masker.transform(bold("coarse"))
    assert masker.inverse_transform(np.zeros((2, 3))).shape == (4, 4, 3, 2)
    masker.transform([bold("coarse"), bold("flipped")])
    with pytest.raises(
        ValueError, match="the runs transformed last are on different grids; call fit with an image"
    ):
        masker.inverse_transform(np.zeros((2, 3)))


def test_signals_of_any_kind_make_an_image(atlas, bold):
    masker = NiftiMapsMasker(atlas).fit(bold())
    signals = np.array([[1, 0, 2], [0, 1, 1]])
    expected = masker.inverse_transform(signals.astype(float)).get_fdata()
    for given in (signals, signals.tolist(), signals.astype(np.float32), signals.astype(np.float16)):
        np.testing.assert_allclose(masker.inverse_transform(given).get_fdata(), expected, rtol=1e-6)
    assert masker.inverse_transform(signals).get_data_dtype() == np.float64
    assert masker.inverse_transform(signals.astype(np.float32)).get_data_dtype() == np.float32
    with pytest.warns(UserWarning, match="Casting boolean input to float64"):
        masker.inverse_transform(signals > 0)
    for wrong, sentence in (
        (np.zeros((3, 5)), r"'inverse_transform' has wrong shape. Expected \(3, 3\). Got \(3, 5\)"),
        (np.zeros(2), r"Expected \(3,\). Got \(2,\)"),
        (np.zeros((3, 3, 3)), r"Got \(3, 3, 3\)"),
        ("a", "an array of <U1, not of numbers"),
        (np.full((2, 3), np.inf), "contains infinity"),
        (np.array([[1, 2, np.nan], [1, 2, 3]]), "n/a in some frames only"),
    ):
        with pytest.raises(ValueError, match=sentence):
            masker.inverse_transform(wrong)


@pytest.mark.parametrize(("kept", "expected"), [(None, np.nan), (True, 0.0), (False, None)])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_map_outside_the_mask(atlas, bold, small_mask, kept, expected):
    """Columns are the same for all subjects, unless they are told to differ; and back again."""
    values = atlas.get_fdata().copy()
    values[..., 1] *= small_mask.get_fdata() == 0
    maps, run = nib.Nifti1Image(values, atlas.affine), bold()
    masker = NiftiMapsMasker(maps, small_mask, keep_masked_maps=kept).fit(run)
    with pytest.warns(UserWarning, match="map-02"):
        signals = masker.transform(run)
    n_signals = 2 if expected is None else 3
    assert signals.shape == (20, n_signals)
    assert masker.n_elements_ == n_signals
    if expected is not None:
        np.testing.assert_array_equal(signals[:, 1], expected)
    seen = np.where(np.isnan(signals), 0, signals)
    maps = np.delete(values, 1, axis=-1) if expected is None else values
    fitted = (maps * small_mask.get_fdata()[..., None]) @ seen.T
    np.testing.assert_allclose(masker.inverse_transform(signals).get_fdata(), fitted, atol=1e-9)
    deferred = NiftiMapsMasker(nib.Nifti1Image(values, atlas.affine), small_mask, keep_masked_maps=kept).fit()
    with pytest.warns(UserWarning, match="map-02"):
        again = deferred.transform(run)
    np.testing.assert_array_equal(again, signals)
    np.testing.assert_allclose(deferred.inverse_transform(again).get_fdata(), fitted, atol=1e-9)


def test_keeping_masked_maps_is_said_to_have_no_future_in_nilearn(atlas):
    with pytest.warns(FutureWarning, match='the "keep_masked_maps" parameter will be removed from nilearn'):
        NiftiMapsMasker(atlas, keep_masked_maps=True).fit()


@pytest.mark.parametrize("dtype", [None, "auto", "float64", np.float32, "f2", np.dtype(">f8")])
def test_signals_have_the_type_that_was_asked_for(atlas, bold, dtype):
    signals = NiftiMapsMasker(atlas, dtype=dtype).fit_transform(bold())
    wanted = (
        {None: "float64", "auto": "float32"}.get(dtype) if dtype in (None, "auto") else np.dtype(dtype).name
    )
    assert signals.dtype == wanted
    assert signals.dtype.isnative


def test_parameters_that_change_after_fit_count_at_once(atlas, bold, same):
    run = bold()
    masker = NiftiMapsMasker(atlas).fit(run)
    masker.set_params(detrend=True, smoothing_fwhm=5.0)
    same(masker.transform(run), NiftiMapsMasker(atlas, detrend=True, smoothing_fwhm=5.0).fit_transform(run))


@pytest.mark.parametrize(
    ("parameters", "kind", "sentence"),
    [
        ({"maps_img": None}, TypeError, "maps_img: input should be a NiftiLike object .*Got: NoneType"),
        ({"maps_img": "no.nii"}, ValueError, "maps_img: File not found: 'no.nii'"),
        ({"mask_img": 3}, TypeError, "mask_img: input should be a NiftiLike object"),
        ({"smoothing_fwhm": "fast"}, TypeError, "'smoothing_fwhm' must be a number in mm.*Got: 'fast'"),
        (
            {"smoothing_fwhm": (1, 2)},
            TypeError,
            "'smoothing_fwhm' must be a number in mm, three of them, or None",
        ),
        ({"smoothing_fwhm": -1}, ValueError, "'smoothing_fwhm' must be finite and not below 0. Got: -1"),
        ({"standardize": "zsc"}, ValueError, "'standardize' must be one of .*Got: 'zsc'"),
        (
            {"standardize_confounds": "yes"},
            TypeError,
            "'standardize_confounds' must be True or False. Got: 'yes'",
        ),
        ({"detrend": 1}, TypeError, "'detrend' must be True or False. Got: 1"),
        ({"allow_overlap": None}, TypeError, "'allow_overlap' must be True or False. Got: NoneType"),
        ({"low_pass": "0.1"}, TypeError, "'low_pass' must be a number or None. Got: '0.1'"),
        ({"high_pass": -1}, ValueError, "'high_pass' must be a finite number above 0. Got: -1"),
        ({"t_r": 0}, ValueError, "'t_r' must be a finite number above 0. Got: 0"),
        ({"t_r": True}, TypeError, "'t_r' must be a number or None. Got: True"),
        ({"dtype": "foo"}, TypeError, "foo"),
        ({"dtype": bool}, TypeError, "'dtype' cannot be bool"),
        ({"dtype": np.int32}, TypeError, "'dtype' cannot be int32; signals are floating point numbers"),
        ({"dtype": "longdouble"}, TypeError, "choose one of float64, float32, float16, 'auto'"),
        ({"resampling_target": "atlas"}, ValueError, "'resampling_target' must be one of .*Got: 'atlas'"),
        ({"resampling_target": "mask"}, ValueError, "set to 'mask' but no mask has been provided"),
        ({"memory": 3}, TypeError, "'memory' must be None, a path or a joblib.Memory. Got: 3"),
        ({"memory_level": "a"}, TypeError, "'memory_level' must be a whole number"),
        ({"verbose": "a"}, TypeError, "'verbose' must be a whole number"),
        ({"keep_masked_maps": 3}, TypeError, "'keep_masked_maps' must be True, False or None"),
        ({"reports": "x"}, TypeError, "'reports' must be True or False"),
        ({"clean_args": 3}, TypeError, "'clean_args' must be a dict or None"),
        (
            {"clean_args": {"butterworth__padlen": 3}},
            ValueError,
            "clean_args: 'butterworth__padlen' is not supported",
        ),
        ({"clean_args": {"filter": "fir"}}, ValueError, r"'filter \(of clean_args\)' must be one of"),
        (
            {"clean_args": {"extrapolate": 1}},
            TypeError,
            r"'extrapolate' \(of clean_args\) must be True or False",
        ),
    ],
)
def test_wrong_parameters_are_refused_by_fit(atlas, parameters, kind, sentence):
    masker = NiftiMapsMasker(**{"maps_img": atlas, **parameters})
    with pytest.raises(kind, match=sentence):
        masker.fit()
    assert not masker.__sklearn_is_fitted__()


def test_what_a_node_refuses_is_said_of_the_argument(atlas, bold, small_mask, grids):
    with pytest.raises(ValueError, match=r"^maps_img contains no map: it is 0 everywhere"):
        NiftiMapsMasker(nib.Nifti1Image(np.zeros((3, 3, 3)), np.eye(4))).fit()
    with pytest.raises(
        ValueError, match=r"^maps_img: Overlap detected in the maps.*map-01 and map-02 share 336 voxels"
    ):
        NiftiMapsMasker(atlas, allow_overlap=False).fit(bold())
    empty = nib.Nifti1Image(np.zeros(small_mask.shape), small_mask.affine)
    with pytest.raises(ValueError, match="it masks all data; no voxel of mask_img is inside"):
        NiftiMapsMasker(atlas, empty).fit()
    with pytest.raises(ValueError, match="no voxel of mask_img is inside"):
        NiftiMapsMasker(atlas, empty).fit(bold())
    with pytest.raises(TypeError, match="mask_img: a mask is one 3D image, not a list of 2"):
        NiftiMapsMasker(atlas, [small_mask, small_mask]).fit()
    grey = nib.Nifti1Image(np.random.default_rng(0).random(small_mask.shape), small_mask.affine)
    with pytest.raises(ValueError, match=r"^mask_img holds 336 values besides 0"):
        NiftiMapsMasker(atlas, grey).fit()
    with pytest.raises(ValueError, match="Nyquist"):
        NiftiMapsMasker(atlas, low_pass=0.5, t_r=2.0).fit_transform(bold())


def test_voxels_that_are_not_finite_are_told_of(atlas, bold):
    run = bold()
    run.get_fdata()[3, 3, 3, 5] = 1  # of the cache only, which is not what is used
    data = np.array(run.dataobj)
    data[3, 3, 3, 5] = np.nan
    holey = nib.Nifti1Image(data, run.affine, run.header)
    with pytest.warns(
        UserWarning, match=r"Non-finite values detected. NaN or infinite voxels of imgs count as 0"
    ):
        answer = NiftiMapsMasker(atlas).fit_transform(holey)
    data[3, 3, 3, 5] = 0
    np.testing.assert_allclose(answer, exact(nib.Nifti1Image(data, run.affine), atlas), rtol=1e-9)
    data[3, 3, 3, 5] = -np.inf
    with (
        pytest.warns(UserWarning, match="Non-finite values detected"),
        pytest.warns(UserWarning, match="Resampling"),
    ):
        NiftiMapsMasker(atlas, resampling_target="maps").fit_transform(
            nib.Nifti1Image(data, run.affine @ np.diag([1, 1, 1.01, 1]))
        )


def test_memory_is_read_by_the_next_call_and_the_next_process(tmp_path, atlas, bold, nodes_run, same):
    run = bold()
    masker = NiftiMapsMasker(atlas, memory=tmp_path, detrend=True).fit(run)
    assert masker.memory_ == tmp_path / "nipype-maps"
    expected = masker.transform(run)
    assert sorted(nodes_run) == [
        "clean",
        "fit_projector",
        "mask",
        "project",
        "resample_maps",
        "resample_mask",
    ]
    nodes_run.clear()
    for memory in (str(tmp_path), tmp_path, joblib.Memory(tmp_path, verbose=0)):
        again = NiftiMapsMasker(
            nib.Nifti1Image(atlas.get_fdata().copy(), atlas.affine), memory=memory, detrend=True
        )
        same(again.fit_transform(nib.Nifti1Image(run.get_fdata().copy(), run.affine, run.header)), expected)
    assert nodes_run == []
    # another run, other parameters; then all of the earlier is still there
    masker.transform(bold())
    masker.set_params(detrend=False).transform(run)
    assert sorted(nodes_run) == ["clean", "clean", "project", "project"]
    nodes_run.clear()
    same(masker.set_params(detrend=True).transform(run), expected)
    assert nodes_run == []
    nib.save(atlas, tmp_path / "atlas.nii")
    nib.save(run, tmp_path / "run.nii")
    program = (
        "import sys; from nipype_maps import NiftiMapsMasker; import numpy as np;"
        "np.save('signals.npy', NiftiMapsMasker('atlas.nii', memory='cache').fit_transform('run.nii'))"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)
    log = (tmp_path / "cache" / "nipype-maps" / "nipype.log").read_text()
    assert log.count("Finished") == 6  # all in the first process
    same(np.load(tmp_path / "signals.npy"), NiftiMapsMasker(atlas).fit_transform(run))


def test_a_memory_that_cannot_be_is_said_to_be_so(tmp_path, atlas):
    (tmp_path / "file").touch()
    for memory in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(
            OSError, match=r"^memory: the folder .* cannot be created .*; choose another folder"
        ):
            NiftiMapsMasker(atlas, memory=memory).fit()


def test_a_memory_of_nowhere_is_none(atlas, bold, same):
    run = bold()
    masker = NiftiMapsMasker(atlas, memory=joblib.Memory(None)).fit(run)
    assert masker.memory_ is None
    same(masker.transform(run), NiftiMapsMasker(atlas).fit_transform(run))


def test_what_was_noticed_is_said_once_at_the_line_of_the_caller(tmp_path, atlas, bold):
    """Of every method, and however deep it was noticed; it is in the sidecar too."""
    data = np.array(bold().dataobj)
    data[3, 3, 3, 5] = np.nan
    run = nib.Nifti1Image(data, atlas.affine)
    for call in (
        NiftiMapsMasker(atlas, memory=tmp_path).fit(run).transform,
        NiftiMapsMasker(atlas, memory=tmp_path).fit_transform,
        NiftiMapsMasker(atlas, memory=tmp_path).fit().transform_single_imgs,
    ):
        with pytest.warns(UserWarning, match="Non-finite values detected") as caught:
            call(run)
        (warning,) = [w for w in caught if "Non-finite values detected" in str(w.message)]
        assert warning.filename == __file__
    (sidecar,) = tmp_path.rglob("*_clean.json")
    assert sidecar.read_text().count("Non-finite values detected") == 1


def test_what_was_in_memory_does_not_pile_up(tmp_path, atlas, bold):
    masker = NiftiMapsMasker(atlas, memory=tmp_path).fit()
    for _ in range(2):
        masker.inverse_transform(masker.transform(bold()))
    images = [path.name for path in tmp_path.rglob("*.nii")]
    assert sorted(images) == ["maps_img.nii"]  # neither runs nor images made of signals


def test_without_memory_nothing_is_left(tmp_path, atlas, bold, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    masker = NiftiMapsMasker(atlas).fit(bold("flipped"))
    signals = masker.transform(bold("flipped"))
    (folder,) = tmp_path.iterdir()
    assert [path.name for path in folder.rglob("*.tsv")] == []  # signals go as soon as they are read
    maps = masker.maps_img_
    del masker
    gc.collect()
    assert np.isfinite(maps.get_fdata()).all()  # whoever has the maps has their folder
    del maps
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    program = (
        "import nibabel as nib, numpy as np; from nipype_maps import NiftiMapsMasker;"
        "image = nib.Nifti1Image(np.ones((4, 4, 4, 2)), np.eye(4)); masker = NiftiMapsMasker(image).fit()"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
    assert signals.shape == (20, 3)


def test_a_forked_process_leaves_the_folder_to_its_owner():
    program = """
import os
import nibabel as nib, numpy as np
from nipype_maps import NiftiMapsMasker
image = nib.Nifti1Image(np.random.default_rng(0).random((4, 4, 4, 2)), np.eye(4))
masker = NiftiMapsMasker(image).fit(image)
if os.fork():
    os.wait()
    print(masker.inverse_transform(np.eye(2)).shape, masker.maps_img_.get_fdata().shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "(4, 4, 4, 2) (4, 4, 4, 2)\n", done.stderr


def test_threads_take_their_turns(tmp_path, atlas, bold, same, monkeypatch):
    """nipype changes the process's folder while a node is at work, and while its results are read."""
    monkeypatch.chdir(tmp_path)
    names = [f"run-{index}.nii" for index in range(4)]
    for name in names:
        nib.save(bold(), name)
    masker = NiftiMapsMasker(atlas, memory="cache").fit()
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(masker.transform, names * 4))
    assert os.getcwd() == str(tmp_path)
    for answer, name in zip(answers, names * 4, strict=True):
        same(answer, masker.transform(name))


def test_processes_that_share_a_memory_do_not_wait_for_each_others_runs(tmp_path, atlas, bold):
    masker = NiftiMapsMasker(atlas, memory=tmp_path).fit(bold())
    masker.transform(bold())
    (of_first,) = masker.memory_.glob("run_*")
    with locked(of_first):  # as another process that is still at work
        assert masker.transform(bold()).shape == (20, 3)


def test_what_a_killed_process_left_is_removed(tmp_path, atlas, bold):
    masker = NiftiMapsMasker(atlas, memory=tmp_path).fit()
    code = (
        "import os, sys; from nipype_maps.storage.atomic import draft_folder as draft\n"
        "with draft(sys.argv[1]) as folder: (folder / 'imgs.nii').touch(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, masker.memory_], check=False)
    assert list(masker.memory_.glob(".draft-*/imgs.nii"))
    masker.transform(bold())
    assert not list(masker.memory_.glob(".draft-*"))


def test_nipype_leaves_nothing_on_the_stack_of_traits(atlas, bold):
    """Else each call leaves ten kilobytes in a process that goes on."""
    handlers = notification_exception_handler._get_handlers()
    before = list(handlers)
    masker = NiftiMapsMasker(atlas).fit(bold())
    masker.inverse_transform(masker.transform(bold()))
    assert handlers == before


def test_a_fit_that_fails_leaves_the_earlier_one(atlas, bold, same):
    run = bold()
    masker = NiftiMapsMasker(atlas).fit(run)
    expected = masker.transform(run)
    masker.maps_img = nib.Nifti1Image(np.zeros((3, 3, 3)), np.eye(4))
    with pytest.raises(ValueError, match="contains no map"):
        masker.fit(run)
    same(masker.transform(run), expected)


@pytest.mark.parametrize("at", ["keep", "scratch"])
def test_a_full_disk_is_said_to_be_one(tmp_path, atlas, bold, monkeypatch, at):
    masker, run = NiftiMapsMasker(atlas, memory=tmp_path), bold()
    if at == "scratch":
        masker.fit(run)

    def full(image, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(nib.Nifti1Image, "to_filename", full)
    with pytest.raises(OSError, match=r"the disk of .*nipype-maps.* is full; free some space"):
        masker.fit_transform(run) if at == "keep" else masker.transform(run)


def test_one_run_that_fails_does_not_lose_the_others(tmp_path, atlas, bold, nodes_run):
    good, bad = bold(), bold(n_frames=3)
    masker = NiftiMapsMasker(atlas, memory=tmp_path, high_pass=0.01).fit()
    with pytest.raises(ValueError, match=r"^run 1 of 3: .*frames.* \(1 more failed.\)$"):
        masker.transform([bad, good, bad])
    nodes_run.clear()
    masker.transform([good])
    assert nodes_run == []


def test_verbose_tells_the_steps(atlas, bold, capfd, tmp_path):
    masker = NiftiMapsMasker(atlas, memory=tmp_path)
    run = bold("flipped")
    masker.fit(run).transform(run)
    out, err = capfd.readouterr()
    assert out == err == ""
    masker = NiftiMapsMasker(atlas, verbose=1).fit(run)
    masker.inverse_transform(masker.transform(run))
    lines = capfd.readouterr().out.splitlines()
    assert [line.partition("<")[0].strip() for line in lines] == [
        "[NiftiMapsMasker.fit] Loading data from",
        "[NiftiMapsMasker.fit] Loading regions from",
        "[NiftiMapsMasker.fit] Resampling regions",
        "[NiftiMapsMasker.fit] Finished fit",
        "[NiftiMapsMasker.transform] Extracting region signals",
        "[NiftiMapsMasker.transform] Cleaning extracted signals",
        "[NiftiMapsMasker.inverse_transform] Computing image from signals",
    ]


def test_the_sidecar_and_the_header_tell_the_time_step(tmp_path, atlas, bold, same):
    """Where nilearn must be told t_r."""
    run = bold(t_r=2.0)
    expected = NiftiMapsMasker(atlas, high_pass=0.05, t_r=2.0).fit_transform(run)
    same(NiftiMapsMasker(atlas, high_pass=0.05).fit_transform(run), expected)
    unknown = nib.Nifti1Image(run.get_fdata(), run.affine)
    with pytest.raises(ValueError, match="t_r"):
        NiftiMapsMasker(atlas, high_pass=0.05).fit_transform(unknown)
    nib.save(unknown, tmp_path / "sub-01_bold.nii")
    Path(tmp_path / "sub-01_bold.json").write_text('{"RepetitionTime": 2.0}')
    for given in (tmp_path / "sub-01_bold.nii", nib.load(tmp_path / "sub-01_bold.nii")):
        same(NiftiMapsMasker(atlas, high_pass=0.05).fit_transform(given), expected)


def test_a_sidecar_of_the_data_set_tells_the_time_step(tmp_path, atlas, bold, same):
    run = bold(t_r=2.5)
    expected = NiftiMapsMasker(atlas, high_pass=0.05, t_r=2.5).fit_transform(run)
    folder = tmp_path / "sub-01" / "func"
    folder.mkdir(parents=True)
    path = folder / "sub-01_task-rest_bold.nii"
    nib.save(nib.Nifti1Image(run.get_fdata(), run.affine), path)
    (tmp_path / "task-rest_bold.json").write_text('{"RepetitionTime": 2.5}')
    for given in (path, nib.load(path)):
        same(NiftiMapsMasker(atlas, high_pass=0.05).fit_transform(given), expected)
    times = [*range(0, 38, 2), 50]
    path.with_name("sub-01_task-rest_bold.json").write_text(f'{{"VolumeTiming": {times}}}')
    with pytest.raises(
        ValueError, match=r"not evenly spaced, as VolumeTiming in the run's sidecar says.*pass t_r"
    ):
        NiftiMapsMasker(atlas, high_pass=0.05).fit_transform(path)
    same(NiftiMapsMasker(atlas, high_pass=0.05, t_r=2.5).fit_transform(path), expected)
    NiftiMapsMasker(atlas).fit_transform(path)
