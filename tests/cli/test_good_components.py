"""A list of good components chooses what is written, while all maps are fitted."""

import json

import nibabel as nib
import numpy as np
import pytest

from nipype_maps import NiftiMapsMasker
from nipype_maps.bids.signals import read_signals

GOOD, WRITTEN = [0, 2, 3], ["map-01", "map-03", "map-04"]
#: Options, and by how much signals may differ: sums over several columns are rounded in other orders.
OPTIONS = {
    0.0: ["--smoothing-fwhm", "5"],
    1e-12: ["--high-pass", "0.01", "--detrend", "--standardize", "zscore"],
}


@pytest.fixture
def good(tmp_path):
    """The list of the good of four components, as UK Biobank has it."""
    path = tmp_path / "rfMRI_GoodComponents_d4_v1.txt"
    path.write_text("1  3  4")
    return path


@pytest.fixture
def extract(invoke, tmp_path):
    """The table and the sidecar of an extraction: ``extract(out, run, maps, *options)``."""

    def extract(out, run, maps, *options):
        invoke("extract", run, "--maps", maps, "--out", tmp_path / out, "--work", tmp_path / "work", *options)
        (table,) = (tmp_path / out).glob("*_timeseries.tsv")
        return table, json.loads(table.with_suffix(".json").read_text())

    return extract


@pytest.mark.parametrize("rounding", OPTIONS)
def test_the_signals_are_those_of_a_fit_of_all_maps(extract, make_run, maps, mask, good, rounding):
    run, options = make_run(), ["--mask", mask, *OPTIONS[rounding]]
    table, sidecar = extract("all", run, maps, *options)
    chosen, said = extract("good", run, maps, *options, "--map-names", good)
    everything, found = read_signals(table), read_signals(chosen)
    assert found.names == WRITTEN == said["Maps"]["Names"]
    np.testing.assert_allclose(found.values, everything.values[:, GOOD], rtol=rounding, atol=rounding)
    assert said["Maps"]["FittedMaps"] == everything.names == sidecar["Maps"]["Names"]
    for key in ("Coverage", "SignalCoverage", "VarianceInflation"):
        assert said["Maps"][key] == [sidecar["Maps"][key][index] for index in GOOD]
    for key in ("Rank", "ConditionNumber", "ScaledConditionNumber"):
        assert said["Maps"][key] == sidecar["Maps"][key]
    assert "FittedMaps" not in sidecar["Maps"]


def test_another_choice_is_another_result(extract, invoke, make_run, maps, good, tmp_path):
    run = make_run()
    extract("out", run, maps)
    call = ["extract", run, "--maps", maps, "--out", tmp_path / "out", "--map-names", good]
    said = invoke(*call, status=2).stderr
    assert "MapNames: map-01, map-02, map-03, map-04 there, map-01, map-03, map-04 asked" in said
    good.write_text("1 5")
    assert "lists component 5, but the numbers of these maps are 1 to 4" in invoke(*call, status=2).stderr


def test_the_image_is_the_sum_of_the_written_maps_and_says_so(
    extract, invoke, make_run, maps, good, tmp_path
):
    table, _ = extract("out", make_run(), maps, "--map-names", good)
    image = tmp_path / "image.nii"
    said = invoke("inverse", table, "--maps", maps, "--out", image).stderr
    assert "has signals of 3 of the 4 maps; the image is the sum of these, without map-02." in said
    masker = NiftiMapsMasker(maps).fit(make_run())
    signals = np.zeros((40, 4))
    signals[:, GOOD] = read_signals(table).values
    np.testing.assert_array_equal(nib.load(image).get_fdata(), masker.inverse_transform(signals).get_fdata())


def test_maps_that_are_empty_are_dropped_too(extract, invoke, make_run, save, rng, grids, good, tmp_path):
    values = rng.random((*grids["plain"].shape, 4))
    values[..., 2] = 0
    maps = save(values, grids["plain"], "ica.nii")
    table, said = extract("out", make_run(), maps, "--map-names", good, "--empty-maps", "drop")
    assert read_signals(table).names == ["map-01", "map-04"] == said["Maps"]["Names"]
    assert said["Maps"]["FittedMaps"] == ["map-01", "map-02", "map-04"]
    everything, _ = extract("all", make_run(), maps, "--empty-maps", "drop")
    assert read_signals(everything).names == ["map-01", "map-02", "map-04"]
    invoke("inverse", table, "--maps", maps, "--out", tmp_path / "image.nii")


def test_a_component_that_is_not_written_may_be_empty(extract, make_run, save, rng, grids, good):
    values = rng.random((*grids["plain"].shape, 4))
    values[..., 1] = 0
    maps = save(values, grids["plain"], "ica.nii")
    table, said = extract("out", make_run(), maps, "--map-names", good)
    assert "EmptyMaps" not in said["WarningKinds"]
    assert np.isfinite(read_signals(table).values).all()


def test_nothing_left_to_write_is_an_error(invoke, make_run, save, rng, grids, tmp_path):
    values = rng.random((*grids["plain"].shape, 4))
    values[..., 1] = 0
    maps = save(values, grids["plain"], "ica.nii")
    (tmp_path / "second.txt").write_text("2")
    call = ["extract", make_run(), "--maps", maps, "--out", tmp_path / "out", "--empty-maps", "drop"]
    said = invoke(*call, "--map-names", tmp_path / "second.txt", status=1).stderr
    assert "none of the maps that" in said
    assert "has a non-zero voxel after resampling and masking" in said


def test_a_lost_record_is_made_from_the_sidecar(extract, invoke, make_run, maps, good, tmp_path):
    run = make_run()
    extract("out", run, maps, "--map-names", good)
    for record in (tmp_path / "out" / "logs" / "runs").rglob("*.json"):
        record.unlink()
    extract("out", run, maps, "--map-names", good)
    call = ["extract", run, "--maps", maps, "--out", tmp_path / "out"]
    assert "contains results of other settings" in invoke(*call, status=2).stderr


def test_names_beside_the_maps_are_read_again_when_they_change(extract, make_run, maps, good, tmp_path):
    run, table = make_run(), tmp_path / "atlas.tsv"
    for names in ("abcd", "efgh"):
        table.write_text("\n".join(["name", *names]))
        written, sidecar = extract("out", run, maps, "--map-names", good, "--overwrite")
        assert read_signals(written).names == [names[index] for index in GOOD]
        assert sidecar["Maps"]["FittedMaps"] == list(names)


def test_names_in_another_order_are_others_where_the_record_was_lost_and_maps_are_dropped(
    extract, invoke, make_run, maps, tmp_path
):
    run, table = make_run(), tmp_path / "atlas.tsv"
    table.write_text("name\na\nb\nc\nd\n")
    call = ["extract", run, "--maps", maps, "--out", tmp_path / "out", "--empty-maps", "drop"]
    invoke(*call)
    for names, status in (("abcd", 0), ("bcda", 2), ("abdc", 2), ("abcd", 0)):
        for record in (tmp_path / "out" / "logs" / "runs").rglob("*.json"):
            record.unlink()
        table.write_text("\n".join(["name", *names]))
        done = invoke(*call, status=status)
        assert ("(MapNames: a, b, c, d there, " in done.stderr) == (status == 2)
