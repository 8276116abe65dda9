"""Where the results of a data set may be, and links to folders in it and in that of the runs."""

import json
import shutil

import numpy as np
import pytest

from nipype_maps.engine.workfolder.lock import locked

from ..derivatives import describe, write_run
from .test_dataset import summary


@pytest.fixture
def one(tmp_path, rng, grids):
    """Two runs of two participants, of 12 frames."""
    return write_runs(tmp_path / "study" / "fmriprep", rng, grids["plain"])


def write_runs(root, rng, grid, participants=("01", "02"), n_frames=12):
    describe(root)
    for label in participants:
        table = np.hstack([rng.normal(size=(n_frames, 6)), np.zeros((n_frames, 3))])
        values = rng.normal(100, 5, (*grid.shape, n_frames))
        write_run(root, f"sub-{label}_task-rest", values, grid.affine, table)
    return root


@pytest.fixture
def out(one):
    return one.parent / "maps"


@pytest.fixture
def words(one, out, maps):
    return ["dataset", one, out, "--maps", maps, "--confounds-strategy", "none"]


def to_another_disk(folder, disk):
    """Move a folder, and put a link in its place."""
    disk.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, disk)
    folder.symlink_to(disk)


def statuses(out):
    return {row["participant_id"]: row["status"] for row in summary(out)}


DONE = {"sub-01": "done", "sub-02": "done"}


@pytest.mark.parametrize("work", ["work", "tmp", "sub-01/work", "logs/work", "derivatives/work"])
def test_the_work_folder_is_not_in_the_data_set(invoke, words, out, work):
    done = invoke(*words, "-w", out / work, status=2)
    assert f"--work {out / work} is inside OUT {out}, where BIDS has no place for" in done.stderr
    assert not out.exists()


def test_no_tables_of_extract_come_into_a_data_set(invoke, words, one, out, maps):
    invoke(*words)
    before = sorted(out.rglob("*"))
    (run,) = one.glob("sub-01/func/*_bold.nii.gz")
    call = ["extract", run, "--maps", maps, "--overwrite", "--out"]
    for more in ([], ["--dry-run"]):
        told = invoke(*call, out, *more, status=2).stderr
        assert f"--out {out} is a data set that nipype-maps dataset wrote" in told
        for root in (out, one):
            told = invoke(*call, root / "sub-01" / "func", *more, status=2).stderr
            assert f"--out {root}/sub-01/func is in sub-01 of the data set {root}; choose another" in told
    assert sorted(out.rglob("*")) == before
    assert not (run.parent / "logs").exists()


@pytest.mark.parametrize("linked", ["sub-02/func", "sub-02"])
def test_results_behind_a_link_are_counted(invoke, words, out, tmp_path, linked):
    invoke(*words)
    to_another_disk(out / linked, tmp_path / "disk" / linked)
    for more in (["--participant-label", "01"], []):
        invoke(*words, *more)
        assert statuses(out) == DONE
        assert len(summary(out)) == 2
        assert "from 2 fMRI runs of 2 participants" in (out / "logs" / "CITATION.md").read_text()


def test_runs_behind_a_link_are_not_taken_for_removed(invoke, words, one, out, tmp_path):
    to_another_disk(one / "sub-02" / "func", tmp_path / "disk" / "func")
    invoke(*words)
    shutil.rmtree(out / "logs" / "runs")
    assert "removed" not in invoke(*words, "--participant-label", "01").stderr
    assert statuses(out) == DONE
    next((tmp_path / "disk").rglob("*_bold.nii.gz")).unlink()
    assert "has the status 'removed'" in invoke(*words, "--participant-label", "01").stderr
    assert statuses(out) == {**DONE, "sub-02": "removed"}


@pytest.mark.parametrize("linked", ["sub-02", "sub-02/func"])
def test_sources_behind_a_link_have_uris_too(invoke, words, one, out, tmp_path, linked):
    to_another_disk(one / linked, tmp_path / "disk" / linked)
    invoke(*words)
    for sidecar in out.glob("sub-*/func/*_timeseries.json"):
        label = sidecar.name[:6]
        run = f"bids:preprocessed:{label}/func/{label}_task-rest_space-MNI_desc-preproc_bold.nii.gz"
        assert json.loads(sidecar.read_text())["Sources"][0] == run
    assert len(list(out.glob("sub-*/func/*_timeseries.json"))) == 2


@pytest.mark.parametrize("linked", ["sub-02", "sub-02/func"])
@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_results_are_not_written_among_the_runs(invoke, words, one, out, tmp_path, linked, is_elsewhere):
    if is_elsewhere:  # the folders of IN are links themselves
        to_another_disk(one / "sub-02", tmp_path / "disk" / "sub-02")
    invoke(*words, "--participant-label", "01")
    before = sorted(path for folder in (one, tmp_path / "disk") for path in folder.rglob("*"))
    (out / linked).parent.mkdir(exist_ok=True)
    (out / linked).symlink_to(one / linked)
    for more in ([], ["--overwrite"], ["--dry-run"]):
        told = invoke(*words, *more, status=1).stderr
        assert f"Error: {out}/sub-02/func leads to " in told
        assert "where the runs are; remove the link, or choose another OUT." in told
    assert sorted(path for folder in (one, tmp_path / "disk") for path in folder.rglob("*")) == before


def test_links_that_lead_to_another_data_set_are_warned_of(
    invoke, words, one, out, maps, tmp_path, rng, grids
):
    """OUT alone is moved beside a data set that is at the same place relative to it."""
    invoke(*words)
    shutil.copytree(one, tmp_path / "copy" / "fmriprep")
    write_runs(tmp_path / "second" / "fmriprep", rng, grids["plain"], ["02", "03"], 15)
    for study in ("copy", "second"):
        shutil.copytree(out, tmp_path / study / "maps")
    told = "warning: Sources of {} in {}, such as {}"
    copy = ["dataset", tmp_path / "copy" / "fmriprep", tmp_path / "copy" / "maps", *words[3:]]
    assert "Sources of" not in invoke(*copy, "--participant-label", "01").stderr  # they are the same files
    second = ["dataset", tmp_path / "second" / "fmriprep", tmp_path / "second" / "maps", *words[3:]]
    said = invoke(*second, "--participant-label", "03").stderr
    assert told.format("2 results", second[2], "sub-01/func/sub-01_task-rest_") in said
    assert f"lead to {second[1]}/sub-01/func/" in said
    assert f"but were made from {one}/sub-01/func/" in said
    said = invoke(*second, "--overwrite").stderr  # the second participant is in both
    assert told.format("1 result", second[2], "sub-01/func/sub-01_task-rest_") in said
    one.parent.rename(tmp_path / "moved")
    assert "Sources of" not in invoke(*second).stderr


def test_a_link_that_led_to_another_doi_is_warned_of_once(invoke, words, one, out):
    path = one / "dataset_description.json"
    for doi, told in (("doi:1/one", False), ("doi:1/one", False), ("doi:1/two", True), ("doi:1/two", False)):
        path.write_text(json.dumps({**json.loads(path.read_text()), "DatasetDOI": doi}))
        said = (
            f"{out}/dataset_description.json links to {one}, which has the DOI doi:1/two now, not doi:1/one"
        )
        assert (said in invoke(*words).stderr) == told


def test_messages_say_out(invoke, words, out):
    invoke(*words, "--participant-label", "01")
    with locked(out / "logs"):
        assert "choose another OUT, or give --wait" in invoke(*words, status=1).stderr
