"""What is given for a run is that run's, and each run is an image."""

import os

import pytest

from nipype_maps.graphs import RunInputs, init_dataset_wf

ONE, TWO = "sub-01_task-rest_bold.nii.gz", "sub-02_task-rest_bold.nii.gz"


@pytest.fixture
def tables(tmp_path):
    """Make tables of confounds: ``tables("sub-01/motion.tsv", ...)`` returns their paths."""

    def tables(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x\n" + "".join(f"{i % 7}\n" for i in range(8)))
        return [tmp_path / name for name in names]

    return tables


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["sub-02_desc-c.tsv", "sub-01_desc-c.tsv"], "sub-02_desc-c.tsv is of sub-02, but is given for"),
        (["sub-02_desc-c.tsv"], f"sub-02_desc-c.tsv is of sub-02, but is given for {ONE} of sub-01"),
        (["sub-01_desc-c.tsv"], f"sub-01_desc-c.tsv is of sub-01, but is given for {TWO} of sub-02"),
        (["sub-01_task-rest_c.tsv", "sub-02_task-nback_c.tsv"], "is of task-nback"),
        (["sub-02/motion.tsv", "sub-01/motion.tsv"], "motion.tsv is of sub-02"),
        (["SUB-02/motion.tsv"], "motion.tsv is of sub-02"),
        (
            ["sub-02/ses-1/func/z.feat/mc/mcf.par", "sub-01/ses-1/func/z.feat/mc/mcf.par"],
            "mcf.par is of sub-02",
        ),
    ],
)
@pytest.mark.parametrize("option", ["--confounds", "--sample-mask"])
def test_tables_and_frames_of_other_runs_are_refused(
    invoke, make_run, maps, tmp_path, tables, names, told, option
):
    runs = [make_run(name, n_frames=8) for name in (ONE, TWO)]
    paths = tables(*names)
    for path in paths if option == "--sample-mask" else ():
        path.write_text("0\n1\n2\n3\n4\n5\n")
    call = ["extract", *runs, "--maps", maps, "--out", tmp_path / "out"]
    call += [word for path in paths for word in (option, path)]
    refused = invoke(*call, status=2).stderr
    assert told in refused
    assert "--allow-mismatch" in refused
    assert not (tmp_path / "out").exists()
    taken = invoke(*call, "--allow-mismatch")
    if len(names[0].split("/")) == 1:  # of a sidecar, which knows no folders
        first, second = (name.removesuffix("_bold.nii.gz") for name in (ONE, TWO))
        assert f"{first}: {names[0]} is of" in taken.stderr or f"{second}: {names[-1]} is of" in taken.stderr


@pytest.mark.parametrize(
    ("run", "table"),
    [
        ("sub-01_ses-a_run-1_bold.nii.gz", "sub-01_run-01_desc-c.tsv"),
        ("sub-01_echo-1_bold.nii.gz", "sub-01_desc-c.tsv"),
        ("rest.nii.gz", "sub-01_desc-c.tsv"),
        ("sub-01_bold.nii.gz", "group/motion.tsv"),
        ("sub-pilots/a/b/c/sub-01/rest.nii.gz", "sub-01_desc-c.tsv"),
        ("sub-cortical/a/b/c/d/sub-01_bold.nii.gz", "sub-cortical/a/b/c/d/motion.tsv"),
    ],
)
def test_entities_that_one_name_lacks_are_no_disagreement(
    invoke, make_run, maps, tmp_path, tables, run, table
):
    call = ["extract", make_run(run, n_frames=8), "--maps", maps, "--out", tmp_path / "out"]
    said = invoke(*call, "--confounds", *tables(table)).stderr.splitlines()
    assert [line for line in said if "few degrees of freedom" not in line] == []


def test_a_mask_or_maps_of_another_participant_are_refused(
    invoke, make_run, mask, maps, tmp_path, save, grids
):
    other = tmp_path / "sub-02_run-1_mask.nii.gz"
    os.link(mask, other)
    call = ["extract", make_run(n_frames=8), "--maps", maps, "--out", tmp_path / "out"]
    assert "sub-02_run-1_mask.nii.gz is of sub-02" in invoke(*call, "--mask", other, status=2).stderr
    own = tmp_path / "sub-01_run-1_mask.nii.gz"  # of any run of the same participant
    os.link(mask, own)
    invoke(*call, "--mask", own)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["{run}", "{table}"], "confounds.tsv, given as RUN, is not an image by its name"),
        (["{table}", "/etc/hostname"], "confounds.tsv, given as RUN, is not an image by its name"),
        (["{run}", "{link}"], "are the same file; give each run once"),
        (["{run}", "{upper}"], "two runs would both be called"),
        (["{run}", "{line}"], "has a line break, a control character"),
        (["{run}", "{bytes}"], "has a line break, a control character or bytes that are no text"),
    ],
)
def test_what_is_no_run_of_its_own_is_refused_at_once(invoke, make_run, maps, tmp_path, tables, words, told):
    run = make_run(n_frames=8)
    others = {
        "upper": tmp_path / "sub-01_task-REST_bold.nii.gz",
        "line": tmp_path / "a\nb.nii.gz",
        "bytes": tmp_path / os.fsdecode(b"\xff.nii.gz"),
    }
    for path in others.values():
        path.write_bytes(b"")
    others["link"] = tmp_path / "link.nii.gz"
    others["link"].symlink_to(run)
    (others["table"],) = tables("confounds.tsv")
    given = [word.format(run=run, **others) for word in words]
    done = invoke("extract", *given, "--maps", maps, "--out", tmp_path / "out", status=2)
    assert told in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_run_is_no_map(invoke, make_run, tmp_path):
    other = make_run("sub-01_task-nback_bold.nii.gz", n_frames=8)
    call = ["extract", make_run(n_frames=8), "--maps", other, "--out", tmp_path / "out"]
    assert "is a run by its name (_bold)" in invoke(*call, status=2).stderr


@pytest.mark.parametrize(
    ("runs", "given", "told"),
    [
        # one table for two runs, also behind a link, and beside another one
        (["a.nii.gz", "b.nii.gz"], ["x.tsv"], "x.tsv is given for"),
        (["a.nii.gz", "b.nii.gz"], ["x.tsv", "x.tsv"], "x.tsv is given for"),
        (["a.nii.gz", "b.nii.gz"], ["x.tsv", "link.tsv"], "x.tsv is given for"),
        (["a.nii.gz", "b.nii.gz"], ["x.tsv,y.tsv"], "x.tsv is given for"),
        ([ONE, TWO], ["x.tsv"], f"{ONE} and for"),
        # swapped, as names without entities say
        (["S01.nii.gz", "S02.nii.gz"], ["S02_conf.tsv", "S01_conf.tsv"], "S02_conf.tsv is given for"),
        (["sub01.nii.gz", "sub02.nii.gz"], ["sub02_conf.tsv", "sub01_conf.tsv"], "sub02_conf.tsv is given"),
        (
            ["rest_run01.nii.gz", "rest_run02.nii.gz"],
            ["rest_run02_c.tsv", "rest_run01_c.tsv"],
            "is given for",
        ),
        (["sub-01_bold.nii.gz", "sub-02_bold.nii.gz"], ["S02_c.tsv", "S01_c.tsv"], "S02_c.tsv is given for"),
        (["S01/rest.nii.gz", "S02/rest.nii.gz"], ["S02/c.tsv", "S01/c.tsv"], "S02/c.tsv is given for"),
        (["bold1.nii.gz", "bold2.nii.gz"], ["conf2.tsv", "conf1.tsv"], "conf2.tsv is given for"),
        (["ann.nii.gz", "bob.nii.gz"], ["x.tsv,conf_bob.tsv", "y.tsv,conf_ann.tsv"], "conf_bob.tsv is given"),
    ],
)
def test_tables_that_cannot_be_meant_so_are_refused_with_both_runs(
    invoke, make_run, maps, tmp_path, tables, runs, given, told
):
    paths = [make_run(name, n_frames=8) for name in runs]
    tables(*(name for group in given for name in group.split(",") if name != "link.tsv"))
    (tmp_path / "link.tsv").symlink_to(tmp_path / "x.tsv")
    groups = [",".join(str(tmp_path / name) for name in group.split(",")) for group in given]
    call = ["extract", *paths, "--maps", maps, "--out", tmp_path / "out", "--dry-run"]
    call += [word for group in groups for word in ("--confounds", group)]
    refused = " ".join(invoke(*call, status=2).stderr.split())
    assert told in refused
    assert all(path in refused for path in paths)
    assert "or --allow-mismatch if this is intended" in refused


@pytest.mark.parametrize(
    ("runs", "given"),
    [
        (["S01.nii.gz", "S02.nii.gz"], ["S01_conf.tsv", "S02_conf.tsv"]),
        (["bold1.nii.gz", "bold2.nii.gz"], ["conf_A.tsv", "conf_B.tsv"]),
        (["bold1.nii.gz", "bold2.nii.gz"], ["ann_v2.tsv", "bob_v1.tsv"]),
        (["S01.nii.gz", "S02.nii.gz"], ["run2.tsv", "run1.tsv"]),  # which count something else
        (["S01.nii.gz", "S02.nii.gz"], ["2024_01_02.tsv", "2024_02_01.tsv"]),
        (["S01_run1.nii.gz", "S01_run2.nii.gz"], ["motion_1.tsv", "motion_2.tsv"]),
        (["S01.nii.gz", "S02.nii.gz"], ["x.tsv,task_1.tsv", "y.tsv,task_1.tsv"]),  # a design of all runs
        (["S01.nii.gz", "S02.nii.gz"], []),
    ],
)
def test_names_that_say_nothing_are_no_disagreement(invoke, make_run, maps, tmp_path, tables, runs, given):
    paths = [make_run(name, n_frames=8) for name in runs]
    for group in given:
        for place, path in enumerate(tables(*group.split(","))):
            path.write_text(path.read_text().replace("x\n", f"x{place}\n"))
    groups = [",".join(str(tmp_path / name) for name in group.split(",")) for group in given]
    call = ["extract", *paths, "--maps", maps, "--out", tmp_path / "out", "--dry-run"]
    invoke(*call, *(word for group in groups for word in ("--confounds", group)))


def test_frames_of_another_run_are_refused_and_one_list_may_serve_all(
    invoke, make_run, maps, tmp_path, tables
):
    runs = [make_run(name, n_frames=8) for name in ("S01.nii.gz", "S02.nii.gz")]
    one, two = tables("S01_frames.txt", "S02_frames.txt")
    for path in (one, two):
        path.write_text("0\n1\n2\n3\n4\n5\n")
    call = ["extract", *runs, "--maps", maps, "--out", tmp_path / "out", "--dry-run", "--sample-mask"]
    invoke(*call, one)
    refused = invoke(*call, two, "--sample-mask", one, status=2).stderr
    assert "S02_frames.txt is given for" in " ".join(refused.split())


def test_a_graph_of_several_runs_warns(make_run, tables, caplog):
    runs = [make_run(name, n_frames=8) for name in ("S01.nii.gz", "S02.nii.gz")]
    one, two = map(str, tables("S01_conf.tsv", "S02_conf.tsv"))
    for given, told in (((two, one), "fits"), ((one, one), "is given for")):
        caplog.clear()
        with caplog.at_level("WARNING", logger="nipype.workflow"):
            init_dataset_wf(
                runs=[RunInputs(run[-10:-7], run, [table]) for run, table in zip(runs, given, strict=True)]
            )
        assert told in caplog.text


@pytest.mark.parametrize("more", [[], ["--confounds-strategy", "none"]])
def test_what_was_taken_for_each_run_is_on_the_screen(invoke, make_run, maps, tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    call = ["extract", "--maps", maps, "--out", "out", *more]
    for label in ("S01", "S02"):
        for kind, first in (("conf", "x"), ("frames", "0")):
            (tmp_path / label).mkdir(exist_ok=True)
            lines = [first, *(str(k * k % 11) if kind == "conf" else str(k) for k in range(1, 21))]
            (tmp_path / label / f"{kind}.tsv").write_text(
                "\n".join(lines[: 21 if kind == "conf" else 16]) + "\n"
            )
        call += [make_run(f"{label}/rest.nii.gz", n_frames=20)]
        call += ["--confounds", f"{label}/conf.tsv", "--sample-mask", f"{label}/frames.tsv"]
    said = invoke(*call).stdout.splitlines()
    confounds = "0 confounds" if more else "1 confound"
    for line, label in zip(said, ("S01", "S02"), strict=False):
        assert line.startswith(
            f"{label}_rest: 16 of 20 frames ({label}/frames.tsv), {confounds} ({label}/conf.tsv), "
        )
        assert " degrees of freedom left, 4 maps (" in line
