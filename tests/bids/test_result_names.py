import re

import pytest

from nipype_maps.bids.result_names import atlas_name, node_name, require_short_names, result_names, run_name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/d/sub-01_ses-2_task-rest_run-1_bold.nii.gz", "sub-01_ses-2_task-rest_run-1"),
        (
            "sub-01_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii",
            "sub-01_task-rest_space-MNI152NLin2009cAsym_desc-preproc",
        ),
        ("ds003_sub-01_mc.nii.gz", "ds003_sub-01_mc"),
        ("sub-01_my_run_bold.nii.gz", "sub-01_my_run_bold"),
        ("rest.1.nii.gz", "rest.1"),
    ],
)
def test_run_names(path, name):
    assert run_name(path) == name


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (["tpl-MNI_atlas-DiFuMo_res-2_probseg.nii.gz"], "DiFuMo"),
        (["canica20_maps.nii.gz"], "canica20maps"),
        (["tpm_00.nii.gz", "tpm_01.nii.gz", "tpm_02.nii.gz"], "tpm"),
        (["a.nii", "b.nii"], "maps"),
    ],
)
def test_atlas_names(paths, name):
    assert atlas_name(paths) == name


def test_runs_of_one_name_take_their_folders_names():
    runs = ["/d/ann/func/rest.nii.gz", "/d/bob/func/rest.nii.gz", "/d/bob/func/task.nii.gz"]
    assert result_names(runs, ["m.nii"]) == [
        "ann_func_rest_atlas-m_timeseries",
        "bob_func_rest_atlas-m_timeseries",
        "task_atlas-m_timeseries",
    ]


def test_two_runs_under_one_name_are_refused():
    with pytest.raises(ValueError, match="is given 2 times"):
        result_names(["/d/a.nii", "/d/../d/a.nii"], ["m.nii"])
    with pytest.raises(ValueError, match="rename one of them"):
        result_names(["/d/a.nii", "/d/a.nii.gz"], ["m.nii"])


def test_no_two_runs_have_one_name_of_a_node():
    names = ["a.b", "a_b", "a b", "a+b", "A_b", "é", "e", "中", "国", "x" * 225, "x" * 224, "a/b", "-a", ".a"]
    nodes = [node_name("transform", name) for name in names]
    assert len({node.casefold() for node in nodes}) == len(names)
    for node in nodes:
        assert node.isascii()
        assert re.fullmatch(r"[\w-]{12,150}", node)


def test_names_too_long_for_a_file_are_refused():
    require_short_names("sub-01/func/" + "x" * 150, "x" * 120 + "_bold.nii.gz")
    for name, run in (("x" * 252, "rest.nii"), ("rest", "x" * 240 + ".nii")):
        with pytest.raises(ValueError, match="too long for the files of its results"):
            require_short_names(name, run)


def test_runs_of_names_that_differ_in_case_alone_are_told_apart_by_folders():
    assert result_names(["/d/ann/Rest.nii", "/d/bob/rest.nii"], ["m.nii"]) == [
        "ann_Rest_atlas-m_timeseries", "bob_rest_atlas-m_timeseries",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="rename one of them"):
        result_names(["/d/Rest.nii", "/d/rest.nii"], ["m.nii"])
