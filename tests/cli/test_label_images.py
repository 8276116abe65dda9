"""Labels in place of maps, and names like paths: what is warned of is done all the same."""

import json

import numpy as np
import pytest

from nipype_maps import NiftiMapsMasker

NAMES = ["/a", "/etc/hostname", "/no such/file.nii is odd", "d"]


@pytest.fixture
def labels(save, grids):
    shape = grids["plain"].shape
    return save((np.arange(np.prod(shape)) % 4).reshape(shape), grids["plain"], "labels.nii.gz", dtype="u1")


@pytest.mark.parametrize("grid", ["plain", "flipped"])
def test_labels_are_warned_of_and_taken_for_one_map(invoke, make_run, labels, tmp_path, grid):
    call = ["extract", make_run(grid=grid), "--maps", labels, "--out", tmp_path / "out"]
    for sentence in ("6 steps executed, 0 cached", "0 steps executed, 6 cached"):
        done = invoke(*call)
        assert sentence in done.stdout
        assert done.stderr.count("is one image of the whole numbers from 1 to 3") == 1
    assert "steps: 0 to execute" in invoke(*call, "--dry-run").stdout
    (table,) = (tmp_path / "out").glob("*_timeseries.tsv")
    assert len(table.read_text().splitlines()) == 41


def test_the_class_takes_labels_for_one_map(make_run, labels):
    with pytest.warns(UserWarning, match="whole numbers from 1 to 3"):
        assert NiftiMapsMasker(labels).fit_transform(make_run()).shape == (40, 1)


def test_names_may_look_like_paths(invoke, make_run, maps, tmp_path):
    names = tmp_path / "names.json"
    names.write_text(json.dumps(NAMES))
    call = ["extract", make_run(), "--maps", maps, "--map-names", names, "--out", tmp_path / "out"]
    for sentence in ("6 steps executed, 0 cached", "0 steps executed, 6 cached"):
        assert sentence in invoke(*call).stdout
    (table,) = (tmp_path / "out").glob("*_timeseries.tsv")
    assert table.read_text().splitlines()[0].split("\t") == NAMES


def test_the_class_takes_names_that_look_like_paths(make_run, maps, tmp_path):
    (tmp_path / "atlas.json").write_text(json.dumps(NAMES))
    run, masker = make_run(), NiftiMapsMasker(maps)
    signals = masker.fit_transform(run)
    assert masker.inverse_transform(signals).shape == (7, 8, 6, 40)
