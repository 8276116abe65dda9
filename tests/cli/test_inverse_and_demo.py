import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.extractions import frames_left_out
from nipype_maps.bids.sidecars import sidecar_of
from nipype_maps.bids.tables import read_table
from nipype_maps.storage.json_files import read_json


def extract(call, tmp_path, run, maps, *more):
    call("extract", run, "--maps", maps, "--out", tmp_path / "out", *more)
    return next((tmp_path / "out").glob("*_timeseries.tsv"))


@pytest.mark.parametrize("policy", ["nan", "zero", "drop"])
def test_inverse_lies_on_the_runs_grid_with_its_time_step(
    call, tmp_path, make_run, maps, mask, save, grids, policy
):
    empty = np.zeros((*grids["flipped"].shape, 1))
    empty[0, 0, 0] = 1  # outside the mask
    values = nib.load(maps).get_fdata()
    five = save(
        np.concatenate([values[..., :1], empty, values[..., 1:]], axis=-1), grids["flipped"], "five.nii"
    )
    signals = extract(
        call, tmp_path, make_run(t_r=0.8, n_frames=20), five, "--mask", mask, "--empty-maps", policy
    )
    assert any("map-02" in sentence for sentence in read_json(sidecar_of(signals))["Warnings"])
    call("inverse", signals, "--maps", five, "--mask", mask, "--out", tmp_path / "image.nii.gz")
    image = nib.load(tmp_path / "image.nii.gz")
    assert image.shape == (7, 8, 6, 20)
    np.testing.assert_allclose(image.affine, grids["plain"].affine)
    assert image.header.get_zooms()[3] == np.float32(0.8)

    # the image holds what the maps explain, so that its signals are the same
    call("extract", tmp_path / "image.nii.gz", "--maps", five, "--mask", mask, "--out", tmp_path / "again")
    back = read_table(next((tmp_path / "again").glob("*.tsv")))
    assert np.isnan(back.values[:, 1]).all()
    first = read_table(signals)
    assert len(first.names) == (4 if policy == "drop" else 5)
    for name in ("map-01", "map-03", "map-04", "map-05"):
        there, here = (table.values[:, table.names.index(name)] for table in (first, back))
        np.testing.assert_allclose(here, there, rtol=1e-9)


def test_inverse_warns_of_other_maps_and_a_missing_mask(call, tmp_path, make_run, maps, mask, save, grids):
    signals = extract(call, tmp_path, make_run(), maps, "--mask", mask)
    other = save(nib.load(maps).get_fdata() * 2, grids["flipped"], "other.nii.gz")
    done = call("inverse", signals, "--maps", other, "--out", tmp_path / "image.nii")
    assert "the signals come from other maps (atlas.nii.gz)" in done.stderr
    assert "inside a mask (mask.nii.gz)" in done.stderr
    assert call("inverse", signals, "--maps", maps, "--mask", mask, "--out", tmp_path / "b.nii").stderr == ""


def test_inverse_of_signals_of_an_earlier_version_cannot_check_the_maps(call, tmp_path, make_run, maps):
    signals = extract(call, tmp_path, make_run(), maps)
    sidecar = Path(signals).with_suffix(".json")
    content = json.loads(sidecar.read_text())
    files = content.pop("Provenance")
    content["Sources"], content["Maps"]["Sources"] = files["Run"], files["Maps"]
    sidecar.write_text(json.dumps(content))
    done = call("inverse", signals, "--maps", maps, "--out", tmp_path / "image.nii")
    assert "names no maps under Provenance, as those of earlier versions; check that the maps" in done.stderr
    assert nib.load(tmp_path / "image.nii").shape == (7, 8, 6, 40)


def test_inverse_of_a_table_without_sidecar_lies_on_the_maps_grid(call, tmp_path, maps):
    (tmp_path / "signals.tsv").write_text("map-01\tmap-02\tmap-03\tmap-04\n1\t0\t0\t0\n0\t2\t0\t0\n")
    call("inverse", "signals.tsv", "--maps", maps, "--out", "image.nii.gz", "--t-r", "3")
    image = nib.load(tmp_path / "image.nii.gz")
    expected = nib.load(maps).get_fdata()
    np.testing.assert_array_equal(image.get_fdata()[..., 0], expected[..., 0])
    np.testing.assert_array_equal(image.get_fdata()[..., 1], 2 * expected[..., 1])
    assert image.header.get_zooms()[3] == 3


@pytest.mark.parametrize(
    ("out", "sentence"), [("image.txt", "must end in .nii.gz or .nii"), ("no/i.nii", "does not exist")]
)
def test_inverse_to_nowhere_is_refused(call, tmp_path, maps, out, sentence):
    (tmp_path / "signals.tsv").write_text("map-01\n1\n")
    assert sentence in call("inverse", "signals.tsv", "--maps", maps, "--out", out, status=2).stderr


def test_inverse_that_fails_says_why(call, tmp_path, maps):
    (tmp_path / "signals.tsv").write_text("map-01\tother\n1\t2\n")
    done = call("inverse", "signals.tsv", "--maps", maps, "--out", "image.nii", status=1)
    assert "failed: signals.tsv (inverse): " in done.stderr
    assert "has 2 signals for 4 maps" in done.stderr
    assert not (tmp_path / "image.nii").exists()


def test_demo(call, tmp_path):
    done = call("demo")
    folder = tmp_path / "nipype-maps-demo"
    table = read_table(folder / "ds003_sub-01_mc_atlas-tpm_timeseries.tsv")
    assert table.values.shape == (20, 3)
    assert table.names == ["map-01", "map-02", "map-03"]
    image = nib.load(folder / "ds003_sub-01_mc_atlas-tpm_desc-Reconstructed_bold.nii.gz")
    assert image.shape == (16, 16, 9, 20)
    assert image.header.get_zooms()[3] == 2
    assert "6 steps executed" in done.stdout
    assert done.stderr == ""
    sidecar = json.loads((folder / "ds003_sub-01_mc_atlas-tpm_timeseries.json").read_text())
    assert min(sidecar["Maps"]["SignalCoverage"]) > 0.6  # the maps are where the brain is
    assert "0 steps executed, 6 cached" in call("demo").stdout


def test_help_and_version(call):
    for command in ([], ["extract"], ["inverse"], ["demo"]):
        assert "Usage:" in call(*command, "--help").stdout
    assert "version" in call("--version").stdout


def test_inverse_finds_signals_by_the_names_of_then_or_of_now(call, tmp_path, make_run, maps, save, grids):
    names = tmp_path / "names.txt"
    names.write_text("d\nc\nb\na\n")
    signals = extract(call, tmp_path, make_run(), maps, "--map-names", names)
    assert call("inverse", signals, "--maps", maps, "--out", "a.nii").stderr == ""  # the sidecar has them
    lines = [line.split("\t") for line in signals.read_text().splitlines()]
    (tmp_path / "turned.tsv").write_text("".join("\t".join(line[::-1]) + "\n" for line in lines))
    options = ["--maps", maps, "--t-r", "2"]
    done = call("inverse", "turned.tsv", *options, "--out", "b.nii")
    assert (
        "(a, b, c and 1 more) have other names than the maps (map-01, map-02, map-03 and 1 more)"
        in done.stderr
    )
    assert call("inverse", "turned.tsv", *options, "--map-names", names, "--out", "c.nii").stderr == ""
    call("inverse", signals, "--maps", maps, "--out", "d.nii")
    right, wrong = (nib.load(tmp_path / name).get_fdata() for name in ("c.nii", "b.nii"))
    (tmp_path / "plain.tsv").write_text(signals.read_text())
    call("inverse", "plain.tsv", *options, "--map-names", names, "--out", "e.nii")
    np.testing.assert_array_equal(right, nib.load(tmp_path / "e.nii").get_fdata())
    assert not np.allclose(right, wrong)


@pytest.mark.parametrize("which", ["signals", "maps", "mask"])
def test_inverse_never_replaces_an_input(call, tmp_path, maps, mask, which):
    (tmp_path / "signals.nii").write_text("map-01\tmap-02\tmap-03\tmap-04\n1\t0\t0\t0\n")
    paths = {"signals": tmp_path / "signals.nii", "maps": Path(maps), "mask": Path(mask)}
    before = paths[which].read_bytes()
    link = tmp_path / "link.nii.gz"
    link.symlink_to(paths[which])
    for out in (paths[which], link):
        done = call("inverse", paths["signals"], "--maps", maps, "--mask", mask, "--out", out, status=2)
        assert "is an input" in done.stderr
    assert paths[which].read_bytes() == before


def test_an_odd_sidecar_is_refused_in_a_sentence(call, tmp_path, maps):
    (tmp_path / "signals.tsv").write_text("map-01\tmap-02\tmap-03\tmap-04\n1\t0\t0\t0\n")
    (tmp_path / "signals.json").write_text('{"Maps": {"Grid": {"Shape": [1000000000, 1, 1]}}}')
    done = call("inverse", "signals.tsv", "--maps", maps, "--out", "image.nii", status=1)
    assert done.stderr.startswith("Error: ")
    assert "signals.json: Maps.Grid.Shape must be a list of three whole numbers" in done.stderr
    (tmp_path / "signals.json").write_text('{"RepetitionTime": "2 s"}')
    done = call("inverse", "signals.tsv", "--maps", maps, "--out", "image.nii", status=1)
    assert "signals.json: RepetitionTime is '2 s', not a number of seconds above 0" in done.stderr
    call("inverse", "signals.tsv", "--maps", maps, "--out", "image.nii", "--t-r", "2")


def test_a_volume_that_no_memory_holds_is_refused(call, tmp_path, maps):
    (tmp_path / "signals.tsv").write_text("map-01\tmap-02\tmap-03\tmap-04\n1\t0\t0\t0\n")
    grid = {"Shape": [32767] * 3, "Affine": np.eye(4).tolist()}
    (tmp_path / "signals.json").write_text(json.dumps({"Maps": {"Grid": grid}}))
    done = call("inverse", "signals.tsv", "--maps", maps, "--out", "image.nii", status=1)
    assert "takes 281449 GB, and this machine has " in done.stderr
    assert not (tmp_path / "image.nii").exists()


def test_inverse_replaces_a_file_only_when_told_to(call, tmp_path, make_run, maps):
    signals = extract(call, tmp_path, make_run(), maps)
    (tmp_path / "precious.nii").write_text("precious")
    words = ["inverse", signals, "--maps", maps, "--out", "precious.nii"]
    assert "precious.nii exists; choose another, or give --overwrite" in call(*words, status=2).stderr
    assert (tmp_path / "precious.nii").read_text() == "precious"
    call(*words, "--overwrite")
    assert nib.load(tmp_path / "precious.nii").shape[3] == 40


@pytest.mark.parametrize(
    ("kept", "told"),
    [([*range(2, 30), *range(35, 40)], "leave out 7 of the run's frames (0, 1, 30"), (range(40), "")],
)
def test_the_image_of_censored_signals_says_that_frames_are_missing(
    call, tmp_path, make_run, maps, kept, told
):
    (tmp_path / "frames.txt").write_text("\n".join(map(str, kept)) + "\n")
    signals = extract(call, tmp_path, make_run(), maps, "--sample-mask", "frames.txt")
    said = call("inverse", signals, "--maps", maps, "--out", "image.nii").stderr
    assert told in said
    assert bool(said) == bool(told)
    assert nib.load(tmp_path / "image.nii").shape[3] == len(kept)


@pytest.mark.parametrize(
    "sidecar",
    [
        {"FramesInRun": 4},
        {"FramesInRun": "4", "FramesKept": [1]},
        {"FramesInRun": 10**30, "FramesKept": [1]},
        {"FramesInRun": 4, "FramesKept": ["1"]},
        {"FramesInRun": True, "FramesKept": "all"},
    ],
)
def test_frames_of_an_odd_sidecar_are_no_reason_to_fail(sidecar, tmp_path):
    (tmp_path / "signals.json").write_text(json.dumps(sidecar))
    assert frames_left_out(tmp_path / "signals.tsv") == []


@pytest.mark.parametrize("value", [np.nan, np.inf, 1.0])
def test_maps_that_hold_no_number_are_warned_of_once(call, tmp_path, make_run, grids, save, rng, value):
    maps = rng.random((*grids["flipped"].shape, 4)) + 0.1
    maps[2, 2, 2, 1] = value
    maps = save(maps, grids["flipped"], "odd.nii.gz")
    sentence = "NaN or infinite voxels of " + maps + " count as 0."
    for grid in ("plain", "flipped"):  # resampled, or as they are
        options = ["--maps", maps, "--out", tmp_path / grid]
        done = call("extract", make_run(grid=grid), *options)
        assert done.stderr.count(sentence) == (value != 1)
        (signals,) = (tmp_path / grid).glob("*_timeseries.tsv")
        sidecar = json.loads(signals.with_suffix(".json").read_text())
        assert sum(sentence in warning for warning in sidecar["Warnings"]) == (value != 1)
        done = call("inverse", signals, "--maps", maps, "--out", f"{grid}.nii.gz")
        assert done.stderr.count(sentence) == (value != 1)
