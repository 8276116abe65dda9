"""Runs that XCP-D has removed censored frames from: their times, by its table of outliers."""

import json

import pytest

from nipype_maps.bids.missing_frames import missing_frames, outlier_tables
from nipype_maps.bids.runs import Run

NAME = "sub-01_task-rest_space-MNI_res-2_desc-denoised_bold.nii.gz"


@pytest.fixture
def denoised(tmp_path, make_run):
    """``denoised(n_frames, **columns)``: a run of some frames, and a table of outliers of these columns."""

    def denoised(n_frames=4, t_r=2.0, table="sub-01_task-rest_outliers.tsv", **columns):
        run = make_run(NAME, n_frames=n_frames, t_r=t_r)
        rows = zip(*columns.values(), strict=True)
        lines = ["\t".join(columns), *("\t".join(map(str, row)) for row in rows)]
        (tmp_path / table).write_text("\n".join(lines) + "\n")
        return run

    return denoised


@pytest.mark.filterwarnings("ignore:.*has 2 s between frames by its header")
def test_times_are_those_of_the_frames_that_are_left(denoised):
    run = denoised(framewise_displacement=[1, 0, 0, 1, 0, 0])
    assert missing_frames(run, 4).kept == (1, 2, 4, 5)
    assert Run(run).t_r is None
    assert Run(run).uneven.times == [2, 4, 8, 10]
    # as frames were acquired, not as they are now
    assert Run(run, t_r=0.5).t_r is None
    assert Run(run, t_r=0.5).uneven.times == [0.5, 1, 2, 2.5]


@pytest.mark.parametrize(
    ("n_frames", "columns"),
    [
        (6, {"framewise_displacement": [1, 0, 0, 1, 0, 0]}),  # desc-interpolated
        (7, {"framewise_displacement": [1, 0, 0, 1, 0, 0]}),  # of another run
        (6, {"framewise_displacement": [0] * 6}),
    ],
)
def test_runs_with_all_frames_have_the_repetition_time_of_their_header(denoised, n_frames, columns):
    run = denoised(n_frames, **columns)
    assert missing_frames(run, n_frames) is None
    assert Run(run).t_r == 2
    assert Run(run).uneven is None


@pytest.mark.parametrize(
    "columns",
    [
        {"framewise_displacement": [1, 0, 0, 0, 0, 0]},  # leaves 5, not 4
        {"framewise_displacement": [0.1, 0.2, 0.1, 0.4, 0.1, 0.1]},
        {"framewise_displacement": ["n/a", 0, 0, 1, 0, 0]},
        {"framewise_displacement": [1, 0, 0, 1, 0, 0], "dvars": [0, 1, 1, 0, 0, 0]},  # two answers
    ],
)
def test_frames_that_the_table_does_not_tell_are_unknown(denoised, columns):
    run = denoised(**columns)
    assert missing_frames(run, 4).kept is None
    assert Run(run).t_r is None
    assert Run(run).uneven is None


def test_the_column_that_leaves_as_many_frames_counts(denoised):
    columns = {"framewise_displacement": [1, 0, 0, 0, 0, 0], "denoising": [1, 0, 0, 1, 0, 0]}
    assert missing_frames(denoised(**columns), 4).kept == (1, 2, 4, 5)


def test_onsets_of_a_run_of_uneven_frames_are_those_of_what_is_left(denoised, tmp_path):
    run = denoised(framewise_displacement=[1, 0, 0, 1, 0, 0], t_r=0.0)
    assert Run(run).uneven is None  # nothing tells the time between frames
    (tmp_path / NAME.replace(".nii.gz", ".json")).write_text(json.dumps({"VolumeTiming": [0, 1, 3, 4, 6, 9]}))
    assert Run(run).uneven.times == [1, 3, 6, 9]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("sub-01_task-rest_outliers.tsv", True),
        ("sub-01_task-rest_desc-filtered_outliers.tsv", True),
        ("sub-01_task-rest_run-1_outliers.tsv", False),
        ("sub-01_task-nback_outliers.tsv", False),
        ("sub-02_task-rest_outliers.tsv", False),
        ("outliers.tsv", False),
    ],
)
def test_a_table_belongs_to_the_runs_of_its_entities(denoised, table, found):
    run = denoised(table=table, framewise_displacement=[1, 0, 0, 1, 0, 0])
    assert [path.name for path in outlier_tables(run)] == [table] * found


def test_a_table_whose_content_is_elsewhere_is_no_table_of_nothing(denoised, tmp_path):
    run = denoised(framewise_displacement=[1, 0])
    (tmp_path / "sub-01_task-rest_outliers.tsv").unlink()
    (tmp_path / "sub-01_task-rest_outliers.tsv").symlink_to(tmp_path / "annex")
    with pytest.raises(ValueError, match=r"outliers.tsv is a link .*; get its content first \(datalad get\)"):
        _ = Run(run).t_r
