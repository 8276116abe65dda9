import re
from random import Random

import pytest
from bidsschematools.schema import load_schema

from nipype_maps.bids.atlas import Atlas, atlas_of, named_atlas
from nipype_maps.bids.entity_order import ORDER, ordered
from nipype_maps.bids.result_names import node_name, require_short_names, result_names

M = Atlas("m")
DIFUMO = Atlas("DiFuMo", scale="64")


def test_the_order_of_entities_is_that_of_the_schema():
    schema = load_schema()
    by_schema = [schema.objects.entities[name].name for name in schema.rules.entities]
    assert [entity for entity in by_schema if entity in ORDER] == list(ORDER)  # later ones may have more


def test_any_order_of_entities_becomes_that_of_the_schema():
    words = [f"{entity}-1" for entity in ORDER]
    for seed in range(20):
        mixed = Random(seed).sample(words, len(words))
        assert ordered(mixed) == words


@pytest.mark.parametrize(
    ("path", "desc", "name"),
    [
        (
            "/d/sub-01_ses-2_task-rest_run-1_bold.nii.gz",
            None,
            "sub-01_ses-2_task-rest_run-1_atlas-m_timeseries",
        ),
        (
            "sub-01_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii",
            None,
            "sub-01_task-rest_space-MNI152NLin2009cAsym_atlas-m_timeseries",
        ),
        (
            "sub-01_task-rest_space-MNI152NLin2009cAsym_res-2_desc-preproc_bold.nii.gz",
            "denoised",
            "sub-01_task-rest_space-MNI152NLin2009cAsym_atlas-m_res-2_desc-denoised_timeseries",
        ),
        (  # fMRIPrep's and other tools' orders are mended
            "sub-01_run-1_task-rest_dir-AP_res-2_space-T1w_bold.nii",
            None,
            "sub-01_task-rest_dir-AP_run-1_space-T1w_atlas-m_res-2_timeseries",
        ),
        (  # entities that results have anew
            "sub-01_task-rest_atlas-old_seg-s_scale-9_desc-x_bold.nii",
            None,
            "sub-01_task-rest_atlas-m_timeseries",
        ),
        ("ds003_sub-01_mc.nii.gz", "x", "ds003_sub-01_mc_atlas-m_desc-x_timeseries"),
        ("sub-01_my_run_bold.nii.gz", None, "sub-01_my_run_bold_atlas-m_timeseries"),
        ("rest.1.nii.gz", None, "rest.1_atlas-m_timeseries"),
    ],
)
def test_names_of_results(path, desc, name):
    assert result_names([path], M, desc) == [name]


def test_atlas_and_scale_come_before_the_resolution():
    run = "sub-01_task-rest_space-MNI152NLin2009cAsym_res-2_desc-preproc_bold.nii.gz"
    assert result_names([run], DIFUMO, "denoised") == [
        "sub-01_task-rest_space-MNI152NLin2009cAsym_atlas-DiFuMo_scale-64_res-2_desc-denoised_timeseries"
    ]


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (["tpl-MNI_atlas-DiFuMo_res-2_probseg.nii.gz"], "atlas-DiFuMo"),
        (["tpl-MNI_res-02_atlas-DiFuMo_desc-1024dimensions_probseg.nii.gz"], "atlas-DiFuMo_scale-1024"),
        (["tpl-MNI_atlas-DiFuMo_seg-a_scale-64_res-2_probseg.nii.gz"], "atlas-DiFuMo_seg-a_scale-64"),
        (["canica20_maps.nii.gz"], "atlas-canica20maps"),
        (["tpm_00.nii.gz", "tpm_01.nii.gz", "tpm_02.nii.gz"], "atlas-tpm"),
        (["a.nii", "b.nii"], "atlas-maps"),
    ],
)
def test_names_of_atlases(paths, name):
    atlas = atlas_of(paths)
    assert atlas.name == name
    (result,) = result_names(["sub-01_task-rest_space-MNI_res-2_bold.nii"], atlas, "denoised")
    assert named_atlas(f"sub-01/func/{result}") == atlas


def test_a_label_that_is_given_replaces_that_of_the_file_alone():
    assert (
        atlas_of(["tpl-MNI_atlas-DiFuMo_desc-64dimensions_probseg.nii.gz"], "mine").name
        == "atlas-mine_scale-64"
    )
    assert atlas_of(["maps.nii"], "mine").name == "atlas-mine"


def test_runs_of_one_name_take_their_folders_names():
    runs = ["/d/ann/func/rest.nii.gz", "/d/bob/func/rest.nii.gz", "/d/bob/func/task.nii.gz"]
    assert result_names(runs, M) == [
        "ann_func_rest_atlas-m_timeseries",
        "bob_func_rest_atlas-m_timeseries",
        "task_atlas-m_timeseries",
    ]


def test_two_runs_under_one_name_are_refused():
    with pytest.raises(ValueError, match="is given 2 times"):
        result_names(["/d/a.nii", "/d/../d/a.nii"], M)
    with pytest.raises(ValueError, match="rename one of them"):
        result_names(["/d/a.nii", "/d/a.nii.gz"], M)


def test_runs_that_differ_in_desc_alone_are_refused():
    runs = [f"/d/sub-01_task-rest_desc-{desc}_bold.nii" for desc in ("preproc", "optcom")]
    with pytest.raises(ValueError, match=r"differ in desc- alone.*\(--desc\)"):
        result_names(runs, M)


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
    assert result_names(["/d/ann/Rest.nii", "/d/bob/rest.nii"], M) == [
        "ann_Rest_atlas-m_timeseries", "bob_rest_atlas-m_timeseries",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="rename one of them"):
        result_names(["/d/Rest.nii", "/d/rest.nii"], M)
