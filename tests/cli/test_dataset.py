"""``nipype-maps dataset`` on a small folder as fMRIPrep writes them."""

import gzip
import json
import sys

import nibabel as nib
import numpy as np
import pytest
from click.testing import CliRunner

from nipype_maps.bids.tables import read_table
from nipype_maps.cli import main

from ..derivatives import COLUMNS, describe, write_run


@pytest.fixture
def derivatives(tmp_path, rng, grids):
    """Six runs of three participants, two of them on another grid."""
    root = describe(tmp_path / "fmriprep")
    for s in (1, 2, 3):
        grid = grids["coarse" if s == 3 else "plain"]
        for r in (1, 2):
            table = np.hstack([rng.normal(size=(40, 6)), np.zeros((40, 3))])
            table[0, COLUMNS.index("non_steady_state_outlier00")] = 1
            table[30, COLUMNS.index("framewise_displacement")] = 1
            entities = f"sub-{s:02d}_task-rest_run-{r}"
            write_run(root, entities, rng.normal(100, 5, (*grid.shape, 40)), grid.affine, table)
    return root


def summary(out):
    header, *rows = [line.split("\t") for line in (out / "summary.tsv").read_text().splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def contents(out):
    return {
        path.relative_to(out): path.read_bytes() for path in sorted(out.glob("sub-*/**/*")) if path.is_file()
    }


OPTIONS = ["--confounds-strategy", "6P+scrub", "--detrend", "--standardize", "zscore"]


def test_every_run_becomes_a_table_of_a_data_set(call, derivatives, maps, tmp_path):
    out = tmp_path / "out"
    done = call("dataset", derivatives, out, "--maps", maps, *OPTIONS)
    assert "6 of 6 runs done" in done.stdout
    table = read_table(
        out / "sub-01/func/sub-01_task-rest_run-1_space-MNI_atlas-atlas_desc-denoised_timeseries.tsv"
    )
    assert table.values.shape == (38, 4)
    assert len(list(out.glob("sub-*/func/*_timeseries.json"))) == 6
    assert json.loads((out / "dataset_description.json").read_text())["DatasetType"] == "derivative"
    assert (out / "atlas-atlas_dseg.tsv").read_text().splitlines()[:2] == ["index\tname", "1\tmap-01"]
    rows = summary(out)
    assert [row["status"] for row in rows] == ["done"] * 6
    assert {row["frames"] for row in rows} == {"40"}
    assert {row["frames_kept"] for row in rows} == {"38"}
    # 38 frames less mean, trend and six motion parameters
    assert {row["degrees_of_freedom"] for row in rows} == {"30"}
    assert {row["repetition_time"] for row in rows} == {"2.0"}
    assert all(0 < float(row["coverage_min"]) <= float(row["coverage_mean"]) <= 1 for row in rows)
    fits = [path.name for path in (tmp_path / "out-work").glob("*/fit_*")]
    assert len(fits) == 2  # one for each grid

    # again, and nothing is run; in processes, and the bytes are the same
    again = call("dataset", derivatives, out, "--maps", maps, *OPTIONS)
    assert "0 steps executed" in again.stdout
    other = tmp_path / "other"
    call(
        "dataset",
        derivatives,
        other,
        "--maps",
        maps,
        *OPTIONS,
        "--plugin",
        "MultiProc",
        "--n-procs",
        "2",
    )
    assert contents(other) == contents(out)
    plan = call("dataset", derivatives, out, "--maps", maps, *OPTIONS, "--dry-run")
    assert "steps: 0 to execute" in plan.stdout


def test_many_runs_are_several_graphs_with_the_same_results(derivatives, maps, tmp_path, monkeypatch):
    def call(out, *options):
        arguments = [derivatives, tmp_path / out, "--maps", maps, *options]
        done = CliRunner().invoke(main, ["dataset", *map(str, arguments)])
        assert done.exit_code == 0, done.output
        return done.stdout

    n_steps = call("one").partition(" ")[0]
    monkeypatch.setattr(
        "nipype_maps.cli.extraction.graphs.RUNS_PER_GRAPH", 5
    )  # both graphs need the fit of one grid
    *_, planned = call("several", "--dry-run").splitlines()
    assert planned.endswith(f"{n_steps} steps: {n_steps} to execute, 0 depending on those, 0 cached")
    assert call("several").startswith(f"{n_steps} steps executed, 0 cached")
    assert contents(tmp_path / "several") == contents(tmp_path / "one")
    assert call("several").startswith(f"0 steps executed, {n_steps} cached")


def test_runs_that_fail_do_not_stop_the_others_and_the_table_says_why(
    call, derivatives, maps, tmp_path, grids
):
    func = derivatives / "sub-01" / "func"
    # cut off in the middle
    unreadable = func / "sub-01_task-rest_run-1_space-MNI_desc-preproc_bold.nii.gz"
    whole = gzip.decompress(unreadable.read_bytes())
    unreadable.write_bytes(gzip.compress(whole)[:2000])
    (func / "sub-01_task-rest_run-2_desc-confounds_timeseries.tsv").unlink()
    (derivatives / "sub-02/func/sub-02_task-rest_run-1_space-MNI_desc-preproc_bold.json").write_text(
        '{"RepetitionTime": 0.8}'
    )
    short = derivatives / "sub-02/func/sub-02_task-rest_run-2_space-MNI_desc-preproc_bold.nii.gz"
    image = nib.load(short)
    nib.save(nib.Nifti1Image(image.get_fdata()[..., :6], image.affine, image.header), short)
    table = derivatives / "sub-02/func/sub-02_task-rest_run-2_desc-confounds_timeseries.tsv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:7]))
    out = tmp_path / "out"
    done = call("dataset", derivatives, out, "--maps", maps, *OPTIONS, status=1)
    assert "2 of 6 runs done" in done.stdout
    rows = summary(out)
    assert [row["status"] for row in rows] == ["failed"] * 4 + ["done"] * 2
    sentences = [
        "bold.nii.gz",
        "has no table of confounds",
        "the sidecar's RepetitionTime is 0.8 s, but the header says 2 s",
        "leave",
    ]
    for row, sentence in zip(rows, sentences, strict=False):
        assert sentence in row["reason"], row["reason"]
        assert row["frames"] == "n/a"
    assert done.stderr.count("failed: ") == 4

    # what was wrong is put right, and only that is run
    unreadable.write_bytes(gzip.compress(whole))
    again = call("dataset", derivatives, out, "--maps", maps, *OPTIONS, status=1)
    assert "3 of 6 runs done" in again.stdout
    assert again.stdout.startswith("2 steps executed")  # confounds had been chosen already


def test_each_run_may_have_its_own_brain_mask(call, derivatives, maps, tmp_path, rng):
    for path in derivatives.glob("sub-*/func/*_mask.nii.gz"):
        image = nib.load(path)
        nib.save(nib.Nifti1Image((rng.random(image.shape) < 0.8).astype(np.uint8), image.affine), path)
    missing, *_, last = sorted(derivatives.glob("sub-*/func/*_mask.nii.gz"))
    missing.unlink()
    options = ["--maps", maps, "--detrend"]
    done = call("dataset", derivatives, tmp_path / "out", *options, "--brain-masks", status=1)
    assert "5 of 6 runs done" in done.stdout
    assert "has no brain mask (*_desc-brain_mask.nii.gz)." in summary(tmp_path / "out")[0]["reason"]
    run = last.with_name(last.name.replace("brain_mask", "preproc_bold"))
    call("extract", run, *options, "--mask", last, "--out", tmp_path / "apart")
    (table,) = (tmp_path / "apart").glob("*.tsv")
    assert (tmp_path / "out/sub-03/func" / table.name).read_bytes() == table.read_bytes()
    without = call("dataset", derivatives, tmp_path / "none", *options).stdout
    assert "6 of 6" in without
    assert (tmp_path / "none/sub-03/func" / table.name).read_bytes() != table.read_bytes()
    refused = ["--brain-masks", "--mask", last]
    assert (
        "leave out --mask"
        in call("dataset", derivatives, tmp_path / "out", *options, *refused, status=2).stderr
    )


def test_runs_are_chosen(call, derivatives, maps, tmp_path):
    out = tmp_path / "out"
    chosen = ["--participant-label", "sub-03", "--task", "rest", "--space", "MNI"]
    call("dataset", derivatives, out, "--maps", maps, *chosen)
    assert [row["participant_id"] for row in summary(out)] == ["sub-03"] * 2
    call("dataset", derivatives, out, "--maps", maps, "--participant-label", "01")
    assert [row["participant_id"] for row in summary(out)] == ["sub-01"] * 2 + ["sub-03"] * 2
    sidecar = json.loads(next(out.glob("sub-03/func/*.json")).read_text())
    assert sidecar["Cleaning"]["ConfoundColumns"] == []  # none was asked for
    done = call("dataset", derivatives, out, "--maps", maps, "--task", "nback", status=1)
    assert "no preprocessed run" in done.stderr
    done = call("dataset", tmp_path, out, "--maps", maps, status=1)
    assert "has no dataset_description.json" in done.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("poll: 1", "args.json is not a JSON file"),
        ("[1]", "contains no JSON object but a list"),
        ('{"pol": 1}', "SLURMPlugin has no argument 'pol'"),
        ('{"tries": 0}', "tries is 0; give a whole number above 0."),
        ('{"poll": "2"}', "poll is '2'; give a number, not below 0."),
        ('{"sbatch_args": 60}', "sbatch_args is 60; give a text, or a list of texts."),
    ],
)
def test_plugin_args_that_are_none_are_refused(call, derivatives, maps, tmp_path, text, sentence):
    (tmp_path / "args.json").write_text(text)
    options = [tmp_path / "out", "--maps", maps, "--plugin-args", tmp_path / "args.json"]
    done = call("dataset", derivatives, *options, "--plugin", "SLURM", status=2)
    assert "--plugin-args: " in done.stderr
    assert sentence in " ".join(done.stderr.split())


def test_processes_are_not_counted_on_a_cluster(call, derivatives, maps, tmp_path):
    options = [tmp_path / "out", "--maps", maps, "--plugin", "SLURM", "--n-procs", "2"]
    assert "--n-procs is for --plugin MultiProc" in call("dataset", derivatives, *options, status=2).stderr


def test_what_all_runs_share_fails_for_all(call, derivatives, maps, tmp_path):
    out = tmp_path / "out"
    done = call("dataset", derivatives, out, "--maps", maps, "--no-allow-overlap", status=1)
    assert "0 of 6 runs done" in done.stdout
    assert all("Overlap detected in the maps" in row["reason"] for row in summary(out))


def test_what_was_noticed_of_runs_is_said_and_counted(derivatives, maps, tmp_path, monkeypatch):
    for path in derivatives.glob("sub-*/func/*_run-1_desc-confounds_timeseries.tsv"):
        header, first, second, *rest = path.read_text().splitlines(keepends=True)
        gone = ["n/a\t" + line.partition("\t")[2] for line in (first, second)]
        path.write_text("".join([header, *gone, *rest]))
    (path,) = derivatives.glob("sub-02/func/*_run-2_desc-confounds_timeseries.tsv")
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    rows[1][1] = rows[1][2] = rows[2][2] = "n/a"  # of trans_y and trans_z
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    options = [str(tmp_path / "out"), "--maps", maps, "--confounds-strategy", "6P"]

    def warnings():
        done = CliRunner().invoke(main, ["dataset", str(derivatives), *options])
        assert done.exit_code == 0
        return [line for line in done.stderr.splitlines() if line.startswith("warning: ")]

    for _ in range(2):  # the second time everything is cached
        (said,) = (line for line in warnings() if "first frames" in line)
        assert said == (
            "warning: 4 runs, such as sub-01_task-rest_run-1_space-MNI: "
            "confounds without a number in the first frames take their first number there: trans_x."
        )
    assert [row["warnings"] for row in summary(tmp_path / "out")] == ["1", "0", "1", "1", "1", "0"]

    options += ["--overwrite", "--low-pass", "0.1", "--high-pass", "0.01"]
    several = warnings()  # few degrees of freedom are left
    monkeypatch.setattr(sys.modules["nipype_maps.cli.dataset"], "MOST_WARNINGS", 1)
    assert len(several) == 2
    assert warnings() == [
        several[0],
        "warning: 1 more kind of warning is in the sidecars of the runs; summary.tsv counts them.",
    ]


def test_the_time_between_frames_may_be_in_the_folder_of_all(invoke, derivatives, maps, tmp_path):
    """A run's own sidecar comes first; the header says nothing."""
    for path in derivatives.rglob("*_bold.nii.gz"):
        image = nib.load(path)
        image.header.set_zooms((*image.header.get_zooms()[:3], 0))
        nib.save(nib.Nifti1Image(image.get_fdata(), image.affine, image.header), path)
        if "sub-01" not in path.name:
            path.with_name(path.name.replace(".nii.gz", ".json")).write_text('{"TaskName": "rest"}')
    (derivatives / "task-rest_desc-preproc_bold.json").write_text('{"RepetitionTime": 2.5}')
    invoke("dataset", derivatives, tmp_path / "out", "--maps", maps, "--high-pass", "0.02")
    assert [row["repetition_time"] for row in summary(tmp_path / "out")] == ["2.0"] * 2 + ["2.5"] * 4
