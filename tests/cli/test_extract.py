import json
import os
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from click.testing import CliRunner

from nipype_maps.bids.tables import read_table
from nipype_maps.cli import main
from nipype_maps.cli.results.folder import ResultFolder
from nipype_maps.engine.workfolder.lock import locked


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_two_runs_share_the_fit_and_land_under_their_names(call, make_run, maps, mask, out, tmp_path):
    runs = [make_run(), make_run("sub-02_task-rest_bold.nii.gz", grid="plain")]
    motion = []
    for name in ("one.tsv", "two.tsv", "csf.tsv"):
        motion.append(tmp_path / name)
        header = "trans_x\ttrans_y\n" if name != "csf.tsv" else "csf\twm\n"
        motion[-1].write_text(header + "".join(f"{i % 7}\t{i % 5}\n" for i in range(40)))
    arguments = [
        "extract", *runs, "--maps", maps, "--mask", mask, "--out", out,
        "--confounds", f"{motion[0]},{motion[2]}", "--confounds", motion[1],
        "--confound-columns", "trans_*", "--t-r", "2", "--t-r", "2.5",
        "--smoothing-fwhm", "5", "--detrend", "--high-pass", "0.01", "--standardize", "zscore",
        "--dtype", "auto",
    ]  # fmt: skip
    first = call(*arguments)
    assert "9 steps executed, 0 cached" in first.stdout
    # the mask, of a few voxels, leaves less than half of each map
    *said, contradiction = first.stderr.splitlines()
    assert contradiction.endswith("(--t-r) of 2.5 s is taken.")
    assert [line.split(": ")[:2] for line in said] == [["warning", "2 runs, such as sub-01_task-rest"]]
    assert all("less than half of the weight of map-01 (25%)" in line for line in said)
    for run, t_r in (("sub-01", 2.0), ("sub-02", 2.5)):
        table = read_table(out / f"{run}_task-rest_atlas-atlas_desc-denoised_timeseries.tsv")
        sidecar = json.loads((out / f"{run}_task-rest_atlas-atlas_desc-denoised_timeseries.json").read_text())
        assert table.values.shape == (40, 4)
        np.testing.assert_allclose(table.values.std(axis=0), 1, rtol=1e-6)
        assert sidecar["RepetitionTime"] == t_r
        assert sidecar["Cleaning"]["ConfoundColumns"] == ["trans_x", "trans_y"]
        assert sidecar["Cleaning"]["DType"] == "float32"
    assert "0 steps executed, 9 cached" in call(*arguments).stdout
    assert (out / "logs" / "nipype.log").read_text()
    later = call("extract", make_run("sub-03_task-rest_bold.nii.gz"), *arguments[3:7], "--out", out,
                 "--smoothing-fwhm", "5")  # fmt: skip
    assert "2 steps executed, 5 cached" in later.stdout


def test_data_that_moved_run_nothing_again(call, make_run, maps, out, tmp_path):
    """Same bytes and names, another folder and other times."""
    make_run("data/sub-01_task-rest_bold.nii.gz")
    shutil.copy(maps, tmp_path / "data")
    (tmp_path / "data" / "sub-01_task-rest_bold.json").write_text('{"RepetitionTime": 2.0}')
    shutil.copytree(tmp_path / "data", tmp_path / "again")
    printed = [
        call(
            "extract",
            folder / "sub-01_task-rest_bold.nii.gz",
            "--maps",
            folder / "atlas.nii.gz",
            "--out",
            out,
        )
        for folder in (tmp_path / "data", tmp_path / "again")
    ]
    assert "6 steps executed, 0 cached" in printed[0].stdout
    assert "0 steps executed, 6 cached" in printed[1].stdout


def test_a_dry_run_says_what_would_run_and_why(call, make_run, maps, out):
    arguments = ["extract", make_run(), "--maps", maps, "--out", out, "--desc", "test"]
    first = call(*arguments, "--dry-run").stdout.splitlines()
    assert first[-1] == (
        "1 run: 1 to execute, 0 depending on other results, 0 cached; "
        "6 steps: 6 to execute, 0 depending on those, 0 cached"
    )
    assert [line.partition(": ")[0] for line in first[:-1]] == [
        "execute  shared fit",
        "execute  sub-01_task-rest",
    ]
    steps = [
        line for line in call(*arguments, "--dry-run", "--verbose").stdout.splitlines() if line[0] == " "
    ]
    assert len(steps) == 6
    assert all(line.startswith("  execute  ") and line.endswith(": not executed yet") for line in steps)
    assert not out.exists()
    call(*arguments)
    assert call(*arguments, "--dry-run").stdout.splitlines()[-1].endswith("6 cached")
    refused = call(*arguments, "--detrend", "--dry-run", status=2).stderr
    assert "Detrend: no there, yes asked" in refused
    arguments += ["--detrend", "--overwrite"]
    changed = call(*arguments, "--dry-run").stdout.splitlines()
    assert changed[:-1] == [
        "cached   shared fit",
        "execute  sub-01_task-rest: clean (detrend: False -> True)",
    ]
    other = [*arguments[:-2], "--smoothing-fwhm", "5", "--overwrite"]
    assert "depends  sub-01_task-rest on the results of shared fit" in call(*other, "--dry-run").stdout
    assert len(list(out.glob("*_timeseries.tsv"))) == 1
    assert "1 step executed, 5 cached" in call(*arguments).stdout


def test_results_that_cannot_be_published_are_a_failure(make_run, maps, out, monkeypatch):
    def publish(self, *names):
        raise KeyError("Warnings")

    monkeypatch.setattr(ResultFolder, "publish", publish)
    result = CliRunner().invoke(main, ["extract", make_run(), "--maps", maps, "--out", str(out)])
    assert result.exit_code == 1
    assert "failed: sub-01_task-rest: KeyError: 'Warnings'" in result.output


def test_two_commands_at_once(call, make_run, maps, out):
    run = make_run()
    call("extract", run, "--maps", maps, "--out", out)
    with locked(out / "work" / "extract_atlas"):
        refused = call("extract", run, "--maps", maps, "--out", out, status=1)
    assert f"failed: {out / 'work' / 'extract_atlas'} is in use" in refused.stderr
    assert f"is in use by process {os.getpid()} on " in refused.stderr
    assert "Traceback" not in refused.stderr


def test_results_deleted_from_the_folder_come_back(call, make_run, maps, out):
    arguments = ["extract", make_run(), "--maps", maps, "--out", out]
    call(*arguments)
    result = out / "sub-01_task-rest_atlas-atlas_timeseries.tsv"
    before = result.read_bytes()
    result.unlink()
    assert "0 steps executed" in call(*arguments).stdout
    assert result.read_bytes() == before


def test_a_run_that_fails_stops_no_other(call, make_run, maps, out, tmp_path):
    good = make_run()
    broken = tmp_path / "sub-02_bold.nii.gz"
    broken.write_bytes(Path(good).read_bytes()[:-3000])
    lost = tmp_path / "sub-03_bold.nii.gz"
    lost.write_text("no image")
    for plugin in ("Linear", "MultiProc"):
        done = call(
            "extract", broken, lost, good, "--maps", maps, "--out", out / plugin, "--plugin", plugin, status=1
        )
        assert "sub-01_task-rest: 40 frames, 40 degrees of freedom left, 4 maps" in done.stdout
        failures = [line for line in done.stderr.splitlines() if line.startswith("failed: ")]
        assert len(failures) == 2
        assert failures[0].startswith("failed: sub-03: ")
        assert "cannot be read as a NIfTI image" in failures[0]
        assert failures[1].startswith("failed: sub-02 (project): ")
        assert "sub-02_bold.nii.gz: the compressed data are damaged or cut off" in failures[1]
        assert not (out / plugin / "sub-02_atlas-atlas_timeseries.tsv").exists()


def test_linear_and_multiproc_give_the_same_bytes(call, make_run, maps, mask, tmp_path):
    run = make_run(grid="oblique")
    contents = []
    for plugin in ("Linear", "MultiProc"):
        call("extract", run, "--maps", maps, "--mask", mask, "--out", tmp_path / plugin, "--plugin", plugin,
             "--n-procs", "2", "--resampling-target", "maps", "--smoothing-fwhm", "4,5,6")  # fmt: skip
        results = sorted((tmp_path / plugin).glob("*_timeseries.*"))
        contents.append([(path.name, path.read_bytes()) for path in results])
    assert contents[0] == contents[1]
    assert len(contents[0]) == 2


def test_warnings_of_the_results_are_told_even_when_cached(call, make_run, save, grids, out):
    values = np.zeros((*grids["plain"].shape, 2))
    values[2, 2, 2, 0] = 1
    maps = save(values, grids["plain"], "half.nii.gz")
    run = make_run(n_frames=5)
    for _ in range(2):
        done = call("extract", run, "--maps", maps, "--out", out)
        assert (
            "warning: sub-01_task-rest: maps with no non-zero voxel after resampling and masking: map-02"
            in done.stderr
        )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["absent.nii.gz", "--maps", "{maps}", "--out", "o"], "File 'absent.nii.gz' does not exist"),
        (["{run}", "--maps", "absent.nii", "--out", "o"], "File 'absent.nii' does not exist"),
        (["{run}", "{run}", "--maps", "{maps}", "--out", "o"], "is given 2 times; give each run once"),
        (["{run}", "--maps", "{maps}", "--out", "o", "--smoothing-fwhm", "-3"], "neither one width in mm"),
        (["{run}", "--maps", "{maps}", "--out", "o", "--low-pass", "0"], "--low-pass"),
        (["{run}", "--maps", "{maps}", "--out", "o", "--t-r", "0"], "--t-r"),
        (["{run}", "--maps", "{maps}", "--out", "o", "--t-r", "nan"], "not a finite number"),
        (
            ["{run}", "--maps", "{maps}", "--out", "o", "--t-r", "1", "--t-r", "2"],
            "--t-r is given 2 times for 1 run; give it once for all runs, or once per run",
        ),
        (
            ["{run}", "--maps", "{maps}", "--out", "o", "--confounds", "{run}", "--confounds", "{run}"],
            "--confounds is given 2 times for 1 run; give it once per run (several",
        ),
        (["{run}", "--maps", "{maps}", "--out", "o", "--resampling-target", "mask"], "needs --mask"),
        (["{run}", "--maps", "{maps}", "--out", "o", "--confound-columns", "a"], "needs --confounds"),
        (["{run}", "--maps", "{maps}"], "Missing option '--out'"),
    ],
)
def test_wrong_usage_is_status_2(call, make_run, maps, arguments, sentence):
    words = [word.format(run=make_run(), maps=maps) for word in arguments]
    assert sentence in " ".join(call("extract", *words, status=2).stderr.split())


def test_a_name_is_not_given_to_another_run_later(call, make_run, maps, out):
    call("extract", make_run("ann/rest.nii.gz"), "--maps", maps, "--out", out)
    same = make_run("cleo/rest.nii.gz")
    Path(same).write_bytes((Path(same).parents[1] / "ann" / "rest.nii.gz").read_bytes())
    call("extract", same, "--maps", maps, "--out", out)
    bob = make_run("bob/rest.nii.gz")
    done = call("extract", bob, "--maps", maps, "--out", out, status=2)
    assert f"(run: {same} there, {bob} asked)" in done.stderr


def test_an_output_folder_that_is_a_file_is_refused(call, make_run, maps, tmp_path):
    (tmp_path / "file").write_text("")
    done = call("extract", make_run(), "--maps", maps, "--out", tmp_path / "file" / "out", status=1)
    assert "cannot make the folder" in done.stderr


def test_an_option_that_contradicts_the_run_is_refused_by_its_name(call, make_run, maps, out):
    done = call("extract", make_run(), "--maps", maps, "--out", out, "--low-pass", "0.3", status=2)
    assert "Error: --low-pass 0.3 Hz is not below the Nyquist frequency of " in done.stderr
    assert "0.25 Hz at a repetition time of 2 s" in done.stderr


def test_every_option_reaches_the_graph(call, make_run, maps, mask, out, tmp_path):
    runs = [make_run(), make_run("sub-02_task-rest_bold.nii.gz")]
    (tmp_path / "names.txt").write_text("a\nb\nc\nd\n")
    masks = [tmp_path / "keep-1.txt", tmp_path / "keep-2.txt"]
    masks[0].write_text("\n".join(map(str, range(2, 40))))
    masks[1].write_text("\n".join(["True"] * 38 + ["False"] * 2))
    (tmp_path / "motion.csv").write_text("x,y\n" + "".join(f"{i % 7},{i % 5}\n" for i in range(40)))
    call(
        "extract", *runs, "--maps", maps, "--out", out, "--mask", mask, "--work", tmp_path / "scratch",
        "--map-names", tmp_path / "names.txt", "--confounds", tmp_path / "motion.csv",
        "--sample-mask", masks[0], "--sample-mask", masks[1], "--smoothing-fwhm", "5",
        "--resampling-target", "mask", "--maps-interpolation", "continuous", "--empty-maps", "drop",
        "--standardize", "psc", "--no-standardize-confounds", "--high-variance-confounds", "--detrend",
        "--high-pass", "0.01", "--filter", "cosine", "--t-r", "1.5", "--dtype", "float16",
        "--smooth-on", "data", "--allow-mismatch",  # one table for both runs
    )  # fmt: skip
    sidecar = json.loads((out / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.json").read_text())
    other = json.loads((out / "sub-02_task-rest_atlas-atlas_desc-denoised_timeseries.json").read_text())
    assert sidecar["FramesKept"] == list(range(2, 40))
    assert other["FramesKept"] == list(range(38))
    assert sidecar["RepetitionTime"] == 1.5
    maps_part, cleaning = sidecar["Maps"], sidecar["Cleaning"]
    assert maps_part["Names"] == ["a", "b", "c", "d"]
    assert maps_part["Grid"]["Shape"] == [4, 4, 3]
    assert maps_part["Interpolation"] == "continuous"
    assert maps_part["EmptyMaps"] == "drop"
    assert maps_part["SmoothingFWHM"] == 5
    assert cleaning["Standardize"] == "psc"
    assert not cleaning["StandardizeConfounds"]
    assert (cleaning["Filter"], cleaning["HighPass"]) == ("cosine", 0.01)
    assert cleaning["ConfoundColumns"] == ["x", "y", *(f"high_variance_{k:02d}" for k in range(1, 6))]
    assert cleaning["DType"] == "float16"
    # 38 frames less 2 for mean and trend, 7 confounds and 1 cosine of half a period
    assert sidecar["DegreesOfFreedom"] == 38 - 2 - 7 - 1
    assert (tmp_path / "scratch" / "extract_atlas").is_dir()
    assert not (out / "work").exists()
    done = call("extract", runs[0], "--maps", maps, "--out", tmp_path / "o", "--no-allow-overlap", status=1)
    assert "Overlap detected in the maps" in done.stderr
    assert "(--no-allow-overlap) forbids: map-01 and map-02 share" in done.stderr


def test_options_that_the_graphs_had_first_reach_them(call, make_run, save, rng, grids, out, tmp_path):
    run = make_run()
    maps = save(rng.random((*grids["coarse"].shape, 2)), grids["coarse"], "coarse.nii.gz")
    (tmp_path / "keep.txt").write_text("\n".join(map(str, range(2, 40))))
    options = ["--resampling-target", "maps", "--low-pass", "0.1", "--sample-mask", tmp_path / "keep.txt"]
    table = "sub-01_task-rest_atlas-coarse_desc-denoised_timeseries"
    found = {}
    for name, more in (("plain", []), ("other", ["--demean", "--extrapolate", "--no-clip"])):
        call("extract", run, "--maps", maps, "--out", out / name, *options, *more)
        sidecar = json.loads((out / name / f"{table}.json").read_text())
        record = json.loads((out / name / "logs/runs" / f"{table}.json").read_text())["Settings"]
        settings = (sidecar["Maps"]["Demean"], sidecar["Cleaning"]["Extrapolate"], record["Clip"])
        found[name] = settings, read_table(out / name / f"{table}.tsv").values
    assert found["plain"][0] == (False, False, True)
    assert found["other"][0] == (True, True, False)
    assert np.abs(found["plain"][1] - found["other"][1]).max() > 1e-3
    # a result of the one is none of the other
    done = call("extract", run, "--maps", maps, "--out", out / "plain", *options, "--no-clip", status=2)
    assert "Clip: yes there, no asked" in done.stderr


def test_concatenated_acquisitions_are_denoised_each_by_itself(invoke, make_run, save, maps, out, tmp_path):
    parts = [make_run(f"part-{k}.nii.gz", n_frames=n) for k, n in enumerate((40, 30))]
    images = [nib.load(path) for path in parts]
    both = tmp_path / "sub-01_task-rest_bold.nii.gz"
    nib.save(nib.concat_images(images, axis=3), both)
    labels, others = tmp_path / "labels.txt", tmp_path / "others.txt"
    labels.write_text("first\n" * 40 + "second\n" * 30)
    others.write_text("first\n" * 45 + "second\n" * 25)
    options = ["--maps", maps, "--t-r", "2", "--high-pass", "0.05", "--detrend"]
    said = invoke("extract", both, *options, "--out", out, "--runs", labels).stdout
    assert "sub-01_task-rest: 70 frames, at least " in said
    name = "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries"
    together = read_table(out / f"{name}.tsv").values
    for part, path in zip((together[:40], together[40:]), parts, strict=True):
        invoke("extract", path, *options, "--out", tmp_path / "apart", "--overwrite")
        (table,) = (tmp_path / "apart").glob(f"{Path(path).name.partition('.')[0]}*.tsv")
        np.testing.assert_allclose(part, read_table(table).values, atol=1e-9)
    sidecar = json.loads((out / f"{name}.json").read_text())
    assert len(sidecar["DegreesOfFreedom"]) == 2
    assert "SamplingFrequency" not in sidecar  # nobody knows the time between two acquisitions
    # results of other labels, or of none, are other results
    for more, words in ((["--runs", others], "run labels: labels.txt there, others.txt asked"),
                        ([], "run labels: labels.txt there, none asked")):  # fmt: skip
        assert words in invoke("extract", both, *options, "--out", out, *more, status=2).stderr
    assert "1 step executed" in invoke("extract", both, *options, "--out", out, "--overwrite").stdout


@pytest.fixture
def fmriprep(tmp_path, rng):
    """A table of confounds of 40 frames, one of large motion, as fMRIPrep writes it."""
    names = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
    names += ["trans_x_derivative1", "framewise_displacement", "std_dvars", "non_steady_state_outlier00"]
    values = rng.normal(size=(40, len(names)))
    values[:, -3:] = 0
    values[20, names.index("framewise_displacement")] = 1
    values[0, -1] = 1
    rows = [["n/a" if k == 0 and "deriv" in name else value for name, value in zip(names, row, strict=True)]
            for k, row in enumerate(values)]  # fmt: skip
    path = tmp_path / "sub-01_desc-confounds_timeseries.tsv"
    path.write_text("\n".join("\t".join(map(str, row)) for row in [names, *rows]) + "\n")
    return path


def test_a_strategy_chooses_columns_and_frames(call, make_run, maps, out, fmriprep, tmp_path):
    run = make_run()
    (tmp_path / "ours.json").write_text('{"ours": {"Parts": ["6P", "scrub"], "Columns": ["trans_x_deriv*"]}}')
    options = ["--maps", maps, "--out", out, "--confounds", fmriprep, "--detrend"]
    options += ["--strategies", tmp_path / "ours.json"]
    call("extract", run, *options, "--confounds-strategy", "ours", "--high-variance-confounds")
    sidecar = json.loads((out / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.json").read_text())
    kept = [k for k in range(1, 40) if k != 20]
    assert sidecar["FramesKept"] == kept
    cleaning = sidecar["Cleaning"]
    assert cleaning["ConfoundColumns"][:7] == [
        "trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "trans_x_derivative1",
    ]  # fmt: skip
    assert len(cleaning["ConfoundColumns"]) == 7 + 5
    assert sidecar["ConfoundsStrategy"] == "ours"
    assert sidecar["FramesCensored"] == {"non_steady_state": [0], "framewise_displacement": [20]}
    assert sidecar["Provenance"]["Confounds"][0]["File"] == fmriprep.name
    by_strategy = read_table(out / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.tsv").values

    # the same by hand
    np.savetxt(tmp_path / "kept.txt", kept, fmt="%d")
    by_hand = [
        "--confound-columns",
        "trans_*",
        "--confound-columns",
        "rot_*",
        "--sample-mask",
        tmp_path / "kept.txt",
    ]
    call("extract", run, *options[:-2], *by_hand, "--high-variance-confounds", "--overwrite")
    np.testing.assert_array_equal(
        read_table(out / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.tsv").values, by_strategy
    )


def test_a_strategy_that_only_censors(call, make_run, maps, out, fmriprep):
    call(
        "extract", make_run(), "--maps", maps, "--out", out, "--confounds", fmriprep,
        "--confounds-strategy", "none+scrub",
    )  # fmt: skip
    sidecar = json.loads((out / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.json").read_text())
    assert len(sidecar["FramesKept"]) == 38
    assert sidecar["Cleaning"]["ConfoundColumns"] == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--confounds-strategy", "24Q"], "no strategy is called '24Q'; did you mean 24P"),
        (["--confounds-strategy", "6P", "--confound-columns", "a"], "chooses the columns; leave out"),
        (["--strategies", "{table}"], "--strategies needs --confounds-strategy"),
        (["--confounds-strategy", "6P", "--strategies", "{table}"], "is not a JSON file"),
    ],
)
def test_strategies_that_cannot_be_are_refused_at_once(
    call, make_run, maps, out, fmriprep, options, sentence
):
    options = [str(fmriprep) if option == "{table}" else option for option in options]
    done = call(
        "extract", make_run(), "--maps", maps, "--out", out, "--confounds", fmriprep, *options, status=2
    )
    assert sentence in done.stderr


def test_a_strategy_needs_one_table(call, make_run, maps, out, fmriprep):
    run = make_run()
    done = call("extract", run, "--maps", maps, "--out", out, "--confounds-strategy", "6P", status=2)
    assert "--confounds-strategy needs --confounds" in done.stderr
    two = ["--confounds", f"{fmriprep},{fmriprep}"]
    done = call("extract", run, "--maps", maps, "--out", out, "--confounds-strategy", "6P", *two, status=1)
    assert "strategy '6P' selects from one table of confounds, not from 2" in done.stderr


def test_the_time_between_frames_may_be_that_of_the_data_set(invoke, make_run, maps, out, tmp_path):
    """It counts as what was asked, too: results of another one are not taken for these."""
    run = make_run("data/sub-01/func/sub-01_task-rest_bold.nii.gz", t_r=0.0)
    call = ["extract", run, "--maps", maps, "--out", out, "--high-pass", "0.02"]
    inherited = tmp_path / "data" / "task-rest_bold.json"
    assert "has no repetition time" in invoke(*call, status=2).output
    inherited.write_text('{"RepetitionTime": 2.5}')
    invoke(*call)
    sidecar = out / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.json"
    assert json.loads(sidecar.read_text())["RepetitionTime"] == 2.5
    before = sidecar.with_suffix(".tsv").read_bytes()
    inherited.write_text('{"RepetitionTime": 2.0}')
    assert "RepetitionTime: 2.5 there, 2 asked" in invoke(*call, status=2).output
    invoke(*call, "--overwrite")
    assert json.loads(sidecar.read_text())["RepetitionTime"] == 2.0
    assert sidecar.with_suffix(".tsv").read_bytes() != before


@pytest.mark.parametrize(
    ("metadata", "kept", "options", "times"),
    [
        ({}, range(40), [], (0.0, 0.5)),
        ({}, range(3, 40), [], (6.0, 0.5)),
        ({}, [3, 4, *range(6, 40)], [], (6.0, None)),
        ({}, range(3, 40), ["--t-r", "2.5"], (7.5, 0.4)),
        # of the slice that fMRIPrep corrected the time of slices for
        ({"RepetitionTime": 2.0, "StartTime": 0.972}, range(3, 40), [], (6.972, 0.5)),
        ({"StartTime": 0.972}, range(40), ["--t-r", "2"], (0.972, 0.5)),
        ({"StartTime": "0.972"}, range(40), [], (0.0, 0.5)),
        ({"VolumeTiming": [1, *range(4, 82, 2)]}, range(2, 40), [], (5.0, None)),
    ],
)
def test_the_sidecar_says_when_rows_were_acquired(
    call, make_run, maps, out, tmp_path, metadata, kept, options, times
):
    run = Path(make_run(t_r=0 if "VolumeTiming" in metadata else 2.0))
    run.with_name("sub-01_task-rest_bold.json").write_text(json.dumps(metadata))
    frames = tmp_path / "frames.txt"
    frames.write_text("\n".join(map(str, kept)))
    call("extract", run, "--maps", maps, "--out", out, "--sample-mask", frames, *options)
    sidecar = json.loads((out / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.json").read_text())
    assert (sidecar["StartTime"], sidecar.get("SamplingFrequency")) == times
    assert sidecar["NumberOfFramesKept"] == len(sidecar["FramesKept"]) == len(kept)


def test_a_start_time_counts_among_what_a_run_is_made_from(invoke, make_run, maps, out):
    run = Path(make_run())
    call = ["extract", run, "--maps", maps, "--out", out, "--t-r", "2"]
    for start in (0.5, 1.0):
        run.with_name("sub-01_task-rest_bold.json").write_text(json.dumps({"StartTime": start}))
        invoke(*call)
        sidecar = json.loads((out / "sub-01_task-rest_atlas-atlas_timeseries.json").read_text())
        assert sidecar["StartTime"] == start


def test_a_filter_needs_frames_that_are_evenly_spaced(invoke, make_run, maps, out):
    run = Path(make_run(t_r=2.0))
    timing = run.with_name("sub-01_task-rest_bold.json")
    timing.write_text(json.dumps({"VolumeTiming": [*range(0, 78, 2), 90]}))
    call = ["extract", run, "--maps", maps, "--out", out]
    said = invoke(*call, "--low-pass", "0.1", status=2).output
    assert "are not evenly spaced, as VolumeTiming in" in " ".join(said.split())
    invoke(*call)
    sidecar = json.loads((out / "sub-01_task-rest_atlas-atlas_timeseries.json").read_text())
    assert sidecar["RepetitionTime"] is None
    assert sidecar["VolumeTiming"][-1] == 90
    assert "SamplingFrequency" not in sidecar
    invoke(*call, "--low-pass", "0.1", "--t-r", "2", "--overwrite")


def test_what_a_decimal_comma_and_pandas_may_mean_is_said(invoke, make_run, maps, out, tmp_path):
    run, signal, kept = make_run(), tmp_path / "gs.txt", tmp_path / "kept.txt"
    signal.write_text("".join(f"{1000 + k % 7},{k % 5}5\n" for k in range(40)))
    call = ["extract", run, "--maps", maps, "--out", out]
    said = invoke(*call, "--confounds", signal, status=2).output
    assert "'1000,05' and all other lines may be one number" in " ".join(said.split())
    kept.write_text("0\n" + "".join(f"{k}\n" for k in range(5, 40)))
    said = invoke(*call, "--sample-mask", kept).output
    assert "is taken for frame 0, but the next is 5" in " ".join(said.split())
