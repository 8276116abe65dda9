"""What scikit-learn expects of the class, and what it does without scikit-learn."""

import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import nibabel as nib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline

from nipype_maps import NiftiMapsMasker
from nipype_maps.masker.estimator import NotFittedError as OurNotFittedError


@pytest.mark.nilearn
def test_the_constructor_takes_what_nilearn_takes_in_the_order_of_its_reference_page():
    from nilearn.maskers import NiftiMapsMasker as Theirs

    names = list(inspect.signature(NiftiMapsMasker).parameters)
    assert set(names[:-2]) == set(inspect.signature(Theirs).parameters)
    assert names[-2:] == ["map_names", "map_names_column"]  # which nilearn does not have
    assert names[:16] == [
        "maps_img", "mask_img", "allow_overlap", "smoothing_fwhm", "standardize", "standardize_confounds",
        "high_variance_confounds", "detrend", "low_pass", "high_pass", "t_r", "dtype", "resampling_target",
        "memory", "memory_level", "verbose",
    ]  # fmt: skip
    ours, theirs = NiftiMapsMasker().get_params(), Theirs().get_params()
    assert {name for name in theirs if ours[name] != theirs[name]} == {"keep_masked_maps"}


def test_arguments_are_stored_untouched(atlas):
    given = {
        "maps_img": atlas,
        "smoothing_fwhm": [3, 4, 5],
        "clean_args": {"filter": "cosine"},
        "memory": Path("x"),
    }
    masker = NiftiMapsMasker(**given)
    assert all(getattr(masker, name) is value for name, value in given.items())
    assert vars(masker).keys() == masker.get_params().keys()


def test_parameters_are_set_and_unknown_ones_refused():
    masker = NiftiMapsMasker()
    assert masker.set_params(detrend=True, t_r=2.0) is masker
    assert masker.detrend is True
    with pytest.raises(
        ValueError, match="Invalid parameter 'detrand' for estimator NiftiMapsMasker"
    ) as caught:
        masker.set_params(detrand=True, t_r=3.0)
    assert "'detrend'" in str(caught.value)
    assert masker.t_r == 2.0


def test_a_clone_has_the_parameters_and_nothing_else(atlas, bold):
    masker = NiftiMapsMasker(atlas, detrend=True).fit(bold())
    copy = clone(masker)
    assert copy.detrend is True
    assert not hasattr(copy, "n_elements_")


def test_the_repr_shows_what_differs_from_the_defaults(atlas):
    assert repr(NiftiMapsMasker()) == "NiftiMapsMasker()"
    masker = NiftiMapsMasker("msdl.nii.gz", detrend=True, standardize=False, t_r=np.float64(2))
    assert repr(masker) == f"NiftiMapsMasker(maps_img='msdl.nii.gz', detrend=True, t_r={np.float64(2)!r})"
    shown = repr(NiftiMapsMasker([atlas] * 5, mask_img=atlas))
    image = "<Nifti1Image of shape (7, 8, 6, 3)>"
    assert shown == f"NiftiMapsMasker(maps_img=[{image}, {image}, {image}, ... 5 in all], mask_img={image})"


def test_methods_that_need_fit_say_so(atlas, bold):
    masker = NiftiMapsMasker(atlas)
    for call in (
        lambda: masker.transform(bold()),
        lambda: masker.transform_single_imgs(bold()),
        lambda: masker.inverse_transform(np.zeros((2, 3))),
    ):
        with pytest.raises(NotFittedError, match="NiftiMapsMasker instance is not fitted yet"):
            call()


def test_without_scikit_learn_pandas_and_joblib(tmp_path):
    """They are nowhere imported, and the class does all it does."""
    program = f"""
import sys
for name in ("sklearn", "pandas", "joblib", "nilearn", "polars"):
    sys.modules[name] = None
import nibabel as nib, numpy as np
from nipype_maps import NiftiMapsMasker
image = nib.Nifti1Image(np.random.default_rng(0).random((5, 5, 5, 2)), np.eye(4))
masker = NiftiMapsMasker(image, memory={str(tmp_path)!r})
try:
    masker.transform(image)
except ValueError as error:
    print(type(error).__module__)
print(masker.fit_transform(image).round(9).tolist())
print(masker.inverse_transform(np.eye(2)).shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.splitlines() == [
        OurNotFittedError.__module__,
        "[[1.0, 0.0], [0.0, 1.0]]",
        "(5, 5, 5, 2)",
    ]


def test_a_fitted_masker_can_be_pickled_and_used_when_the_first_is_gone(atlas, bold, same):
    run = bold()
    masker = NiftiMapsMasker(atlas).fit(run)
    expected, image = masker.transform(run), masker.inverse_transform(np.eye(3))
    stored = pickle.dumps(masker)
    del masker
    other = pickle.loads(stored)
    same(other.transform(run), expected)
    same(other.inverse_transform(np.eye(3)).get_fdata(), image.get_fdata())


def test_signals_as_data_frames(atlas, bold, same):
    run = bold()
    masker = NiftiMapsMasker(atlas).fit(run)
    expected = masker.transform(run)
    for container, kind in (("pandas", pd.DataFrame), ("polars", pl.DataFrame)):
        frame = masker.set_output(transform=container).transform(run)
        assert isinstance(frame, kind)
        assert list(frame.columns) == ["map-01", "map-02", "map-03"]
        same(frame.to_numpy(), expected)
        same(masker.inverse_transform(frame).get_fdata(), masker.inverse_transform(expected).get_fdata())
    volume = nib.Nifti1Image(run.get_fdata()[..., 0], run.affine)
    assert masker.set_output(transform="pandas").transform(volume).shape == (1, 3)
    assert masker.set_output(transform="default").transform(volume).shape == (3,)
    with pytest.raises(ValueError, match="transform must be one of"):
        masker.set_output(transform="csv")


class Correlations(TransformerMixin, BaseEstimator):
    """The correlations of each run's signals, as features."""

    def fit(self, X, y=None):  # noqa: N803
        return self

    def transform(self, X):  # noqa: N803
        return np.stack([np.corrcoef(signals.T)[np.triu_indices(signals.shape[1], 1)] for signals in X])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_grid_search_over_the_smoothing_of_a_group_of_runs(tmp_path, atlas, bold, nodes_run, n_jobs):
    """Runs by name, in a pipeline that is cloned, cut into folds, and refitted; in processes too."""
    runs = []
    for index in range(6):
        runs.append(str(tmp_path / f"sub-{index}_bold.nii.gz"))
        nib.save(bold(), runs[-1])
    labels = np.arange(6) % 2
    masker = NiftiMapsMasker(atlas, memory=joblib.Memory(tmp_path / "cache", verbose=0))
    pipeline = make_pipeline(masker, Correlations(), LogisticRegression())
    search = GridSearchCV(
        pipeline,
        {"niftimapsmasker__smoothing_fwhm": [None, 6.0]},
        cv=KFold(2),
        n_jobs=n_jobs,
        error_score="raise",
    )
    search.fit(np.array(runs), labels)
    assert search.predict(runs).shape == (6,)
    by_hand = [search.best_estimator_[0].transform(run) for run in runs]
    np.testing.assert_array_equal(by_hand[0], search.best_estimator_[0].transform(runs)[0])
    if n_jobs == 1:
        # every run once for each of two widths, whatever the folds
        assert nodes_run.count("project") == 12


def test_a_pipeline_hands_single_images_on(atlas, bold, same):
    run = bold()
    pipeline = make_pipeline(NiftiMapsMasker(atlas, standardize="zscore_sample"))
    same(
        pipeline.fit(run).transform(run),
        NiftiMapsMasker(atlas, standardize="zscore_sample").fit_transform(run),
    )


@pytest.mark.nilearn
def test_names_of_features_are_those_of_nilearn(maps):
    from nilearn.maskers import NiftiMapsMasker as Theirs

    theirs = Theirs(maps).fit()
    np.testing.assert_array_equal(
        NiftiMapsMasker(maps).fit().get_feature_names_out(), theirs.get_feature_names_out()
    )
