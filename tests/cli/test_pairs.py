"""What is given for a run is that run's, and each run is an image."""

import os

import pytest

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
        assert f"{ONE}: {names[0]} is of" in taken.stderr or f"{TWO}: {names[-1]} is of" in taken.stderr


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
        (["{run}", "{table}"], "confounds.tsv, given as RUN, is no image by its name"),
        (["{table}", "/etc/hostname"], "confounds.tsv, given as RUN, is no image by its name"),
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
