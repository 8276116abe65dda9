"""Which files of a data set are runs, what belongs to each, and where the results go."""

import json
import shutil
from unittest.mock import ANY

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.tables import read_table
from nipype_maps.interfaces import Clean

from ..derivatives import describe, write_run
from .test_dataset import summary

RUN = "_space-MNI_desc-preproc_bold.nii.gz"


@pytest.fixture
def one(tmp_path, rng, grids):
    """Two runs of two participants, of 12 frames."""
    root = describe(tmp_path / "fmriprep")
    for s in (1, 2):
        table = np.hstack([rng.normal(size=(12, 6)), np.zeros((12, 3))])
        grid = grids["plain"]
        write_run(root, f"sub-{s:02d}_task-rest", rng.normal(100, 5, (*grid.shape, 12)), grid.affine, table)
    return root


@pytest.fixture
def derivatives_of_sessions(one):
    """A run in each of two sessions, which only their folders tell apart."""
    for session in ("ses-1", "ses-2"):
        shutil.copytree(one / "sub-01" / "func", one / "sub-01" / session / "func")
    for folder in (one / "sub-01" / "func", one / "sub-02"):
        shutil.rmtree(folder)
    return one


def func(root, s=1):
    return root / f"sub-{s:02d}" / "func"


def as_it_was(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("fmriprep", "is the data set that the runs come from"),
        ("fmriprep/.", "is the data set that the runs come from"),
        ("fmriprep/sub-01/..", "is the data set that the runs come from"),
        ("link", "is the data set that the runs come from"),
        ("fmriprep/sub-01/func", "is inside the data set that the runs come from"),
        ("fmriprep/sub-99", "is inside the data set that the runs come from"),
        ("fmriprep/figures", "has files, but no dataset_description.json by nipype-maps"),
        ("raw", "is a data set of others (Raw)"),
        ("xcp", "is a data set of XCP-D"),
        ("damaged", "is a data set of others (its dataset_description.json cannot be read)"),
        ("bare", "has files, but no dataset_description.json by nipype-maps"),
    ],
)
def test_files_of_others_are_not_mixed_with_results(invoke, one, maps, tmp_path, place, told):
    (tmp_path / "link").symlink_to(one)
    (one / "figures").mkdir()
    (one / "figures" / "a.svg").write_text("")
    (tmp_path / "bare" / "sub-01").mkdir(parents=True)
    for name, text in (
        ("raw", '{"Name": "Raw", "BIDSVersion": "1.9.0"}'),
        ("xcp", '{"Name": "x", "GeneratedBy": [{"Name": "XCP-D"}]}'),
        ("damaged", '{"Name": '),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dataset_description.json").write_text(text)
    before = as_it_was(tmp_path)
    for more in ([], ["--overwrite"], ["--dry-run"]):
        done = invoke("dataset", one, f"{tmp_path}/{place}", "--maps", maps, *more, status=1)
        assert told in done.stderr
    assert as_it_was(tmp_path) == before


def test_results_may_be_below_the_data_set(invoke, one, maps):
    before = as_it_was(one)
    out = one / "derivatives" / "nipype-maps"
    call = ["dataset", one, out, "--maps", maps]
    for _ in range(2):  # the second call meets what the first one left
        assert "2 of 2 runs done" in invoke(*call).stdout
    ours = {out, out.with_name("nipype-maps-work")}
    assert {path: text for path, text in as_it_was(one).items() if ours.isdisjoint(path.parents)} == before


def test_runs_of_other_data_sets_below_are_not_this_ones(invoke, one, maps, tmp_path):
    shutil.copytree(one, one / "fmriprep-20")
    assert "2 of 2 runs done" in invoke("dataset", one, tmp_path / "o", "--maps", maps).stdout
    both = describe(tmp_path / "both")
    shutil.move(one, both / "fmriprep-22")
    shutil.copytree(both / "fmriprep-22", both / "fmriprep-20")
    done = invoke("dataset", both, tmp_path / "p", "--maps", maps, status=1)
    assert "There are participants in fmriprep-20, fmriprep-22; give one of these folders." in done.stderr


def test_what_users_add_to_the_description_stays_and_sources_are_joined(invoke, one, maps, tmp_path):
    out, second = tmp_path / "out", tmp_path / "second"
    invoke("dataset", one, out, "--maps", maps, "--participant-label", "01")
    path = out / "dataset_description.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "Authors": ["Ann"]}))
    shutil.copytree(one, second)
    invoke("dataset", second, out, "--maps", maps)
    said = json.loads(path.read_text())
    assert said["Authors"] == ["Ann"]
    assert [source["URL"] for source in said["SourceDatasets"]] == ["../fmriprep", "../second"]


def test_results_of_other_settings_are_counted_and_kept(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps, "--desc", "ours"]
    invoke(*call)
    before = as_it_was(out)
    done = invoke(*call, "--detrend", status=2)
    assert " and 1 more (Detrend: no there, yes asked)" in done.stderr
    tables = {path: text for path, text in before.items() if path.suffix == ".tsv"}
    assert all(path.read_bytes() == text for path, text in tables.items())
    invoke(*call, "--detrend", "--overwrite")
    assert [row["status"] for row in summary(out)] == ["done", "done"]


def test_the_summary_claims_no_table_that_is_not_there(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps]
    invoke(*call)
    next(out.glob("sub-02/func/*.tsv")).unlink()
    invoke(*call, "--participant-label", "01")
    assert statuses(out) == {"sub-01": "done"}


def remove_run(root, s):
    for path in func(root, s).glob("*_bold.*"):
        path.unlink()


def statuses(out):
    return {row["participant_id"]: row["status"] for row in summary(out)}


@pytest.mark.parametrize("more", [[], ["--overwrite"], ["--participant-label", "01"]])
def test_runs_that_were_removed_are_marked_and_told_of(invoke, one, maps, tmp_path, more):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps]
    invoke(*call)
    before = summary(out)
    (table,) = out.glob("sub-02/func/*.tsv")
    shutil.copytree(one, tmp_path / "copy")
    remove_run(one, 2)
    told = "summary.tsv, such as sub-02_task-rest_space-MNI_atlas-atlas_timeseries, does not exist"
    done = invoke(*call, *more)
    assert f"warning: 1 run of {out}/{told} any more and has the status 'removed'" in done.stderr
    said = {"status": "removed", "reason": "its run does not exist any more"}
    assert summary(out)[1] == {**before[1], **said}
    assert table.exists()

    # in another data set that results are made from it is there, and is again once it is put back
    assert "removed" not in invoke("dataset", tmp_path / "copy", *call[2:], *more).stderr
    remove_run(tmp_path / "copy", 2)
    assert told in invoke(*call, *more).stderr
    table.unlink()
    assert "removed" not in invoke(*call, *more).stderr
    assert statuses(out) == {"sub-01": "done"}


def test_runs_that_cannot_be_looked_for_are_not_taken_for_removed(invoke, one, maps, tmp_path):
    out, moved = tmp_path / "out", tmp_path / "moved"
    invoke("dataset", one, out, "--maps", maps)
    shutil.copytree(one, moved)
    one.rename(tmp_path / "not mounted")
    call = ["dataset", moved, out, "--maps", maps, "--participant-label", "01"]
    for _ in range(2):
        assert "removed" not in invoke(*call).stderr
        remove_run(moved, 2)  # it may still be where it was
    assert statuses(out) == {"sub-01": "done", "sub-02": "done"}


def test_a_run_that_was_unpacked_is_there(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    invoke("dataset", one, out, "--maps", maps)
    (packed,) = func(one, 2).glob("*_bold.nii.gz")
    nib.save(nib.load(packed), packed.with_suffix(""))
    packed.unlink()
    invoke("dataset", one, out, "--maps", maps, "--participant-label", "01")
    assert statuses(out) == {"sub-01": "done", "sub-02": "done"}


def test_a_run_that_failed_and_was_removed_has_no_row(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps, "--participant-label"]
    next(func(one, 2).glob("*_bold.nii.gz")).write_bytes(b"")
    invoke(*call, "02", status=1)
    invoke(*call, "01")
    assert statuses(out) == {"sub-01": "done", "sub-02": "failed"}
    remove_run(one, 2)
    assert "removed" not in invoke(*call, "01").stderr  # there is no table to take for good
    assert statuses(out) == {"sub-01": "done"}


@pytest.mark.parametrize("text", ["run,status\n", "", "participant_id\tage\nsub-01\t30\n", "\0\1\2"])
def test_a_summary_of_others_stays(invoke, one, maps, tmp_path, text):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.tsv").write_text(text)
    done = invoke("dataset", one, tmp_path / "out", "--maps", maps, status=1)
    assert "summary.tsv is not a summary that nipype-maps wrote" in done.stderr
    assert (tmp_path / "out" / "summary.tsv").read_text() == text


def test_a_summary_of_an_older_version_or_with_damaged_rows_is_carried_on(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps, "--participant-label"]
    invoke(*call, "01")
    (out / "summary.tsv").write_text("run\tstatus\tframes\treason\nx\tfailed\t9\tn/a\nhalf a ro")
    invoke(*call, "02")
    rows = {row["participant_id"]: row for row in summary(out)}
    assert rows["n/a"]["frames"] == "9"
    assert rows["sub-02"]["columns"] == "4"


def test_maps_that_are_dropped_in_some_runs_have_their_place_in_the_table_of_names(
    invoke, one, maps, tmp_path, rng, grids, save
):
    """The second participant's field of view leaves the last map out."""
    values = np.zeros((*grids["plain"].shape, 3))
    for k, z in enumerate((0, 1, -1)):
        values[..., z, k] = rng.random(values.shape[:2])
    three = save(values, grids["plain"], "three.nii.gz")
    path = func(one, 2) / f"sub-02_task-rest{RUN}"
    nib.save(nib.load(path).slicer[:, :, :-1], path)
    out = tmp_path / "out"
    invoke("dataset", one, out, "--maps", three, "--empty-maps", "drop")
    assert [row["columns"] for row in summary(out)] == ["3", "2"]
    counts = [len(read_table(path).names) for path in sorted(out.glob("sub-*/func/*.tsv"))]
    assert counts == [3, 2]
    for participant in ("02", "01"):  # in whatever order they come
        chosen = tmp_path / participant
        call = ["dataset", one, chosen, "--maps", three, "--empty-maps", "drop"]
        invoke(*call, "--participant-label", participant)
        assert (chosen / "atlas-three_dseg.tsv").read_text().splitlines()[1:] == [
            "1\tmap-01", "2\tmap-02", "3\tmap-03",
        ]  # fmt: skip


def test_names_of_other_maps_of_one_name_are_not_replaced(invoke, one, maps, tmp_path):
    call = ["dataset", one, tmp_path / "out", "--maps", maps, "--participant-label"]
    invoke(*call, "01")
    (tmp_path / "names.txt").write_text("a\nb\nc\nd\n")
    other = [*call, "02", "--map-names", tmp_path / "names.txt"]
    assert "names other maps than those requested" in invoke(*other, status=2).stderr
    assert "names other maps" in invoke(*other, "--dry-run", status=2).stderr
    invoke(*other, "--overwrite")
    assert "1\ta" in (tmp_path / "out" / "atlas-atlas_dseg.tsv").read_text()


def test_single_echoes_are_left_out_where_they_are_there_combined(invoke, one, maps, tmp_path):
    bold = func(one) / f"sub-01_task-rest{RUN}"
    for echo in (1, 2):
        shutil.copy(bold, func(one) / f"sub-01_task-rest_echo-{echo}_desc-preproc_bold.nii.gz")
    done = invoke("dataset", one, tmp_path / "out", "--maps", maps, "--confounds-strategy", "6P")
    assert "2 of 2 runs done" in done.stdout
    assert done.stderr.count("images of single echoes, such as sub-01_task-rest_echo-1_desc-") == 1

    bold.unlink()  # only echoes, which share the table of confounds
    options = ["--maps", maps, "--confounds-strategy", "6P", "--participant-label", "01"]
    done = invoke("dataset", one, tmp_path / "echoes", *options)
    assert "2 of 2 runs done" in done.stdout
    assert "2 runs of a single echo, such as sub-01_task-rest_echo-1_desc-preproc" in done.stderr
    sidecar = json.loads(next((tmp_path / "echoes").glob("sub-01/func/*echo-2*.json")).read_text())
    assert sidecar["Provenance"]["Confounds"][0]["File"].startswith("sub-01_task-rest_desc")


@pytest.mark.parametrize(
    ("space", "options", "told"),
    [
        ("space-T1w", [], "in the spaces MNI, T1w; choose the one of the maps by spaces (--space)."),
        ("space-MNI_res-2", [], "in the spaces MNI, MNI:res-2; choose"),
        ("space-MNI_res-2", ["--space", "MNI"], None),
        ("", [], "there are runs in the spaces MNI, func; choose"),
        ("space-T1w", ["--space", "MNI"], None),
        ("space-MNI_res-2", ["--space", "MNI:res-2", "--participant-label", "01"], None),
        ("space-MNI_cohort-2", ["--space", "MNI:cohort-2", "--participant-label", "01"], None),
        ("", ["--space", "func", "--participant-label", "01"], None),
    ],
)
def test_runs_of_several_spaces_need_a_choice(invoke, one, maps, tmp_path, space, options, told):
    name = "_".join(filter(None, ["sub-01_task-rest", space, "desc-preproc_bold.nii.gz"]))
    shutil.copy(func(one) / f"sub-01_task-rest{RUN}", func(one) / name)
    call = ["dataset", one, tmp_path / "out", "--maps", maps, *options]
    done = invoke(*call, status=1 if told else 0)
    if told:
        assert told in done.stderr
    else:
        assert all("failed" not in row["status"] for row in summary(tmp_path / "out"))


#: Images of two participants; what is asked for; those that are taken, else what is told, by participant.
RESOLUTIONS = {
    "a name alone is without res": (["MNI"], ["MNI", "MNI_res-2"], "MNI", {"1": "MNI", "2": "MNI"}),
    "what is narrower": (["MNI"], ["MNI", "MNI_res-2"], "MNI:res-2", {"2": "MNI_res-2"}),
    "left out": (["MNI"], ["MNI_res-2"], "MNI", {"1": "MNI"}),
    "one resolution": (["MNI_res-2"], ["MNI_res-2"], "MNI", {"1": "MNI_res-2", "2": "MNI_res-2"}),
    "either": (["MNI_res-1"], ["MNI_res-2"], "MNI", "in the spaces MNI:res-1, MNI:res-2, which MNI may all"),
    "cohorts": (["MNI_cohort-1"], ["MNI_cohort-2"], "MNI", "MNI:cohort-2, which MNI may all mean"),
    "any of them": (["MNI_res-1"], ["MNI_res-2"], "MNI:res-2", {"2": "MNI_res-2"}),
    "density too": (["MNI_res-2"], ["MNI_res-2_den-9k"], "MNI:res-2", {"1": "MNI_res-2"}),
}  # fmt: skip


def space_of(row):
    """The space of a row of the summary, as names of runs have it."""
    more = [f"_{entity}-{row[entity]}" for entity in ("res", "den") if row.get(entity, "n/a") != "n/a"]
    return row["space"] + "".join(more)


def in_spaces(one, spaces, s):
    """Put a participant's run into spaces."""
    bold = func(one, s) / f"sub-{s:02d}_task-rest{RUN}"
    for space in spaces:
        shutil.copy(bold, func(one, s) / f"new{bold.name.replace('space-MNI', f'space-{space}')}")
    bold.unlink()
    for new in func(one, s).glob("new*"):
        new.rename(new.with_name(new.name[3:]))


@pytest.mark.parametrize("case", RESOLUTIONS)
def test_a_data_set_is_of_one_resolution(invoke, one, maps, tmp_path, case):
    first, second, space, taken = RESOLUTIONS[case]
    in_spaces(one, first, 1)
    in_spaces(one, second, 2)
    call = ["dataset", one, tmp_path / "out", "--maps", maps, "--space", space]
    if isinstance(taken, str):
        assert taken in invoke(*call, status=1).stderr
        return
    done = invoke(*call)
    names = [f"{row['participant_id']}_{space_of(row)}" for row in summary(tmp_path / "out")]
    assert names == [f"sub-0{s}_{space}" for s, space in taken.items()]
    assert done.stderr.count("left out, because not in MNI but in MNI:res-2") == (case == "left out")


def test_what_a_space_means_does_not_depend_on_the_participants_that_are_chosen(invoke, one, maps, tmp_path):
    in_spaces(one, ["MNI_res-2"], 2)
    call = ["dataset", one, tmp_path / "out", "--maps", maps, "--participant-label", "02"]
    refused = invoke(*call, "--space", "MNI", status=1)
    assert "no preprocessed run (*_desc-preproc_bold.nii.gz) of subject 02, space MNI" in refused.stderr
    assert "in the spaces MNI:res-2." in refused.stderr
    invoke(*call, "--space", "MNI:res-2")
    other = invoke(*call[:-1], "01", "--space", "MNI")
    assert "contains results of runs in other spaces: MNI:res-2 (such as sub-02/func/sub-02" in other.stderr


def test_the_maps_name_says_which_space_fits(invoke, one, maps, tmp_path):
    shutil.copy(
        func(one) / f"sub-01_task-rest{RUN}", func(one) / f"sub-01_task-rest{RUN.replace('MNI', 'T1w')}"
    )
    named = tmp_path / "tpl-MNI_atlas-four_probseg.nii.gz"
    shutil.copy(maps, named)
    done = invoke("dataset", one, tmp_path / "out", "--maps", named, status=1)
    assert "tpl-MNI_atlas-four_probseg.nii.gz is for MNI by its name." in done.stderr


def test_of_two_tables_for_a_run_it_is_said_which_is_taken(invoke, one, maps, tmp_path):
    new = func(one) / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    new.with_name(new.name.replace("timeseries", "regressors")).write_text("trans_x\n" + "1\n" * 12)
    options = ["--maps", maps, "--confounds-strategy", "6P"]
    done = invoke("dataset", one, tmp_path / "out", *options)
    assert "1 run with two tables of confounds, such as sub-01_task-rest_space-MNI" in done.stderr
    assert "confounds_timeseries.tsv is used, not sub-01_task-rest_desc-confounds_regressors" in done.stderr
    mask = func(one) / "sub-01_task-rest_space-MNI_desc-brain_mask.nii.gz"
    nib.save(nib.load(mask), mask.with_suffix(""))
    done = invoke("dataset", one, tmp_path / "masks", *options, "--brain-masks", status=1)
    assert "has more than one brain mask" in summary(tmp_path / "masks")[0]["reason"]
    assert "1 of 2 runs done" in done.stdout


@pytest.mark.parametrize("what", ["preproc_bold.nii.gz", "brain_mask.nii.gz", "confounds_timeseries.tsv"])
def test_files_without_content_take_only_their_run_down(invoke, one, maps, tmp_path, what):
    (path,) = func(one).glob(f"*{what}")
    call = ["dataset", one, tmp_path / "out", "--maps", maps, "--brain-masks"]
    call += ["--confounds-strategy", "6P"]
    invoke(*call)
    path.unlink()
    path.symlink_to(tmp_path / "annex" / "object")
    done = invoke(*call, status=1)
    assert "1 of 2 runs done" in done.stdout
    first, second = summary(tmp_path / "out")
    assert f"{path.name} is a link to a file that does not exist" in first["reason"]
    assert (first["status"], second["status"]) == ("failed", "done")
    assert "the existing table is of an earlier call" in done.stderr


def test_labels_without_runs_are_named(invoke, one, maps, tmp_path):
    call = ["dataset", one, tmp_path / "out", "--maps", maps, "--participant-label"]
    done = invoke(*call, "01", "--participant-label", "09")
    assert "warning: no run is of subject 09." in done.stderr


def test_participants_that_differ_in_case_alone_are_refused(invoke, one, maps, tmp_path):
    for path in (func(one, 2), *func(one, 2).iterdir()):
        if path.is_file():
            other = one / "sub-AB" / "func" / path.name.replace("sub-02", "sub-AB")
            other.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, other)
            lower = one / "sub-ab" / "func" / path.name.replace("sub-02", "sub-ab")
            lower.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, lower)
    done = invoke("dataset", one, tmp_path / "out", "--maps", maps, status=1)
    assert "two runs would both be called 'sub-AB/func/sub-AB_" in done.stderr


def test_a_run_that_lacks_its_table_now_keeps_no_results_of_other_settings(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps, "--desc", "ours"]
    invoke(*call)
    (func(one) / "sub-01_task-rest_desc-confounds_timeseries.tsv").unlink()
    other = [*call, "--confounds-strategy", "6P"]
    assert "(ConfoundsStrategy: none there, 6P asked" in invoke(*other, status=2).stderr
    assert "1 of 2 runs done" in invoke(*other, "--overwrite", status=1).stdout
    assert [path.name[:6] for path in out.glob("sub-*/func/*.tsv")] == ["sub-02"]


HARMS = {
    "RepetitionTime": ("bold.json", '{"RepetitionTime": "2"}', 1, "not a number of seconds"),
    "conflict": ("bold.json", '{"RepetitionTime": 7}', 1, "but the header says 2 s"),
    "sidecar": ("bold.json", "{", 1, "is not a JSON file"),
    "run": ("bold.nii.gz", "no image", 1, "bold.nii.gz"),
    "table": ("timeseries.tsv", "no table", 1, "timeseries.tsv"),
    "no table": ("timeseries.tsv", None, 1, "has no table of confounds"),
    "no mask": ("mask.nii.gz", None, 1, "has no brain mask"),
    "mask": ("mask.nii.gz", "no image", 1, "mask.nii.gz"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_run_that_cannot_be_done_now_keeps_its_results(invoke, one, maps, tmp_path, harm):
    name, text, status, told = HARMS[harm]
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps, "--confounds-strategy", "6P", "--brain-masks"]
    invoke(*call)
    before = {path: path.read_bytes() for path in out.rglob("*_timeseries.*")}
    (path,) = func(one).glob(f"*{name}")
    path.unlink()
    if text is not None:
        path.write_text(text)
    done = invoke(*call, status=status)
    assert told in " ".join(done.stderr.split())
    assert {path: path.read_bytes() for path in out.rglob("*_timeseries.*")} == before
    if status == 1:
        assert "1 of 2 runs done" in done.stdout
        assert "the existing table is of an earlier call" in done.stderr
        assert [row["status"] for row in summary(out)] == ["failed", "done"]


def test_results_of_which_the_records_were_lost_are_known_by_their_sidecars(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps, "--confounds-strategy", "6P+scrub"]
    invoke(*call)
    shutil.rmtree(out / "logs")
    assert "2 of 2 runs done" in invoke(*call).stdout
    shutil.rmtree(out / "logs")
    other = invoke(*call[:-1], "6P", status=2)
    assert "(ConfoundsStrategy: 6P+scrub there, 6P asked)" in other.stderr


def test_a_dry_run_writes_nothing(invoke, one, maps, tmp_path, monkeypatch):
    monkeypatch.setattr("nipype_maps.storage.checksums.SETTLED", -1)  # as of files made long ago
    monkeypatch.setattr("nipype_maps.storage.checksums._known", {})
    before = as_it_was(tmp_path)
    invoke("dataset", one, tmp_path / "out", "--maps", maps, "--dry-run")
    assert as_it_was(tmp_path) == before
    assert not (tmp_path / "out").exists()


def test_what_a_killed_command_left_half_made_goes(invoke, one, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", one, out, "--maps", maps]
    invoke(*call)
    halves = [folder / f".draft-{15:016x}-half.tsv" for folder in
              (out, out / "sub-01/func", out / "logs/runs/sub-01/func")]  # fmt: skip
    for half in halves:
        half.write_text("")
    invoke(*call)
    assert not [half for half in halves if half.exists()]


def test_a_data_set_is_of_one_atlas_and_says_where_settings_differ(
    invoke, one, maps, tmp_path, save, rng, grids
):
    call = ["dataset", one, tmp_path / "out", "--maps", maps, "--desc", "ours", "--participant-label"]
    invoke(*call, "01")
    elsewhere = save(rng.normal(size=(*grids["plain"].shape, 4)), grids["plain"], "other/atlas.nii.gz")
    refused = invoke(*call[:4], elsewhere, *call[5:], "02", status=2)
    assert "contains results of other maps under the same name" in refused.stderr
    other = invoke(*call, "02", "--standardize", "zscore")
    assert "results of other runs with other settings: Standardize: no there, zscore asked" in other.stderr


def test_a_data_set_takes_several_atlases(invoke, one, maps, tmp_path, save, rng, grids):
    other = save(rng.random(size=(*grids["plain"].shape, 3)), grids["plain"], "atlas-B_probseg.nii.gz")
    together = tmp_path / "together"
    for atlas in (maps, other, maps):
        done = invoke("dataset", one, together, "--maps", atlas, "--detrend")
        assert "2 of 2 runs done" in done.stdout
        assert "holds results" not in done.stderr
    assert "0 steps executed" in done.stdout
    for name, atlas in (("atlas", maps), ("B", other)):
        apart = tmp_path / name
        invoke("dataset", one, apart, "--maps", atlas, "--detrend")
        for path in [*apart.glob("sub-*/func/*"), apart / f"atlas-{name}_dseg.tsv"]:
            assert (together / path.relative_to(apart)).read_bytes() == path.read_bytes()
        assert [row for row in summary(together) if row["atlas"] == name] == [
            {**row, "seconds": ANY} for row in summary(apart)
        ]
    assert len(summary(together)) == 4
    assert len(list(together.glob("atlas-*_dseg.tsv"))) == 2
    # runs of an atlas are still compared with each other
    call = ["dataset", one, together, "--maps", maps, "--participant-label", "01", "--desc", "denoised"]
    told = invoke(*call, "--overwrite").stderr
    assert "other runs with other settings: Detrend: yes there, no asked (such as sub-02/func/sub-02" in told
    assert "MapNames" not in told


@pytest.mark.parametrize("name", ["atlas.nii.gz", "ATLAS.nii.gz"])
def test_atlases_that_differ_in_case_alone_are_refused(invoke, one, maps, tmp_path, save, rng, grids, name):
    invoke("dataset", one, tmp_path / "out", "--maps", maps, "--participant-label", "01")
    other = save(rng.random(size=(*grids["plain"].shape, 4)), grids["plain"], f"elsewhere/{name}")
    call = ["dataset", one, tmp_path / "out", "--maps", other, "--participant-label", "02"]
    assert "Give these maps a name of their own (--atlas)" in invoke(*call, status=2).stderr
    assert not list(tmp_path.glob("out/sub-02/**/*.tsv"))


def test_runs_of_one_name_in_different_folders_have_a_row_each(
    invoke, derivatives_of_sessions, maps, tmp_path
):
    done = invoke("dataset", derivatives_of_sessions, tmp_path / "out", "--maps", maps)
    assert "2 of 2 runs done" in done.stdout
    assert [row["file"].rpartition("/")[0] for row in summary(tmp_path / "out")] == [
        "sub-01/ses-1/func",
        "sub-01/ses-2/func",
    ]


def test_an_interrupted_call_has_rows_of_the_runs_that_are_done(invoke, one, maps, tmp_path, monkeypatch):
    out, seen = tmp_path / "out", []
    run = Clean._run

    def interrupted(*arguments):
        if seen:
            raise KeyboardInterrupt
        seen.append(arguments)
        return run(*arguments)

    monkeypatch.setattr(Clean, "_run", interrupted)
    call = ["dataset", one, out, "--maps", maps]
    assert "interrupted" in invoke(*call, status=130).stderr
    (row,) = summary(out)
    assert (row["status"], row["frames"]) == ("done", "12")
    monkeypatch.undo()
    invoke(*call)
    assert [row["status"] for row in summary(out)] == ["done", "done"]
