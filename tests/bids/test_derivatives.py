import builtins
import json
from pathlib import Path

import pytest

from nipype_maps.bids.atlas import Atlas
from nipype_maps.bids.atlas_files import write_label_table
from nipype_maps.bids.dataset_description import describe
from nipype_maps.bids.derivatives import find_runs
from nipype_maps.bids.labels import labels_of

FUNC = "sub-{s}/func/sub-{s}_task-{t}"


@pytest.fixture
def tree(tmp_path):
    """Two participants, two tasks, two spaces, older and newer names of confounds."""
    (tmp_path / "dataset_description.json").write_text(
        json.dumps({"Name": "fMRIPrep", "BIDSVersion": "1.9.0", "DatasetType": "derivative"})
    )
    for s in ("01", "02"):
        for t in ("rest", "nback_run-1"):
            start = tmp_path / FUNC.format(s=s, t=t)
            start.parent.mkdir(parents=True, exist_ok=True)
            for space in ("MNI", "T1w"):
                for ending in (
                    "desc-preproc_bold.nii.gz",
                    "desc-preproc_bold.json",
                    "desc-brain_mask.nii.gz",
                ):
                    Path(f"{start}_space-{space}_{ending}").write_text("{}")
            old = "regressors" if s == "02" else "timeseries"
            Path(f"{start}_desc-confounds_{old}.tsv").write_text("a\n1\n")
    (tmp_path / "sub-02/func/sub-02_task-rest_desc-confounds_regressors.tsv").unlink()
    return tmp_path


def test_each_run_comes_with_what_belongs_to_it(tree):
    runs = find_runs(tree)
    assert len(runs) == 8
    assert [run.path for run in runs] == sorted(run.path for run in runs)
    first = runs[0]
    start = tree / "sub-01/func/sub-01_task-nback_run-1"
    assert first.path == Path(f"{start}_space-MNI_desc-preproc_bold.nii.gz")
    assert first.mask == Path(f"{start}_space-MNI_desc-brain_mask.nii.gz")
    assert first.confounds == Path(f"{start}_desc-confounds_timeseries.tsv")
    assert first.folder == Path("sub-01/func")
    lost = [run.path.name for run in runs if run.confounds is None]
    assert lost == [f"sub-02_task-rest_space-{space}_desc-preproc_bold.nii.gz" for space in ("MNI", "T1w")]


def test_runs_are_chosen_by_their_labels(tree):
    assert len(find_runs(tree, participants=["sub-01"])) == 4
    (run,) = find_runs(tree, participants=["02"], tasks=["nback"], spaces=["T1w"])
    assert run.path.name == "sub-02_task-nback_run-1_space-T1w_desc-preproc_bold.nii.gz"
    assert run.confounds.name == "sub-02_task-nback_run-1_desc-confounds_regressors.tsv"


def test_what_is_not_there_is_named(tree, tmp_path):
    with pytest.raises(
        ValueError, match=r"no preprocessed run .* of task rst; there are the tasks nback, rest in"
    ):
        find_runs(tree, tasks=["rst"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty has no dataset_description.json"):
        find_runs(tmp_path / "empty")


def test_without_pybids_it_is_said_what_to_install(tree, monkeypatch):
    imported = builtins.__import__

    def without(name, *arguments, **options):
        if name == "bids":
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"install nipype-maps\[bids\]"):
        find_runs(tree)


def test_a_data_set_says_what_it_is(tmp_path):
    describe(tmp_path, tmp_path / "fmriprep")
    said = json.loads((tmp_path / "dataset_description.json").read_text())
    assert said["DatasetType"] == "derivative"
    assert said["GeneratedBy"][0]["Name"] == "nipype-maps"
    write_label_table(tmp_path, Atlas("msdl"), ["visual", "motor"])
    assert labels_of(["msdl.nii"], 2, tmp_path / "atlas-msdl_dseg.tsv").names == ["visual", "motor"]
