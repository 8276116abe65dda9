"""What is refused or said before anything runs, in the words of the command."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from nipype_maps.cli import main


@pytest.fixture
def data(make_run, maps, tmp_path, monkeypatch):
    """A run of 40 frames of 2 s, maps, tables that fit and do not, in the working directory."""
    make_run()
    monkeypatch.chdir(tmp_path)
    values = np.random.default_rng(0).normal(size=(40, 2))
    for n_rows in (40, 39):
        rows = "".join(f"{x}\t{y}\n" for x, y in values[:n_rows])
        (tmp_path / f"rows-{n_rows}.tsv").write_text("trans_x\ttrans_y\n" + rows)
        (tmp_path / f"bare-{n_rows}.txt").write_text(rows)
    np.save("rows-39.npy", values[:39])
    (tmp_path / "late.txt").write_text("0\n1\n47\n")
    (tmp_path / "bools.txt").write_text("True\n" * 39)
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "n_procs.json").write_text('{"n_procs": 2}')
    return tmp_path


RUN = "sub-01_task-rest_bold.nii.gz"


def extract(*options, run=(RUN,)):
    words = ["extract", *run, "--maps", "atlas.nii.gz", "--out", "out", *options]
    done = CliRunner().invoke(main, list(map(str, words)))
    return done, " ".join(done.stderr.replace("\n", " ").split())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--high-pass 0.1 --low-pass 0.01", "--high-pass 0.1 Hz is not below --low-pass 0.01 Hz"),
        ("--high-pass 0.1 --low-pass 0.1", "--high-pass 0.1 Hz is not below --low-pass 0.1 Hz"),
        ("--filter cosine", "--filter cosine needs --high-pass"),
        ("--filter cosine --high-pass 0.01 --low-pass 0.1", "--low-pass has no meaning with --filter cosine"),
        (
            "--filter butterworth",
            "--filter butterworth removes nothing; give --low-pass, --high-pass or both",
        ),
        ("--low-pass 0.25", "--low-pass 0.25 Hz is not below the Nyquist frequency of"),
        ("--low-pass 0.1 --t-r 2000", "0.00025 Hz at a repetition time of 2000 s"),
        ("--high-pass 1 --filter cosine", "--high-pass 1 Hz is not below the Nyquist frequency of"),
        ("--resampling-target mask", "--resampling-target mask needs --mask"),
        (
            "--confounds rows-39.tsv",
            "rows-39.tsv has 39 rows, but {run} has 40 frames; give the confounds of",
        ),
        ("--confounds bare-39.txt", "bare-39.txt has 39 rows, but {run} has 40 frames"),
        ("--confounds rows-39.npy", "rows-39.npy has 39 rows, but {run} has 40 frames"),
        ("--confounds rows-40.tsv,bare-39.txt", "bare-39.txt has 39 rows, but {run} has 40 frames"),
        (
            "--confounds rows-39.tsv --confounds-strategy 6P",
            "rows-39.tsv has 39 rows, but {run} has 40 frames",
        ),
        (
            "--confounds rows-40.tsv --confound-columns trans_*,",
            "rows-40.tsv: no column matches 'trans_*,' of confound_columns (--confound-columns); did you ",
        ),
        (
            "--sample-mask late.txt",
            "names frame 47, but the run's 40 frames",
        ),
        ("--sample-mask late.txt", "late.txt does not fit {run}: sample_mask"),
        ("--sample-mask bools.txt", "has 39 booleans for a run of 40 frames"),
        ("--sample-mask bools.txt", "bools.txt does not fit {run}: sample_mask"),
        ("--runs bools.txt", "bools.txt has 39 labels for 40 frames"),
        ("--n-procs 2 --plugin MultiProc --plugin-args n_procs.json", "leave out one"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(data, options, sentence):
    done, said = extract(*options.split())
    assert sentence.format(run=data / RUN) in said
    assert done.exit_code == 2
    assert not (data / "out").exists()


def test_all_runs_are_looked_at_before_the_first_is_computed(data, make_run):
    short = make_run("sub-02_task-rest_bold.nii.gz", n_frames=30)
    done, said = extract("--confounds", "rows-40.tsv", "--allow-mismatch", run=(RUN, short))
    assert f"rows-40.tsv has 40 rows, but {short} has 30 frames" in said
    assert (done.exit_code, (data / "out").exists()) == (2, False)


@pytest.mark.parametrize("stray", ["notes.json", "rows-40.tsv"])
def test_a_file_in_the_list_that_is_no_image_is_named(data, stray):
    assert f"{stray}, given as RUN, is not an image by its name" in extract(run=(RUN, stray))[1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--maps {run}", "is given both as a run and as --maps"),
        ("--mask {run}", "is given both as a run and as --mask"),
        ("--work out", "would contain results or logs of --out"),
        ("--work out/logs", "would contain results or logs of --out"),
        ("--work .", "would contain results or logs of --out"),
    ],
)
def test_one_file_or_folder_has_one_role(data, options, sentence):
    done, said = extract(*options.format(run=RUN).split())
    assert sentence in said
    assert (done.exit_code, (data / "out").exists()) == (2, False)


@pytest.mark.parametrize("option", ["--confounds", "--sample-mask"])
def test_a_table_that_cannot_be_read_is_named(data, option):
    for name in ("image.npy", "image.tsv"):
        (data / name).write_bytes(bytes(range(128, 256)))
        assert name in extract(option, name)[1]


@pytest.mark.parametrize(
    "options",
    ["--confounds bare-40.txt", "--confounds rows-40.tsv --confound-columns *_x", "--t-r 0.5 --low-pass 0.9"],
)
def test_what_fits_is_not_refused(data, options):
    assert extract(*options.split(), "--dry-run")[0].exit_code == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--smooth-on data", "--smooth-on has no effect without --smoothing-fwhm"),
        ("--no-standardize-confounds", "--no-standardize-confounds has no effect without confounds"),
        ("--plugin Linear --n-procs 2", "--plugin Linear does not use --n-procs, which is for MultiProc"),
        ("--mem-mb 2000", "--plugin Linear does not use --mem-mb, which is for MultiProc"),
        ("--plugin-args n_procs.json", "--plugin Linear does not use n_procs of --plugin-args"),
    ],
)
def test_what_does_nothing_is_said(data, options, sentence):
    done, said = extract(*options.split(), "--dry-run")
    assert f"warning: {sentence}" in said
    assert done.exit_code == 0


def test_a_table_that_does_not_fit_takes_down_its_own_run_alone(call, make_run, maps, tmp_path):
    func = tmp_path / "data" / "sub-01" / "func"
    for run, n_rows in (("1", 40), ("2", 39)):
        name = f"sub-01_task-rest_run-{run}"
        make_run(f"data/sub-01/func/{name}_desc-preproc_bold.nii.gz")
        rows = "".join(f"{frame * 7 % 5}\n" for frame in range(n_rows))
        (func / f"{name}_desc-confounds_timeseries.tsv").write_text("trans_x\n" + rows)
    description = {"Name": "x", "BIDSVersion": "1.8.0", "DatasetType": "derivative"}
    (tmp_path / "data" / "dataset_description.json").write_text(json.dumps(description))
    options = ["--maps", maps, "--confound-columns", "trans_x"]
    done = call("dataset", "data", "out", *options, status=1)
    assert "1 of 2 runs done" in done.stdout
    assert "has 39 rows, but " in done.stderr
    assert "_run-2_desc-preproc_bold.nii.gz has 40 frames" in done.stderr
    summary = (tmp_path / "out" / "summary.tsv").read_text().splitlines()
    assert "has 39 rows" in next(line for line in summary if "run-2" in line)


def test_arguments_of_a_file_reach_the_plugin(monkeypatch, tmp_path):
    """What is not given on the command line does not hide them."""
    from nipype_maps.engine.execution import execute

    class Plugin(execute.LinearPlugin):
        def __init__(self, plugin_args):
            super().__init__(plugin_args)
            seen.update(plugin_args)

        def run_workflows(self, workflows):
            pass

    seen = {}
    monkeypatch.setitem(execute.PLUGINS, "MultiProc", Plugin)
    workflow = type("Workflow", (), {"name": "x", "base_dir": "."})()
    arguments = {"n_procs": 2, "wait": True}
    execute.run_workflows([workflow], logs=tmp_path, plugin="MultiProc", plugin_args=arguments)
    assert (seen["n_procs"], seen["wait"]) == (2, True)
