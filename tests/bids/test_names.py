import json
import re

import pytest

from nipype_maps.bids.map_names import names_of_maps, read_map_names
from nipype_maps.bids.pairing import mismatch
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


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        (".tsv", "index\tname\n3\tvision\n1\tmotor\n2\tdefault mode\n"),
        (".tsv", "name\nmotor\ndefault mode\nvision\n"),
        (".json", json.dumps(["motor", "default mode", "vision"])),
        (".json", json.dumps({"1": "motor", "10": "vision", "2": "default mode"})),
        (".txt", "motor\ndefault mode\n\nvision\n"),
    ],
)
def test_names_beside_the_maps_or_given(tmp_path, ending, content):
    names = ["motor", "default mode", "vision"]
    (tmp_path / f"atlas{ending}").write_text(content)
    maps = [tmp_path / "atlas.nii.gz"]
    assert names_of_maps(maps, 3) == names
    assert names_of_maps([tmp_path / "other.nii"], 3, str(tmp_path / f"atlas{ending}")) == names


def test_other_files_beside_the_maps_are_left_alone(tmp_path):
    (tmp_path / "atlas.json").write_text(json.dumps({"License": "CC0"}))
    (tmp_path / "atlas.tsv").write_text("voxel\tcount\n1\t2\n")
    (tmp_path / "atlas.txt").write_text("Please cite\nsomebody\n")
    assert names_of_maps([tmp_path / "atlas.nii"], 3) == ["map-01", "map-02", "map-03"]


def test_default_names_have_the_digits_they_need():
    assert names_of_maps(["atlas.nii"], 100)[-1] == "map-100"
    assert names_of_maps(["atlas.nii"], 100)[0] == "map-001"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a"], "map_names has 1 names for 2 maps"),
        (["a", "a"], "names two maps 'a'"),
        (["a", " a"], "names two maps 'a'"),
        (["a", ""], "has no name for map 2"),
        (["a", '"b'], "begins with a quotation mark"),
        *((["a", f"b{letter}c"], "tab or line break") for letter in "\t\n\r\x0b\x1c\x85\u2028\u2029"),
    ],
)
def test_names_that_do_not_fit_are_refused(names, sentence):
    with pytest.raises(ValueError, match=sentence):
        names_of_maps(["atlas.nii"], 2, names)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("n.json", "[" * 10**5, "n.json is nested too deeply"),
        ("n.json", "[1" + "0" * 5000 + "]", "n.json is not a JSON file"),
        ("n.json", '{"²": "a", "1": "b"}', "n.json must be a list of map names"),
        ("n.json", '["a", "b\\u2028"]', "n.json has a name with a tab or line break"),
        ("n.tsv", "index\tname\none\ta\n2\tb\n", "n.tsv: an index is no number"),
        ("n.tsv", "index\tname\n2\ta\n2\tb\n", "n.tsv must have a different number in each row"),
        ("n.tsv", "index\tname\n1\ta\n2\n", "n.tsv has 1 fields in line 3, but 2 in its first"),
        ("n.tsv", 'name\n"a\nb\n', "n.tsv cannot be read as a table"),
        ("n.txt", "a\x85b\nc\n", "n.txt has a name with a tab or line break or another control character"),
        ("n.txt", "für\nb\n".encode("latin-1"), "n.txt is not written in UTF-8"),
    ],
)
def test_damaged_files_of_names_are_named(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=sentence):
        names_of_maps(["atlas.nii"], 2, path)


def test_a_file_without_names_is_refused(tmp_path):
    (tmp_path / "n.tsv").write_text("index\tlabel\n1\ta\n")
    (tmp_path / "n.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(ValueError, match="no column 'name', only index, label"):
        names_of_maps(["atlas.nii"], 1, tmp_path / "n.tsv")
    with pytest.raises(ValueError, match="list of map names"):
        names_of_maps(["atlas.nii"], 1, tmp_path / "n.json")


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


@pytest.mark.parametrize(
    ("run", "other", "entity"),
    [
        ("sub-01_bold.nii", "sub-02_confounds.tsv", "sub"),
        ("sub-01_ses-a_bold.nii", "sub-01_ses-b_confounds.tsv", "ses"),
        ("sub-01_task-rest_bold.nii", "sub-01_task-nback_confounds.tsv", "task"),
        ("haxby_run-001_bold.nii.gz", "haxby_run-002_motion.txt", "run"),
        ("sub-01_acq-x_bold.nii", "sub-01_acq-y_confounds.tsv", "acq"),
        ("sub-01_dir-AP_bold.nii", "sub-01_dir-PA_confounds.tsv", "dir"),
        ("sub-01_echo-1_bold.nii", "sub-01_echo-02_confounds.tsv", "echo"),
        ("sub-01_rec-a_bold.nii", "sub-01_rec-b_confounds.tsv", "rec"),
        ("sub-01_ce-a_bold.nii", "sub-01_ce-b_confounds.tsv", "ce"),
        ("sub-01_part-mag_bold.nii", "sub-01_part-phase_confounds.tsv", "part"),
        ("sub-01_inv-1_bold.nii", "sub-01_inv-02_confounds.tsv", "inv"),
        ("sub-01_flip-1_bold.nii", "sub-01_flip-2_confounds.tsv", "flip"),
        ("sub-01_mt-on_bold.nii", "sub-01_mt-off_confounds.tsv", "mt"),
        ("sub-01_trc-a_pet.nii", "sub-01_trc-b_confounds.tsv", "trc"),
        ("sub-01_bold.nii", "Sub-02_confounds.tsv", "sub"),
        ("sub-01_task-rest_bold.nii", "sub-01_Task-nback_confounds.tsv", "task"),
        ("sub-A-1_task-rest_bold.nii", "sub-A-2_task-rest_conf.tsv", "sub"),
        ("sub-A-1.nii", "sub-A-2.tsv", "sub"),
        ("sub-A-1_bold.nii", "sub-B-1_conf.tsv", "sub"),
        ("sub-A-1_bold.nii", "sub-01_conf.tsv", "sub"),
        ("sub-NYU-0051_bold.nii", "sub-NYU-0052_conf.tsv", "sub"),
        ("sub-01_bold.nii", "Sub-01_confounds.tsv", None),
        ("sub-01_inv-1_bold.nii", "sub-01_inv-01_confounds.tsv", None),
        ("sub-A-1_bold.nii", "sub-A-1_conf.tsv", None),
        ("sub-A-1_bold.nii", "sub-A_conf.tsv", None),
        ("sub-01_task-rest_bold.nii", "sub-01-rest1_conf.tsv", None),
        ("sub-01-rest1_bold.nii", "sub-01-motion1_conf.tsv", None),
        ("sub-01_run-1_bold.nii", "sub-01-run-1_conf.tsv", None),
        ("sub-01_run-1_bold.nii", "run-wise-confounds.tsv", None),
        ("sub-01_task-rest_bold.nii", "task-based-confounds_all.tsv", None),
        ("sub-01_part-mag_bold.nii", "sub-01_confounds.tsv", None),
        ("sub-01_run-1_bold.nii", "sub-01_run-01_confounds.tsv", None),
        ("sub-01_ses-a_bold.nii", "sub-01_confounds.tsv", None),
        ("sub-01_space-T1w_desc-preproc_bold.nii", "sub-01_desc-confounds_timeseries.tsv", None),
        ("rest.nii", "sub-01_confounds.tsv", None),
    ],
)
def test_entities_that_disagree_are_named(run, other, entity):
    told = mismatch(run, other)
    assert bool(told) == bool(entity), told
    if entity:
        assert f"{other} is of {entity}-" in told
        assert run in told


@pytest.mark.parametrize(
    ("run", "other", "entity"),
    [
        ("sub-01_bold.nii", "sub-02/func/run1.feat/mc/prefiltered_func_data_mcf.tsv", "sub"),
        ("sub-01_bold.nii", "sub-02/ses-1/func/run1.feat/mc/prefiltered_func_data_mcf.tsv", "sub"),
        ("sub-01/ses-1/func/z.feat/filtered_func_data.nii", "sub-02_motion.tsv", "sub"),
        ("sub-01/ses-1/func/z.feat/filtered_func_data.nii", "sub-01/ses-2/func/z.feat/mc/mcf.par", "ses"),
        ("sub-01/a/b/c/d/e/f/rest.nii", "SUB-02/motion.tsv", "sub"),
        ("sub-A-1/rest.nii", "sub-A-2/motion.tsv", "sub"),
        ("sub-01/rest.nii", "sub-01/sub-02_motion.tsv", "sub"),
        # the nearest folder, each entity for itself, and a name before all folders
        ("sub-pilots/a/b/sub-01/rest.nii", "sub-01_motion.tsv", None),
        ("sub-01/a/b/ses-1/c/rest.nii", "sub-01/ses-1/motion.tsv", None),
        ("sub-02/a/b/c/sub-01_bold.nii", "sub-01_motion.tsv", None),
        ("sub-01/ses-1/func/z.feat/filtered_func_data.nii", "sub-01/motion.tsv", None),
        ("a/b/c/d/rest.nii", "sub-02/motion.tsv", None),
        # the folder of a project
        ("sub-cortical/a/b/c/rest.nii", "sub-cortical/a/b/c/sub-01_motion.tsv", None),
        ("sub-cortical/a/b/c/sub-01_bold.nii", "sub-cortical/a/b/c/motion.tsv", None),
        ("sub-cortical/a/sub-01/b/c/rest.nii", "sub-cortical/a/sub-02/b/c/motion.tsv", "sub"),
    ],
)
def test_folders_say_whose_a_file_is_where_its_name_does_not(run, other, entity):
    told = mismatch(f"/data/{run}", f"/data/{other}", folders=True)
    assert bool(told) == bool(entity), told
    assert not entity or f"is of {entity}-" in told


def test_runs_of_names_that_differ_in_case_alone_are_told_apart_by_folders():
    assert result_names(["/d/ann/Rest.nii", "/d/bob/rest.nii"], ["m.nii"]) == [
        "ann_Rest_atlas-m_timeseries", "bob_rest_atlas-m_timeseries",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="rename one of them"):
        result_names(["/d/Rest.nii", "/d/rest.nii"], ["m.nii"])


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("names.csv", "index,name\n2,b\n1,a\n"),
        ("names.csv", "x,y,z,name,net name\n1,2,3,a,A\n4,5,6,b,B\n"),
        ("names.txt", "name\na\nb\n"),
        ("names.txt", "a\nb\n"),
    ],
)
def test_tables_of_names_as_atlases_have_them(tmp_path, file, text):
    (tmp_path / file).write_text(text)
    assert read_map_names(tmp_path / file) == ["a", "b"]


@pytest.mark.parametrize("header", ["Index\tName", " index\tname "])
def test_the_header_of_a_table_of_names_is_read_as_people_write_it(tmp_path, header):
    (tmp_path / "names.tsv").write_text(f"{header}\n2\tb\n1\ta\n")
    assert read_map_names(tmp_path / "names.tsv") == ["a", "b"]


@pytest.mark.parametrize("other", ["sub-02.mcf.par", "sub-02_task-rest.conf.tsv"])
def test_entities_end_at_a_dot(other):
    assert "is of sub-02" in mismatch("sub-01_task-rest_bold.nii.gz", other)
