"""Strategies as a user asks for them: in `extract`, in `dataset`, in graphs."""

import json

import numpy as np
import pytest

from nipype_maps.bids.tables import read_table
from nipype_maps.graphs import init_transform_wf

from ..derivatives import COLUMNS, describe, write_run


@pytest.fixture
def confounds(rng):
    """(40, 9): motion, two frames that are no steady state, and one of large motion."""
    table = np.hstack([rng.normal(size=(40, 6)), np.zeros((40, 3))])
    table[:2, COLUMNS.index("non_steady_state_outlier00")] = 1
    table[30, COLUMNS.index("framewise_displacement")] = 1
    return table


@pytest.fixture
def write(tmp_path, confounds):
    def write(n_rows=40, name="sub-01_task-rest_desc-confounds_timeseries.tsv"):
        path = tmp_path / name
        np.savetxt(path, confounds[:n_rows], delimiter="\t", header="\t".join(COLUMNS), comments="")
        return path

    return write


def sidecar_in(out):
    (path,) = (path.with_suffix(".json") for path in out.rglob("sub-*_timeseries.tsv"))
    return json.loads(path.read_text())


def is_untouched(sidecar, kept):
    return sidecar["Cleaning"]["ConfoundColumns"] == [] and sidecar["FramesKept"] == list(kept)


@pytest.mark.parametrize("strategy", ["none", " none", "none+none"])
def test_none_regresses_nothing_out_and_censors_what_is_no_steady_state(
    call, make_run, maps, write, tmp_path, strategy
):
    options = ["--maps", maps, "--out", tmp_path / "out"]
    call("extract", make_run(), *options, "--confounds", write(), "--confounds-strategy", strategy)
    sidecar = sidecar_in(tmp_path / "out")
    assert is_untouched(sidecar, range(2, 40))
    assert sidecar["ConfoundsStrategy"] == strategy
    assert sidecar["DegreesOfFreedom"] == 38
    signals = read_table(next((tmp_path / "out").glob("*_timeseries.tsv"))).values
    assert signals.shape == (38, 4)


def test_none_in_a_data_set(call, maps, rng, grids, confounds, tmp_path):
    root = describe(tmp_path / "fmriprep")
    write_run(root, "sub-01_task-rest", rng.normal(100, 5, (7, 8, 6, 40)), grids["plain"].affine, confounds)
    call("dataset", root, tmp_path / "out", "--maps", maps, "--confounds-strategy", "none")
    assert is_untouched(sidecar_in(tmp_path / "out"), range(2, 40))


def test_none_in_a_graph(run_masker, make_run, maps, write):
    inputs = {"confounds_files": [str(write())]}
    run = make_run()
    outcome = run_masker(run, maps, inputs=inputs, confounds_strategy="none")
    signals = read_table(outcome.done["transform.clean"].result.outputs.out_file).values
    raw = read_table(outcome.done["transform.project"].result.outputs.out_file).values
    np.testing.assert_array_equal(signals, raw[2:])


def test_no_is_no_strategy(call, make_run, maps, write, tmp_path):
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", write()]
    done = call("extract", make_run(), *options, "--confounds-strategy", "no", status=2)
    said = " ".join(done.stderr.replace("│", " ").split())
    assert "no strategy is called 'no'; did you mean none" in said
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("more", [[], ["--high-variance-confounds"], ["--sample-mask", "{mask}"]])
@pytest.mark.parametrize("n_rows", [39, 38])
def test_a_table_of_another_run_is_named(call, make_run, maps, write, tmp_path, n_rows, more):
    (tmp_path / "mask.txt").write_text("1\n39\n")
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", write(n_rows)]
    options += [word.format(mask=tmp_path / "mask.txt") for word in more]
    done = call("extract", make_run(), *options, "--confounds-strategy", "6P+scrub", status=2)
    assert f"timeseries.tsv has {n_rows} rows, but " in done.stderr
    assert "bold.nii.gz has 40 frames; give the confounds of this run" in done.stderr
    assert "sample_mask names" not in done.stderr


@pytest.mark.parametrize(
    ("strategy", "sentence"),
    [
        (5, "confounds_strategy is 5; give names"),
        ("24Q", "no strategy is called '24Q'"),
        ("", "is called ''"),
    ],
)
def test_a_builder_refuses_what_is_no_strategy(strategy, sentence):
    with pytest.raises(ValueError, match=sentence):
        init_transform_wf(confounds_strategy=strategy)


def test_what_a_strategy_could_not_take_is_in_the_sidecar_of_the_signals(call, make_run, maps, tmp_path, rng):
    names = [f"a_comp_cor_{k:02d}" for k in range(3)]
    path = tmp_path / "confounds.tsv"
    np.savetxt(path, rng.normal(size=(40, 3)), delimiter="\t", header="\t".join(names), comments="")
    about = {name: {"Method": "aCompCor", "Mask": "combined"} for name in names}
    path.with_suffix(".json").write_text(json.dumps(about))
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", path]
    done = call("extract", make_run(), *options, "--confounds-strategy", "acompcor5")
    sentence = "has 3 aCompCor components of the mask 'combined', fewer than the 5"
    assert sentence in done.stderr
    assert any(sentence in warning for warning in sidecar_in(tmp_path / "out")["Warnings"])


def test_a_table_that_lacks_a_column_is_refused_before_anything_runs(call, make_run, maps, write, tmp_path):
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", write()]
    done = call("extract", make_run(), *options, "--confounds-strategy", "24P", status=2)
    assert "has no column 'trans_x_power2', which '24P' of strategy '24P' needs" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_sidecar_says_what_a_strategy_means(call, make_run, maps, write, tmp_path):
    (tmp_path / "ours.json").write_text(
        '{"ours": {"Parts": ["6P"], "Scrub": {"FramewiseDisplacement": 0.3}}}'
    )
    (tmp_path / "frames.txt").write_text("\n".join(map(str, range(1, 40))) + "\n")
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", write()]
    options += [
        "--confounds-strategy",
        "ours+scrub",
        "--strategies",
        "ours.json",
        "--sample-mask",
        "frames.txt",
    ]
    done = call("extract", make_run(), *options)
    assert "ours.json" not in done.stderr
    sidecar = sidecar_in(tmp_path / "out")
    assert sidecar["Cleaning"]["StrategyDefinition"] == {
        "ours": {"Parts": ["6P"], "Scrub": {"FramewiseDisplacement": 0.3}},
        "scrub": {"Scrub": {"FramewiseDisplacement": 0.5, "StandardizedDVARS": 1.5, "MinimumSegment": 5}},
        "6P": {"Columns": ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]},
    }
    files = {role: [one["File"] for one in files] for role, files in sidecar["Provenance"].items()}
    assert (files["SampleMask"], files["Strategies"]) == (["frames.txt"], ["ours.json"])


@pytest.mark.parametrize(
    ("strategy", "entry", "told"),
    [
        ("6P", {"Columns": ["trans_x"]}, True),
        ("none+ours", {"Columns": ["trans_x"]}, True),  # as a part
        ("none", {"Columns": ["trans_x"]}, False),  # not asked for
        ("6P", {"Columns": [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]}, False),
    ],
)
def test_a_name_of_the_package_that_means_something_else_is_warned_of(
    call, make_run, maps, write, tmp_path, strategy, entry, told
):
    (tmp_path / "ours.json").write_text(json.dumps({"6P": entry, "ours": {"Parts": ["6P"]}}))
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", write()]
    done = call(
        "extract", make_run(), *options, "--confounds-strategy", strategy, "--strategies", "ours.json"
    )
    sentence = "ours.json gives another meaning to 6P, which the package defines too"
    warnings = sidecar_in(tmp_path / "out")["Warnings"]
    assert [sentence in done.stderr, any(sentence in warning for warning in warnings)] == [told, told]


@pytest.mark.parametrize("odd", ["n/a", "5.0"])
def test_a_column_that_cannot_be_regressed_out_is_named_with_its_table(
    call, make_run, maps, write, tmp_path, odd
):
    path = write()
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    for number, line in enumerate(lines[1:]):
        line[0] = odd if number == 20 or odd == "5.0" else line[0]
    path.write_text("".join("\t".join(line) + "\n" for line in lines))
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", path, "--confounds-strategy", "6P"]
    options += ["--sample-mask", "frames.txt"] if odd == "n/a" else []
    (tmp_path / "frames.txt").write_text("\n".join(map(str, range(40))) + "\n")
    done = call("extract", make_run(), *options, status=1 if odd == "n/a" else 0)
    column = lines[0][0].removeprefix("# ")
    assert f": {path}: column {column!r} " in done.stderr
    assert "_selected" not in done.stderr
