"""The time between frames from JSON files: a run's own, and those that it inherits."""

import json
import os
from pathlib import Path

import pytest

from nipype_maps.bids.inheritance import sidecars_for
from nipype_maps.bids.runs import Run

RUN = "sub-01/ses-a/func/sub-01_ses-a_task-rest_run-1_space-MNI_desc-preproc_bold.nii.gz"
OWN = RUN.replace(".nii.gz", ".json")


@pytest.fixture
def data_set(tmp_path, make_run):
    """A run whose header knows no time step, and JSON files by their names: returns the run's path."""

    def data_set(files, described=True, n_frames=4, t_r=0.0):
        run = make_run(f"data/{RUN}", n_frames=n_frames, t_r=t_r)
        for name, content in (files | ({"dataset_description.json": {}} if described else {})).items():
            path = tmp_path / "data" / name
            path.write_text(json.dumps(content if isinstance(content, dict) else {"RepetitionTime": content}))
        return run

    return data_set


@pytest.mark.parametrize(
    ("files", "t_r"),
    [
        ({"bold.json": 2.5}, 2.5),
        ({"task-rest_bold.json": 2.5}, 2.5),
        ({"desc-preproc_task-rest_bold.json": 2.5}, 2.5),
        ({"sub-01/sub-01_task-rest_bold.json": 2.5, "task-rest_bold.json": 3}, 2.5),
        ({"task-rest_bold.json": 2.5, "bold.json": 3}, 2.5),
        (
            {"sub-01/ses-a/func/sub-01_ses-a_task-rest_run-01_desc-preproc_bold.json": 2.5, "bold.json": 3},
            2.5,
        ),
        ({OWN: 2.5, "task-rest_bold.json": 3}, 2.5),
        ({OWN: {"TaskName": "rest"}, "task-rest_bold.json": 2.5}, 2.5),
        ({OWN: {"RepetitionTime": None}, "task-rest_bold.json": 2.5}, 2.5),
        ({OWN: {"VolumeTiming": [0, 2.5, 5, 7.5]}, "bold.json": 3}, 2.5),
        ({"bold.json": {"VolumeTiming": [1, 3.501, 6, 8.5]}}, 2.5),
        ({"bold.json": {"VolumeTiming": [1, 3.501, 6, 8.5], "RepetitionTime": 2.5}}, 2.5),
        # of other tasks, runs, descriptions, suffixes, and names that BIDS does not know
        ({"task-nback_bold.json": 3}, None),
        ({"task-rest_run-2_bold.json": 3}, None),
        ({"task-rest_desc-smooth_bold.json": 3}, None),
        ({"task-rest_events.json": 3, "task-rest_old_bold.json": 3, "sub-01/ses-a/rest.json": 3}, None),
        # uneven
        ({OWN: {"VolumeTiming": [0, 5, 7, 12]}, "bold.json": 3}, None),
    ],
)
def test_the_nearest_json_file_that_says_it_counts(data_set, files, t_r):
    assert Run(data_set(files)).t_r == t_r


@pytest.mark.parametrize(
    ("described", "there"),
    [("data", ["task-rest_bold.json"]), ("data/sub-01", []), (None, ["task-rest_bold.json"])],
)
def test_files_above_the_data_set_do_not_count(tmp_path, data_set, described, there):
    """Without a description the data set is where the participant's folder is."""
    run = data_set({"task-rest_bold.json": 2.0, "../bold.json": 3.0}, described=False)
    if described:
        (tmp_path / described / "dataset_description.json").write_text("{}")
    assert [path.name for path in sidecars_for(run)] == there


def test_a_run_outside_of_a_data_set_has_its_folder_alone(tmp_path, make_run):
    (tmp_path / "bold.json").write_text('{"RepetitionTime": 3}')
    run = make_run("flat/sub-01_task-rest_bold.nii.gz", t_r=0.0)
    assert Run(run).t_r is None
    (tmp_path / "flat" / "task-rest_bold.json").write_text('{"RepetitionTime": 2}')
    assert Run(run).t_r == 2

    # nor has one whose name is none of BIDS anything but its own sidecar
    other = make_run("sub-02/rest.nii.gz", t_r=0.0)
    (tmp_path / "dataset_description.json").write_text("{}")
    (tmp_path / "rest.json").write_text('{"RepetitionTime": 3}')
    assert Run(other).t_r is None


def test_links_are_not_followed(tmp_path, data_set, make_run):
    """In a DataLad data set they lead away from the JSON files."""
    run = data_set({"task-rest_bold.json": 2.5})
    os.rename(run, tmp_path / "content")
    os.symlink(tmp_path / "content", run)
    assert [path.name for path in sidecars_for(run)] == ["task-rest_bold.json"]


def test_a_sidecar_counts_once_under_whatever_path(data_set, monkeypatch):
    run = Path(data_set({OWN: 2, f"sub-01/{Path(OWN).name}": 3}))
    monkeypatch.chdir(run.parent)
    assert sidecars_for(run.name) == sidecars_for(run) == [run.parents[n] / Path(OWN).name for n in (0, 2)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"RepetitionTime": 3}, r"RepetitionTime of .*task-rest_bold.json is 3 s, but the header says 2 s"),
        ({"VolumeTiming": [0, 3, 6, 9]}, r"VolumeTiming of .* has steps of 3 s, but the header says 2 s"),
        ({"RepetitionTime": "2"}, r"task-rest_bold.json: RepetitionTime is '2', not a number of seconds"),
        ({"VolumeTiming": [0, 2, 4]}, r"VolumeTiming has 3 times, but the run has 4 frames; .* pass t_r"),
        ({"VolumeTiming": [0, 2, 2, 4]}, "not a list of seconds, each later than the one before"),
        ({"VolumeTiming": [0, "2", 4, 6]}, "not a list of seconds"),
        ({"VolumeTiming": 2}, "not a list of seconds"),
        ({"VolumeTiming": [0, 5, 7, 12], "RepetitionTime": 2}, "contradict each other; leave one out"),
    ],
)
def test_what_contradicts_or_cannot_be_is_refused(data_set, content, sentence):
    run = data_set({"task-rest_bold.json": content}, t_r=2.0)
    with pytest.raises(ValueError, match=sentence):
        _ = Run(run).t_r
    assert Run(run, 2.0).t_r == 2


def test_frames_that_are_not_evenly_spaced_have_no_time_step(data_set):
    """Whatever the header says: it cannot say that."""
    run = data_set({OWN: {"VolumeTiming": [0, 5, 7, 12]}}, t_r=2.0)
    assert Run(run).t_r is None
    assert Run(run).uneven.times == [0, 5, 7, 12]
    assert Run(run, 2.0).t_r == 2
    assert Run(run, 2.0).uneven is None
