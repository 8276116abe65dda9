"""Fitted maskers in other processes, folders and times."""

import copy
import gc
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor

import joblib
import nibabel as nib
import numpy as np
import pytest
from sklearn.base import clone

from nipype_maps import NiftiMapsMasker


@pytest.fixture
def small_mask(atlas):
    inside = np.zeros(atlas.shape[:3], np.uint8)
    inside[1:6, 2:, :5] = 1
    return nib.Nifti1Image(inside, atlas.affine)


def dumped(masker):
    return pickle.loads(pickle.dumps(masker))


def through_joblib(masker):
    joblib.dump(masker, "masker.joblib")
    return joblib.load("masker.joblib")


WAYS = [dumped, through_joblib, copy.copy, copy.deepcopy]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("memory", [None, "cache"])
def test_a_copy_of_a_fitted_masker_does_what_it_did(
    tmp_path, atlas, small_mask, bold, same, monkeypatch, nodes_run, way, memory
):
    """Nothing is run to restore it; then the first one, its folder and its memory are gone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    run = bold()
    masker = NiftiMapsMasker(atlas, small_mask, memory=memory, detrend=True).fit(run)
    expected, image = masker.transform(run), masker.inverse_transform(np.eye(3)).get_fdata()
    maps, mask = masker.maps_img_.get_fdata(), masker.mask_img_.get_fdata()
    nodes_run.clear()
    other = way(masker)
    assert nodes_run == []
    assert other.n_elements_ == 3
    assert other.get_params() == (masker if way is copy.copy else other).get_params()
    del masker
    gc.collect()
    shutil.rmtree("cache", ignore_errors=True)
    same(other.maps_img_.get_fdata(), maps)
    same(other.mask_img_.get_fdata(), mask)
    same(other.inverse_transform(np.eye(3)).get_fdata(), image)
    same(other.transform(run), expected)
    same(
        other.set_params(detrend=False).transform(run), NiftiMapsMasker(atlas, small_mask).fit_transform(run)
    )


def test_a_copy_has_runs_of_its_own(atlas, bold):
    masker = NiftiMapsMasker(atlas).fit()
    masker.transform(bold(t_r=0.5))
    copy.copy(masker).transform(bold(t_r=2.0))
    assert masker.inverse_transform(np.eye(3)).header.get_zooms()[3] == 0.5


def test_a_clone_is_not_fitted_and_says_so(atlas, bold):
    other = clone(NiftiMapsMasker(atlas).fit(bold()))
    for name in ("maps_img_", "mask_img_", "n_elements_"):
        assert not hasattr(other, name)
    with pytest.raises(AttributeError, match="has no maps_img_ before fit is called"):
        other.maps_img_  # noqa: B018


def test_files_are_where_they_were_when_fit_was_called(tmp_path, atlas, bold, same, monkeypatch):
    """A relative path of maps or memory means the same in whatever folder the program is later."""
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    nib.save(atlas, "maps.nii")
    run = bold()
    masker = NiftiMapsMasker("maps.nii", memory="cache").fit(run)
    expected, stored = masker.transform(run), pickle.dumps(masker)
    monkeypatch.chdir(tmp_path / "there")
    same(masker.transform(run), expected)
    same(pickle.loads(stored).transform(run), expected)
    assert os.listdir() == []
    (tmp_path / "there" / "masker.pkl").write_bytes(stored)
    nib.save(run, tmp_path / "there" / "run.nii")
    program = (
        "import pickle; masker = pickle.load(open('masker.pkl', 'rb'));"
        "print(repr(masker.transform('run.nii').tobytes()), masker.maps_img_.shape)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == f"{expected.tobytes()!r} (7, 8, 6, 3)\n", done.stderr


@pytest.mark.parametrize("given", [str, nib.load])
def test_files_that_are_gone_are_named_when_they_are_needed(tmp_path, atlas, bold, given):
    """nibabel pickles an image of a file as the file's name."""
    nib.save(atlas, tmp_path / "maps.nii")
    stored = pickle.dumps(NiftiMapsMasker(given(tmp_path / "maps.nii")).fit(bold()))
    (tmp_path / "maps.nii").unlink()
    masker = pickle.loads(stored)
    assert masker.n_elements_ == 3
    sentence = r"^maps_img: the file .*/maps.nii no longer exists; put it back, or set maps_img and call"
    with pytest.raises(FileNotFoundError, match=sentence):
        masker.transform(bold())
    with pytest.raises(FileNotFoundError, match=sentence):
        masker.maps_img_  # noqa: B018
    masker.set_params(maps_img=atlas).fit_transform(bold())


@pytest.mark.parametrize("memory", [None, "cache"])
def test_maps_that_changed_on_disk_are_refused(tmp_path, atlas, bold, memory):
    """Signals of these maps, maps_img_ of those: nobody would know."""
    nib.save(atlas, tmp_path / "maps.nii")
    masker = NiftiMapsMasker(tmp_path / "maps.nii", memory=memory and tmp_path / memory).fit(bold())
    nib.save(nib.Nifti1Image(2 * atlas.get_fdata(), atlas.affine), tmp_path / "maps.nii")
    for ask in (masker.transform, dumped(masker).transform):
        with pytest.raises(
            ValueError, match=r"^maps_img: the file .*maps.nii has changed since fit was called"
        ):
            ask(bold())
    masker.fit_transform(bold())


def test_maps_that_changed_in_memory(atlas, bold, same):
    """What fit was given counts, as long as it is known; of a pickle it is not."""
    run = bold()
    masker = NiftiMapsMasker(atlas).fit(run)
    expected = masker.transform(run)
    atlas.dataobj[...] *= 2
    same(masker.transform(run), expected)
    with pytest.raises(ValueError, match=r"^maps_img has changed since fit was called; call fit again"):
        dumped(masker).transform(run)


def test_other_maps_count_from_the_next_fit_on_and_that_is_said(atlas, small_mask, bold, same):
    run = bold()
    masker = NiftiMapsMasker(atlas).fit(run)
    expected = masker.transform(run)
    masker.set_params(mask_img=small_mask)
    with pytest.warns(UserWarning, match="mask_img was set after fit was called, and is not used") as caught:
        same(masker.transform(run), expected)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="mask_img was set after fit was called"):
        same(dumped(masker).transform(run), expected)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "less than half of the weight")  # the mask is small
        masker.fit(run).transform(run)
        dumped(masker).transform(run)


def test_a_pickle_of_another_version_is_not_fitted(atlas, bold, same):
    masker, run = NiftiMapsMasker(atlas, detrend=True).fit(bold()), bold()
    state = masker.__getstate__()
    del state["_format"], state["clean_args"]
    other = NiftiMapsMasker.__new__(NiftiMapsMasker)
    with pytest.warns(UserWarning, match="was pickled by another version of nipype-maps.*call fit again"):
        other.__setstate__(state)
    assert not other.__sklearn_is_fitted__()
    same(other.fit_transform(run), masker.transform(run))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_every_kind_are_given_a_masker(tmp_path, atlas, bold, same, method):
    run = bold()
    nib.save(run, tmp_path / "run.nii")
    masker = NiftiMapsMasker(atlas).fit(run)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as processes:
        answers = list(processes.map(masker.transform, [tmp_path / "run.nii"] * 3))
    for answer in answers:
        same(answer, masker.transform(run))
