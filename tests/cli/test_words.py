"""What people type: options twice, without a value, misspelt, and numbers of all kinds."""

import json
import os

import click
import numpy as np
import pytest
from click.testing import CliRunner

from nipype_maps.cli import main

OPTIONS = [
    (name, option)
    for name, command in main.commands.items()
    for option in command.params
    if isinstance(option, click.Option)
]
VALUED = [(name, option) for name, option in OPTIONS if not option.is_flag]


def refused(*words):
    """The message of a call that is refused, in one line."""
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    return " ".join(done.output.partition("Error: ")[2].split())


@pytest.mark.parametrize(("name", "option"), VALUED, ids=lambda part: getattr(part, "name", part))
def test_no_option_is_dropped_in_silence(name, option):
    """Those that may be repeated are in the table, with what their values are taken for."""
    word = option.opts[0]
    repeated = {
        "--maps", "--confound-columns", "--confounds", "--sample-mask", "--runs", "--participant-label",
        "--session-id", "--task-id", "--space", "--confounds-strategy",
    }  # fmt: skip
    if word in repeated or (name, word) == ("extract", "--t-r"):
        assert option.multiple
    else:
        assert refused(name, word, "a", word, "a") == f"{word} is given 2 times; give it once."
        assert refused(name, f"{word}=a", word, "b").startswith(f"{word} is given 2 times")
    assert refused(name, word, "").startswith(f"the value of {word} is empty")
    assert refused(name, word, "  ").startswith(f"the value of {word} is empty")
    assert refused(name, word, "--help").startswith(
        f"{word} has no value, but is followed by the option --help"
    )


def test_a_flag_given_twice_is_the_flag(call, make_run, maps):
    call("extract", make_run(), "--maps", maps, "--out", "out", "--detrend", "--detrend", "--dry-run")


@pytest.mark.parametrize(
    ("word", "value", "sentence"),
    [
        ("--smoothing-fwhm", "1e300", "is wider than 1000 mm"),
        ("--smoothing-fwhm", "6,6,6000", "is wider than 1000 mm"),
        ("--high-pass", "1e-300", "is below 1e-05 Hz, a period of more than a day"),
    ],
)
def test_numbers_are_of_this_world(word, value, sentence):
    assert sentence in refused("extract", word, value)


def test_signals_that_a_precision_does_not_hold_are_no_infinities(
    call, make_run, maps, save, grids, tmp_path
):
    values = np.random.default_rng(0).normal(1e6, 1, (*grids["flipped"].shape, 5))
    run = save(values, grids["flipped"], "large.nii.gz")
    options = ["--maps", maps, "--out", "out", "--dtype", "float16"]
    done = call("extract", run, *options, status=1)
    assert (
        "more than dtype float16 can hold (65504); choose another dtype (--dtype), or standardize"
        in done.stderr
    )
    call("extract", run, *options, "--standardize", "zscore")


def test_help_comes_first():
    assert CliRunner().invoke(main, ["extract", "--out", "a", "--out", "b", "--help"]).exit_code == 0


@pytest.mark.parametrize(
    "value", ["nan", "inf", "1e400", "1_0", "１", "0", "-1", "1e-400", "0x10", "1,5", "2 s"]
)
@pytest.mark.parametrize("word", ["--t-r", "--low-pass", "--high-pass", "--smoothing-fwhm", "--n-procs"])
def test_numbers_are_finite_and_written_in_the_usual_way(word, value):
    if (word, value) in {("--smoothing-fwhm", "0"), ("--smoothing-fwhm", "1e-400")}:
        return  # no smoothing
    assert f"Invalid value for '{word}'" in refused("extract", f"{word}={value}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["extrct"], "no command is called 'extrct'; did you mean extract?"),
        (["clean", "--work", "work"], "nipype-maps clean is now nipype-maps prune."),
        (["xyz"], "no command is called 'xyz'; there are extract, dataset, inverse, prune, demo."),
        (["extract", "--conf", "a"], "No such option"),
        (["extract", ""], "one RUN... is empty"),
        (["extract", "--maps", "a,,b"], "'a,,b' has no file between two commas"),
        (["extract", "--maps", ","], "no file between two commas"),
        (["extract", "a", "--out"], "requires an argument"),
    ],
)
def test_words_that_mean_nothing(words, sentence):
    assert sentence in refused(*words)


def test_strategies_are_joined(call, make_run, maps, tmp_path):
    """As with +: the first was dropped, so that no motion was regressed out."""
    names = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
    rows = [[(frame * (k + 2)) % 7 for k in range(6)] + [float(frame == 20)] for frame in range(40)]
    table = [[*names, "framewise_displacement"], *rows]
    (tmp_path / "motion.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in table))
    call(
        "extract", make_run(), "--maps", maps, "--out", "out", "--confounds", "motion.tsv",
        "--confounds-strategy", "6P", "--confounds-strategy", "none+scrub",
        "--strategies", strategies(tmp_path),
    )  # fmt: skip
    sidecar = json.loads(
        (tmp_path / "out" / "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.json").read_text()
    )
    assert sidecar["Cleaning"]["ConfoundColumns"] == names
    assert 20 not in sidecar["FramesKept"]


def strategies(folder):
    """A file of strategies in which scrub needs no other column."""
    (folder / "ours.json").write_text('{"scrub": {"Scrub": {"FramewiseDisplacement": 0.5}}}')
    return os.fspath(folder / "ours.json")


@pytest.mark.parametrize(
    ("words", "status", "sentences"),
    [
        # a header against its sidecar
        ([], 1, ["3 s, but the header says 2 s", "; pass t_r (--t-r) to say which is right"]),
        (["--t-r", "2.5"], 0, ["has 2 s between frames by its header; t_r (--t-r) of 2.5 s is taken."]),
        (["--t-r", "2000"], 0, ["check the unit, and pass t_r (--t-r) in seconds"]),
        (
            ["--t-r", "2", "--confounds", "wide.tsv"],
            0,
            ["confound_columns (--confound-columns)", "confounds_strategy (--confounds-strategy)"],
        ),
        (["--t-r", "2", "--no-allow-overlap"], 1, ["allow_overlap=False (--no-allow-overlap) forbids"]),
        (["--t-r", "2", "--confounds", "gap.tsv"], 1, ["censor the frame by sample_mask (--sample-mask)."]),
        (
            ["--t-r", "2", "--mask", "corner.nii.gz", "--empty-maps", "error"],
            1,
            ["empty_maps='error' (--empty-maps error) forbids"],
        ),
        (
            ["--t-r", "2", "--resampling-target", "none"],
            1,
            ["or choose a resampling_target other than none (--resampling-target)"],
        ),
        (
            ["--t-r", "2", "--filter", "cosine", "--high-pass", "0.001"],
            0,
            ["removes nothing; raise high_pass (--high-pass) or leave out the filter (--filter)"],
        ),
    ],
)
def test_messages_name_options_as_they_are_typed(
    invoke, make_run, maps, grids, save, tmp_path, monkeypatch, words, status, sentences
):
    """Beside the names that other callers of the library know."""
    monkeypatch.chdir(tmp_path)
    run = make_run(n_frames=80)
    (tmp_path / "sub-01_task-rest_bold.json").write_text('{"RepetitionTime": 3.0}')
    values = np.random.default_rng(0).normal(size=(80, 60))
    np.savetxt("wide.tsv", values, delimiter="\t", header="\t".join(f"c{k}" for k in range(60)), comments="")
    (tmp_path / "gap.tsv").write_text(
        "x\n" + "".join("n/a\n" if k == 40 else f"{k % 7}\n" for k in range(80))
    )
    atlas = np.zeros((*grids["flipped"].shape, 2))
    atlas[:3, ..., 0] = 1
    atlas[2:, ..., 1] = 1
    corner = np.zeros(grids["flipped"].shape)
    corner[1] = 1
    save(corner, grids["flipped"], "corner.nii.gz")
    atlas = save(atlas, grids["flipped"], "two.nii.gz")
    done = invoke("extract", run, "--maps", atlas, "--out", "out", *words, status=status)
    said = " ".join(done.stderr.split())
    for sentence in sentences:
        assert sentence in said


def test_files_and_columns_keep_their_names(invoke, make_run, maps, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = make_run("t_r/sub-01_t_r.nii.gz", n_frames=8)
    (tmp_path / "t_r.tsv").write_text("t_r\n" + "1\n" * 8)
    done = invoke("extract", run, "--maps", maps, "--out", "out", "--confounds", "t_r.tsv", status=1)
    assert "t_r.tsv: column 't_r' is constant" in done.stderr


def test_inverse_asks_for_names_by_its_option(invoke, maps, tmp_path):
    (tmp_path / "signals.tsv").write_text("a\tb\n1\t2\n")
    done = invoke("inverse", tmp_path / "signals.tsv", "--maps", maps, "--out", tmp_path / "o.nii", status=1)
    said = " ".join(done.stderr.split())
    assert "pass the maps' names as" in said
    assert "(--map-names)" in said


@pytest.mark.parametrize(
    ("slab", "option", "sentence", "status"),
    [
        ((0, 0, 0), [], "it masks all data; no voxel of {mask} is inside", 1),
        (
            (1,),
            ["--empty-maps", "error"],
            "two.nii.gz: maps with no non-zero voxel after resampling and masking: map-02",
            1,
        ),
        ((slice(4), 0, 0, np.nan), [], "NaN or infinite voxels of {mask} count as outside", 0),
    ],
)
def test_images_that_are_resampled_are_called_by_the_names_of_their_files(
    invoke, make_run, grids, save, tmp_path, slab, option, sentence, status
):
    atlas = np.zeros((*grids["flipped"].shape, 2))
    atlas[:3, ..., 0] = atlas[3:, ..., 1] = 1
    inside = np.zeros(grids["flipped"].shape)
    *where, value = slab if np.nan in slab else (*slab, 1)
    inside[...] = np.isnan(value)
    inside[tuple(where)] = value
    mask, maps = save(inside, grids["flipped"], "inside.nii.gz"), save(atlas, grids["flipped"], "two.nii.gz")
    options = ["--maps", maps, "--mask", mask, "--out", tmp_path / "out", *option]
    done = invoke("extract", make_run(n_frames=8), *options, status=status)
    assert sentence.format(mask=mask) in done.stderr
    assert "_resampled.nii" not in done.stderr
