"""``nipype-maps dataset`` as BABS, nipoppy and users of fMRIPrep call BIDS Apps."""

import json
import shutil

import numpy as np
import pytest

from nipype_maps.cli.dataset import dataset
from nipype_maps.cli.parsing.bids_app import ELSEWHERE, SAME

from ..derivatives import describe, write_run
from .test_dataset import summary


@pytest.fixture
def sessions(tmp_path, rng, grids):
    """Three participants, two sessions of the first two, a run each of 12 frames."""
    root, grid = describe(tmp_path / "fmriprep"), grids["plain"]
    for label in ("01", "02", "03"):
        for session in ("1", "2"):
            table = np.hstack([rng.normal(size=(12, 6)), np.zeros((12, 3))])
            values = rng.normal(100, 5, (*grid.shape, 12))
            write_run(root, f"sub-{label}_ses-{session}_task-rest", values, grid.affine, table)
            func = root / f"sub-{label}"
            (func / f"ses-{session}").mkdir(exist_ok=True)
            shutil.move(func / "func", func / f"ses-{session}" / "func")
    return root


@pytest.fixture
def done(invoke, sessions, maps, tmp_path):
    """The runs that a call extracts, by participant and session."""

    def done(*words, before=("participant",), out="out"):
        invoke("dataset", sessions, tmp_path / out, *before, "--maps", maps, *words)
        rows = summary(tmp_path / out)
        return [row["participant_id"].removeprefix("sub-") + row["session_id"][-1] for row in rows]

    return done


ALL = ["011", "012", "021", "022", "031", "032"]


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ("--participant-label 01 sub-03", ["011", "012", "031", "032"]),
        ("--participant_label 01 03 --session-id 1", ["011", "031"]),
        ("--participant-label=01 03 --session_label ses-1", ["011", "031"]),
        ("--participant-label 01,sub-03 --session 1", ["011", "031"]),
        ("--participant-label 01 --participant-label 03 --session-id 1 --task rest", ["011", "031"]),
        ("--session-id 1 2 --task-id task-rest nback --participant-label 02 02", ["021", "022"]),
        ("--space MNI T1w --participant-label 02 --detrend", ["021", "022"]),
    ],
)
def test_labels_are_given_as_to_argparse(done, words, runs):
    assert done(*words.split()) == runs


def test_the_level_may_be_left_out_or_follow(done, invoke, sessions, maps, tmp_path):
    assert done(before=()) == ALL
    words = ["--maps", maps, "--participant-label", "02", "--detrend"]
    invoke("dataset", *words, sessions, tmp_path / "other", "participant")
    assert len(summary(tmp_path / "other")) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("IN OUT group --maps x", "dataset has no analysis level 'group', only 'participant', which may be"),
        ("IN --maps x --out OUT", "--out is no option of dataset; OUT is the second argument: "
         "nipype-maps dataset IN OUT participant --maps ..."),
        ("IN OUT --maps x --res 2", "choose a resolution with its space: --space MNI152NLin2009cAsym:res-2"),
        ("IN OUT --maps x --output_spaces MNI T1w", "--output-spaces is no option of dataset; choose among"),
        ("IN OUT --maps x --mem-gb=50", "--mem-gb is no option of dataset; give MB or a unit: --mem-mb 16G"),
        ("IN OUT --maps x --skip_bids_validation", "leave it out, since IN is read without validation"),
        ("IN OUT --maps x --skip-bids-validator", "--skip-bids-validator is no option of dataset; leave it"),
        ("IN OUT --maps x --omp-nthreads 8", "leave it out, since each process computes in one thread, and "
         "--n-procs says how many"),
        ("IN OUT --maps x --fd-threshold 0.3", "with a strategy: --confounds-strategy 24P+scrub (above 0.5"),
        ("IN OUT --maps x --fd-thresh 0.3", "--fd-thresh is no option of dataset; censor with a strategy"),
        ("IN OUT --maps x --dummy-scans 4", "each strategy censors the first frames that fMRIPrep marks"),
        ("IN OUT --maps x --notrack", "leave it out, since nothing is tracked"),
        ("IN OUT --maps x --write-graph", "see each step with --dry-run --verbose"),
        ("IN OUT --maps x --clean-workdir", "delete old results later: nipype-maps prune"),
        ("IN OUT participant more --maps x", "unexpected extra argument (more)"),
        ("--maps x --participant-label 01 IN OUT", "'IN' is no label; give IN, OUT and participant before"),
        ("--maps x --participant-label 01 fmriprep out", "IN is missing; give IN and OUT before lists of "),
        ("IN --participant-label 01 02 --maps x", "OUT is missing; give IN and OUT before lists of labels"),
        ("--maps x --participant-label 01", "Missing argument 'IN'"),
        ("IN OUT --participant-label 01 participant", "'participant' is no label"),
        ("IN OUT --participant-label 01,,02", "a label between two commas or at an end is empty"),
        ("IN OUT --participant-label --maps x", "--participant-label has no value"),
        ("IN OUT --space MNI/x", "'MNI/x' is no label"),
    ],
)  # fmt: skip
def test_other_forms_are_refused(invoke, sessions, maps, tmp_path, words, sentence):
    places = {"IN": str(sessions), "OUT": str(tmp_path / "out"), "x": str(maps)}
    refused = invoke("dataset", *[places.get(word, word) for word in words.split()], status=2)
    said = " ".join(refused.stderr.split())
    assert sentence in said.replace(str(sessions), "IN"), said


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("fmriprep", "fmriprep is the data set that the runs come from; choose another folder."),
        ("fmriprep/sub-01", "sub-01 is inside the data set that the runs come from; choose a folder outside"),
        ("fmriprep/sub-01/ses-1/out", "out is inside the data set that the runs come from"),
        ("fmriprep/sub-99/out", "out is inside the data set that the runs come from"),
        ("link/out", "sub-02/ses-1/out is inside the data set that the runs come from"),
    ],
)
def test_out_is_not_among_the_runs(invoke, sessions, maps, tmp_path, out, sentence):
    (tmp_path / "link").symlink_to(sessions / "sub-02" / "ses-1")
    before = sorted(sessions.rglob("*"))
    said = invoke("dataset", sessions, tmp_path / out, "participant", "--maps", maps, status=1).stderr
    assert f"Error: OUT {sessions}" in said
    assert sentence in said
    assert sorted(sessions.rglob("*")) == before


@pytest.mark.parametrize("out", ["study/sub-01", "study/sub-01/signals"])
def test_out_is_no_folder_of_a_participant_of_the_study(invoke, sessions, maps, tmp_path, out):
    (tmp_path / "study" / "derivatives").mkdir(parents=True)
    (tmp_path / "study" / "dataset_description.json").write_text('{"Name": "raw", "BIDSVersion": "1.9.0"}')
    moved = sessions.rename(tmp_path / "study" / "derivatives" / "fmriprep")
    said = invoke("dataset", moved, tmp_path / out, "--maps", maps, status=1).stderr
    assert f"is in sub-01 of the data set {tmp_path / 'study'}; choose another folder." in said
    assert not (tmp_path / out).exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("study", "have no desc-, as before preprocessing. There are derivatives in"),
        ("study/derivatives", "give the folder that the preprocessing wrote. There are derivatives in"),
    ],
)
def test_folders_above_the_derivatives_are_answered_with_them(
    invoke, sessions, maps, tmp_path, given, sentence
):
    raw = tmp_path / "study" / "sub-01" / "func"
    for folder in (raw, tmp_path / "study" / "derivatives"):
        folder.mkdir(parents=True)
    (tmp_path / "study" / "dataset_description.json").write_text('{"Name": "raw", "BIDSVersion": "1.9.0"}')
    (raw / "sub-01_task-rest_bold.nii.gz").touch()
    sessions.rename(tmp_path / "study" / "derivatives" / "fmriprep")
    said = invoke("dataset", tmp_path / given, tmp_path / "out", "--maps", maps, status=1).stderr
    assert f"{sentence} {tmp_path / 'study' / 'derivatives'}: fmriprep; give one of these." in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--participant-label 04", "of subject 04; there are the participants 01, 02, 03, the tasks rest in"),
        ("--session-id 3", "of session 3; there are the sessions 1, 2, the tasks rest in the spaces MNI."),
        (
            "--participant-label 01 --task-id x",
            "of subject 01, task x; there are the tasks rest in the space",
        ),
    ],
)
def test_labels_that_are_not_there_are_answered_with_those_that_are(
    invoke, sessions, maps, tmp_path, words, sentence
):
    said = invoke("dataset", sessions, tmp_path / "out", "--maps", maps, *words.split(), status=1).stderr
    assert sentence in said


@pytest.mark.parametrize("work", ["fmriprep", "fmriprep/sub-01/work", "fmriprep/sub-99"])
def test_the_work_folder_is_not_among_the_runs(invoke, sessions, maps, tmp_path, work):
    words = ["--maps", maps, "-w", tmp_path / work]
    refused = invoke("dataset", sessions, tmp_path / "out", *words, status=2)
    assert f"is among the runs of {sessions}; choose a folder of its own" in refused.stderr


def test_results_may_be_in_derivatives_of_in(done):
    assert done(out="fmriprep/derivatives/signals") == ALL
    assert done(out="fmriprep/derivatives/signals") == ALL


def test_a_folder_that_is_linked_again_has_no_runs_of_its_own(done, sessions):
    """A link to a folder above or beside would be followed to the same runs, many times."""
    func = sessions / "sub-01" / "ses-1" / "func"
    (func / "func").symlink_to(func)
    (sessions / "sub-02" / "ses-2" / "again").symlink_to(sessions / "sub-02" / "ses-2" / "func")
    assert done() == ALL


def test_content_that_is_linked_is_a_run_of_each_name(done, sessions):
    """As DataLad links them: runs of the same content are still two."""
    first, second = sorted((sessions / "sub-01").rglob("*_bold.nii.gz"))
    second.unlink()
    second.symlink_to(first)
    assert done() == ALL


def test_the_version_is_that_of_the_package(invoke):
    from nipype_maps import __version__

    assert invoke("dataset", "--version").stdout.rstrip().endswith(__version__)


@pytest.mark.parametrize("level", ["subject", "session"])
@pytest.mark.parametrize("n_procs", ["--nprocs 2", "--n_cpus 1", "--nthreads 2"])
def test_babs_calls_it(call, sessions, maps, tmp_path, level, n_procs):
    """The script that BABS generates from its configuration (bidsapp_run.sh.jinja2)."""
    session = ["--bids-filter-file", tmp_path / "ses-1_filter.json"] if level == "session" else []
    # as for fMRIPrep; BABS replaces ' by " and removes ses-
    images = {"sbref": "sbref", "flair": "FLAIR", "t2w": "T2w", "t1w": "T1w", "roi": "roi"}
    content = {"fmap": {"datatype": "fmap"}, "bold": {"datatype": "func", "session": "1", "suffix": "bold"}}
    content |= {
        name: {"datatype": "anat", "session": "1", "suffix": suffix} for name, suffix in images.items()
    }
    (tmp_path / "ses-1_filter.json").write_text(json.dumps(content))
    out = tmp_path / "outputs" / "nipype-maps"
    out.mkdir(parents=True)  # mkdir -p "{{ bids_app_output_dir }}"
    done = call(
        "dataset", sessions, out, "participant", *session,
        "-w", tmp_path / ".git/tmp/wkdir", "--stop-on-first-crash", "--maps", maps, "-vv", *n_procs.split(),
        "--mem-mb", "12000", "--confounds-strategy", "6P", "--participant-label", "sub-01",
    )  # fmt: skip
    assert f"{1 if session else 2} of" in done.stdout
    assert (tmp_path / ".git/tmp/wkdir").is_dir()


def test_a_filter_of_babs_without_runs_is_refused(invoke, sessions, maps, tmp_path):
    """BABS writes the query bold only for containers that are called fmriprep: all sessions would be done."""
    (tmp_path / "filter.json").write_text('{"t1w": {"datatype": "anat", "session": "1", "suffix": "T1w"}}')
    words = ["participant", "--maps", maps, "--bids-filter-file", tmp_path / "filter.json"]
    refused = invoke("dataset", sessions, tmp_path / "out", *words, status=1)
    assert "has no query 'bold', which alone chooses runs" in refused.stderr


@pytest.mark.parametrize(
    ("query", "words", "entity"),
    [
        ({"session": "1"}, ["--session", "1"], "--session-id both choose by session"),
        ({"subject": "01"}, ["--participant-label", "01"], "--participant-label both choose by subject"),
        ({"desc": "preproc"}, ["--desc-in", "preproc"], "--desc-in both choose by desc"),
    ],
)
def test_options_and_filters_do_not_choose_by_the_same(
    invoke, sessions, maps, tmp_path, query, words, entity
):
    (tmp_path / "filter.json").write_text(json.dumps({"bold": query}))
    words = ["--maps", maps, "--bids-filter-file", tmp_path / "filter.json", *words]
    assert entity in invoke("dataset", sessions, tmp_path / "out", *words, status=1).stderr


def test_an_index_is_kept_for_the_next_call(done, tmp_path):
    words = ["--bids_database_dir", tmp_path / "index", "--participant-label", "01"]
    assert done(*words) == done(*words, out="other") == ["011", "012"]
    assert (tmp_path / "index" / "layout_index.sqlite").is_file()


def test_a_dry_run_writes_no_index(invoke, sessions, maps, tmp_path):
    words = ["--maps", maps, "--bids-database-dir", tmp_path / "index", "--dry-run"]
    assert "6 runs: 6 to execute" in invoke("dataset", sessions, tmp_path / "out", *words).stdout
    assert not (tmp_path / "index").exists()
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_to_in_or_home(call, sessions, maps, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "NIPYPE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    before = {path: path.stat().st_mtime_ns for path in [sessions, *sessions.rglob("*")]}
    call("dataset", sessions, tmp_path / "out", "participant", "--maps", maps, "--nprocs", "2")
    assert {path: path.stat().st_mtime_ns for path in [sessions, *sessions.rglob("*")]} == before
    assert list(home.rglob("*")) == []


def test_the_first_failure_stops_the_others_where_that_is_asked(invoke, sessions, maps, tmp_path):
    for path in sessions.rglob("*_bold.nii.gz"):
        if "sub-01" in path.name:
            path.write_bytes(path.read_bytes()[:500])
    words = ["participant", "--maps", maps, "--stop-on-first-crash"]
    stopped = invoke("dataset", sessions, tmp_path / "out", *words, status=1)
    assert "of 6 runs done" in stopped.stdout
    reasons = [row["reason"] for row in summary(tmp_path / "out")]
    assert reasons[2:] == ["not executed, since another run failed (--stop-on-first-crash)."] * 4
    assert "bold.nii.gz" in reasons[0]
    others = invoke("dataset", sessions, tmp_path / "all", *words[:-1], status=1)
    assert "4 of 6 runs done" in others.stdout


def test_no_option_that_there_is_is_answered_as_another():
    known = {name for param in dataset.params for name in param.opts}
    assert known.isdisjoint([*ELSEWHERE, *SAME])
    assert set(SAME.values()) <= set(ELSEWHERE)
