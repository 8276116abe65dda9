"""pybids' index, kept in a folder: never another folder's, and never an old one."""

import json
import os
import shutil

import bids.layout
import pytest

from nipype_maps.bids.derivatives import find_runs
from nipype_maps.notes import collected

RUN = "sub-{0}/func/sub-{0}_task-rest_space-MNI_desc-preproc_bold.nii.gz"


def derivatives(root, *subjects):
    for subject in subjects:
        path = root / RUN.format(subject)
        path.parent.mkdir(parents=True)
        path.touch()
    content = {"Name": "fMRIPrep", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}
    (root / "dataset_description.json").write_text(json.dumps(content))
    return root


@pytest.fixture
def tree(tmp_path):
    return derivatives(tmp_path / "fmriprep", "01", "02")


def found(tree, folder):
    with collected() as notes:
        runs = find_runs(tree, index=folder)
    return [run.path.name[:6] for run in runs], list(notes)


def test_an_index_is_made_once_and_read_then(tree, tmp_path, monkeypatch):
    folder = tmp_path / "made" / "index"
    assert found(tree, folder) == (["sub-01", "sub-02"], [])
    assert os.listdir(folder) == ["layout_index.sqlite"]
    monkeypatch.setattr(bids.layout, "BIDSLayoutIndexer", lambda **options: pytest.fail)
    assert found(tree, folder) == (["sub-01", "sub-02"], [])


def test_files_that_come_and_go_are_noticed(tree, tmp_path):
    folder = tmp_path / "index"
    found(tree, folder)
    shutil.copytree(tree / "sub-02", tree / "sub-03")
    os.rename(tree / RUN.format("02").replace("sub-02/", "sub-03/"), tree / RUN.format("03"))
    runs, (note,) = found(tree, folder)
    assert runs == ["sub-01", "sub-02", "sub-03"]
    assert f"layout_index.sqlite is made again, because {tree} has {RUN.format('03')} that it lacks." in note
    shutil.rmtree(tree / "sub-01")
    runs, (note,) = found(tree, folder)
    assert runs == ["sub-02", "sub-03"]
    assert f"because {tree} lacks {RUN.format('01')}." in note
    assert found(tree, folder) == (runs, [])


def test_files_that_no_run_is_found_by_may_change(tree, tmp_path):
    folder = tmp_path / "index"
    found(tree, folder)
    (tree / "sub-01" / "figures").mkdir()
    (tree / "sub-01" / "figures" / "sub-01_task-rest_desc-rois_bold.svg").touch()
    assert found(tree, folder)[1] == []


def test_the_index_of_another_folder_is_refused(tree, tmp_path):
    """pybids would find the runs of the other one."""
    other = derivatives(tmp_path / "other", "09")
    found(other, tmp_path / "index")
    with pytest.raises(ValueError, match=r"is the index of .*/other, not of .*/fmriprep"):
        found(tree, tmp_path / "index")


def test_an_index_of_raw_data_is_refused(tree, tmp_path):
    """As nipoppy makes them."""
    bids.layout.BIDSLayout(tree, validate=False, config="bids", database_path=tmp_path / "index")
    with pytest.raises(ValueError, match="was made without the names of derivatives, such as desc"):
        found(tree, tmp_path / "index")


def test_an_index_of_a_whole_data_set_that_pybids_made_is_read(tree, tmp_path):
    bids.layout.BIDSLayout(tree, validate=False, database_path=tmp_path / "index")
    assert found(tree, tmp_path / "index") == (["sub-01", "sub-02"], [])


@pytest.mark.parametrize("content", [b"", b"no database"])
def test_a_damaged_index_is_refused(tree, tmp_path, content):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "layout_index.sqlite").write_bytes(content)
    with pytest.raises(ValueError, match="is not an index that pybids has written"):
        found(tree, tmp_path / "index")


def test_a_folder_that_is_none_is_refused(tree, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"no index can be written to .*/file"):
        found(tree, tmp_path / "file")


def test_an_old_index_that_cannot_be_made_again_is_not_used(tree, tmp_path, monkeypatch):
    folder = tmp_path / "index"
    found(tree, folder)
    shutil.rmtree(tree / "sub-01")

    def refuse(**options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    runs, (note,) = found(tree, folder)
    assert runs == ["sub-02"]
    assert "is not used, because" in note
