"""SelectConfounds beside nilearn's load_confounds, on the tables that nilearn is tested with."""

import re
import shutil
import warnings
from pathlib import Path

import nilearn.interfaces.fmriprep
import numpy as np
import pytest
from nilearn.interfaces.fmriprep import load_confounds, load_confounds_strategy

from nipype_maps.bids.tables import read_table
from nipype_maps.interfaces import SelectConfounds

DATA = Path(nilearn.interfaces.fmriprep.__file__).parent / "data"
TABLES = {
    "fMRIPrep 21": ("test-v21_desc-confounds_timeseries", "sub-01_task-rest_desc-confounds_timeseries"),
    "fMRIPrep 1.4": ("test_desc-confounds_regressors", "sub-01_task-rest_desc-confounds_regressors"),
    "no dummies": ("no_nonsteady_desc-confounds_regressors", "sub-01_task-rest_desc-confounds_regressors"),
}

#: Our name of a strategy, and nilearn's.
STRATEGIES = {
    "6P": {"strategy": ["motion"], "motion": "basic"},
    "12P": {"strategy": ["motion"], "motion": "derivatives"},
    "24P": {"strategy": ["motion"], "motion": "full"},
    "24P+gs": {"strategy": ["motion", "global_signal"], "motion": "full", "global_signal": "basic"},
    "9P": {"strategy": ["motion", "wm_csf", "global_signal"], "motion": "basic"},
    "36P": {
        "strategy": ["motion", "wm_csf", "global_signal"],
        "motion": "full", "wm_csf": "full", "global_signal": "full",
    },
    "6P+cosine": {"strategy": ["motion", "high_pass"], "motion": "basic"},
    "acompcor5": {"strategy": ["high_pass", "compcor"], "compcor": "anat_combined", "n_compcor": 5},
    "acompcor6": {"strategy": ["high_pass", "compcor"], "compcor": "anat_combined", "n_compcor": 6},
    "acompcor50": {"strategy": ["high_pass", "compcor"], "compcor": "anat_combined", "n_compcor": "all"},
    "aroma": {"strategy": ["ica_aroma"], "ica_aroma": "basic"},
    "24P+wmcsf+cosine": "simple",
    "24P+wmcsf8+cosine+scrub": "scrubbing",
    "24P+acompcor50": "compcor",
    "6P+scrub": {"strategy": ["motion", "scrub"], "motion": "basic", "fd_threshold": 0.5},
    "6P+scrub-strict": {"strategy": ["motion", "scrub"], "motion": "basic", "fd_threshold": 0.2},
}  # fmt: skip


@pytest.fixture(params=TABLES)
def given(request, tmp_path):
    """A run by name, and its confounds and sidecar beside it."""
    source, name = TABLES[request.param]
    metadata = DATA / f"{source if source.startswith('test-v21') else 'test_desc-confounds_regressors'}.json"
    shutil.copyfile(DATA / f"{source}.tsv", tmp_path / f"{name}.tsv")
    shutil.copyfile(metadata, tmp_path / f"{name}.json")
    run = tmp_path / "sub-01_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
    run.touch()
    return run, tmp_path / f"{name}.tsv"


def theirs(run, meant):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(meant, str):
            return load_confounds_strategy(str(run), meant, demean=False)
        return load_confounds(str(run), demean=False, **meant)


def stretches(frames):
    """Frames in a row."""
    return np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_columns_and_frames_are_those_of_nilearn(given, execute, strategy):
    run, table = given
    if strategy == "aroma" and not any("aroma" in name for name in read_table(table).names):
        with pytest.raises(Exception, match=r"has no column 'aroma_motion_\*', which 'aroma' of strategy"):
            execute(SelectConfounds(in_file=table, strategy=strategy))
        return
    expected, frames = theirs(run, STRATEGIES[strategy])
    frames = np.arange(len(read_table(table).values)) if frames is None else frames
    if "scrub" in strategy:
        # nilearn leaves short stretches between dummies and an outlier, as if dummies were kept
        frames = [frame for stretch in stretches(frames) if len(stretch) >= 5 for frame in stretch]
    if not len(frames):
        with pytest.raises(Exception, match=f"strategy '{re.escape(strategy)}' censors all 30 frames"):
            execute(SelectConfounds(in_file=table, strategy=strategy))
        return
    outputs = execute(SelectConfounds(in_file=table, strategy=strategy))
    assert sorted(outputs.columns) == sorted(expected.columns)
    assert outputs.sample_mask == list(frames)
    ours = read_table(outputs.out_file)
    values = expected[ours.names].to_numpy()
    # nilearn fills a derivative's first row, which we leave to Clean
    known = ~np.isnan(ours.values)
    assert known[1:].all()
    np.testing.assert_allclose(ours.values[known], values[known])
