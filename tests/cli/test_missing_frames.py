"""Runs of XCP-D that lack censored frames, through the command."""

import json
import shutil

import pytest

from .test_dataset import summary

MNI = "space-MNI_res-2"


@pytest.fixture
def xcp_d(tmp_path, make_run):
    """``xcp_d(desc, outliers)``: the derivatives of a run, and a table of outliers."""

    def xcp_d(desc="denoised", outliers=(1, 0, 0, 1, 0, 0, 0, 0, 0, 0), start=None, n_frames=8):
        func = "xcp_d/sub-01/func/sub-01_task-rest"
        run = make_run(f"{func}_{MNI}_desc-{desc}_bold.nii.gz", n_frames=n_frames, t_r=2.0)
        if start is not None:
            (tmp_path / f"{func}_{MNI}_desc-{desc}_bold.json").write_text(json.dumps({"StartTime": start}))
        if outliers:
            text = "\n".join(["framewise_displacement", *map(str, outliers)])
            (tmp_path / f"{func}_outliers.tsv").write_text(text + "\n")
        description = {"Name": "x", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}
        (tmp_path / "xcp_d" / "dataset_description.json").write_text(json.dumps(description))
        return tmp_path / "xcp_d", run

    return xcp_d


@pytest.fixture
def timing(invoke, maps, tmp_path):
    """Extract from a data set: the entries on times of the only sidecar, and what was said."""

    def timing(root, *words):
        done = invoke("dataset", root, tmp_path / "out", "--maps", maps, "--desc-in", "denoised", *words)
        (sidecar,) = (tmp_path / "out").glob("sub-01/func/*_timeseries.json")
        content = json.loads(sidecar.read_text())
        keys = ("RepetitionTime", "SamplingFrequency", "StartTime", "VolumeTiming")
        kinds = content["WarningKinds"]
        return {key: content[key] for key in keys if key in content}, kinds, " ".join(done.stderr.split())

    return timing


def test_times_of_rows_are_those_of_the_frames_that_were_kept(xcp_d, timing):
    times, kinds, said = timing(xcp_d(start=0.5)[0])
    onsets = [2, 4, 8, 10, 12, 14, 16, 18]
    assert times == {"RepetitionTime": None, "StartTime": 2.5, "VolumeTiming": onsets}
    assert kinds.count("MissingFrames") == 1
    assert "lacks 2 of the 10 frames of sub-01_task-rest_outliers.tsv, so that rows are not evenly" in said


def test_a_given_repetition_time_closes_no_gap(xcp_d, timing):
    root, _ = xcp_d()
    times, _, _ = timing(root, "--t-r", "3")
    assert times["RepetitionTime"] is None
    assert times["VolumeTiming"] == [3, 6, 12, 15, 18, 21, 24, 27]
    timing(root, "--t-r", "3")  # the same results again


def test_unknown_times_are_left_out(xcp_d, timing):
    times, kinds, said = timing(xcp_d(outliers=[1] + [0] * 9)[0])
    assert times == {"RepetitionTime": None}
    assert "MissingFrames" in kinds
    assert "no column of it leaves as many as the run has; the times of rows are not known." in said


@pytest.mark.parametrize("outliers", [[1, 0, 0, 1] * 10, [0] * 40])
def test_a_run_with_all_frames_has_a_sampling_frequency(xcp_d, timing, outliers):
    """Interpolated frames are frames."""
    times, kinds, _ = timing(xcp_d(outliers=outliers, n_frames=40)[0], "--high-pass", "0.1")
    assert times == {"RepetitionTime": 2, "SamplingFrequency": 0.5, "StartTime": 0}
    assert "MissingFrames" not in kinds


@pytest.mark.parametrize("words", [["--low-pass", "0.1"], ["--filter", "cosine", "--high-pass", "0.01"]])
@pytest.mark.parametrize("more", [[], ["--dry-run"], ["--t-r", "2"]])
def test_a_filter_of_a_run_without_frames_is_refused_before_anything_is_written(
    xcp_d, invoke, maps, tmp_path, words, more
):
    root, run = xcp_d()
    given = ["--maps", maps, *words, *more]
    for call in (
        ["dataset", root, tmp_path / "out", "--desc-in", "denoised", *given],
        ["extract", run, "--out", tmp_path / "out", *given],
    ):
        said = " ".join(invoke(*call, status=2).stderr.split())
        assert "lacks 2 of the 10 frames of sub-01_task-rest_outliers.tsv, but low_pass" in said
        assert "or take the run with all frames (desc-interpolated, or fMRIPrep's)." in said
    assert not (tmp_path / "out").exists()


def test_a_filter_of_denoised_runs_without_a_table_is_warned_of(xcp_d, invoke, maps, tmp_path, timing):
    root, run = xcp_d(outliers=(), n_frames=40)
    _, _, said = timing(root, "--low-pass", "0.1")
    assert "of desc-denoised without a table of outliers (*_outliers.tsv)" in said
    words = ["--maps", maps, "--low-pass", "0.1", "--strict"]
    said = invoke("extract", run, "--out", tmp_path / "x", *words, status=2).stderr
    assert "(refused by --strict)" in " ".join(said.split())
    shutil.rmtree(tmp_path / "out")
    _, _, said = timing(root)
    assert "table of outliers" not in said


def test_a_filter_of_preprocessed_runs_is_not_warned_of(xcp_d, invoke, maps, tmp_path):
    root, _ = xcp_d(desc="preproc", outliers=(), n_frames=40)
    said = invoke("dataset", root, tmp_path / "out", "--maps", maps, "--low-pass", "0.1").stderr
    assert "table of outliers" not in said


@pytest.mark.parametrize(
    ("tables", "mean"),
    [
        ({"motion": [0.1, 0.2, 0.6]}, "0.3000"),
        ({"desc-filtered_motion": [0.1, 0.2, 0.6]}, "0.3000"),
        ({"desc-filtered_motion": [9, 9], "motion": [0.1, 0.2, 0.6]}, "0.3000"),
        ({"run-1_motion": [9, 9]}, "n/a"),
    ],
)
def test_motion_is_that_of_the_table_of_xcp_d(xcp_d, invoke, maps, tmp_path, tables, mean):
    root, _ = xcp_d()
    for name, values in tables.items():
        text = "\n".join(["framewise_displacement", *map(str, values)])
        (root / "sub-01" / "func" / f"sub-01_task-rest_{name}.tsv").write_text(text + "\n")
    invoke("dataset", root, tmp_path / "out", "--maps", maps, "--desc-in", "denoised")
    (row,) = summary(tmp_path / "out")
    assert row["mean_fd"] == mean
