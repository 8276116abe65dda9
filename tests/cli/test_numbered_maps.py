"""Maps that are called 1, 2, 3 and so on: what is read of our own tables is what was written."""

import json

import nibabel as nib
import numpy as np
import pytest

from nipype_maps import NiftiMapsMasker
from nipype_maps.bids.signals import read_signals

NAMES = ["1", "nan", "3", " 4.5 "]
FILES = {
    ".txt": "\n".join(NAMES) + "\n",
    ".tsv": "index\tname\n" + "".join(f"{k}\t{name}\n" for k, name in enumerate(NAMES)),
    ".json": json.dumps(NAMES),
}
OPTIONS = ["--high-pass", "0.01", "--standardize", "zscore"]


@pytest.mark.parametrize("ending", FILES)
def test_every_frame_once_and_no_name_among_them(call, make_run, maps, tmp_path, ending):
    run = make_run()
    names = tmp_path / f"names{ending}"
    names.write_text(FILES[ending])
    call("extract", run, "--maps", maps, "--out", tmp_path / "plain", *OPTIONS)
    call("extract", run, "--maps", maps, "--out", tmp_path / "out", "--map-names", names, *OPTIONS)
    plain, numbered = (next((tmp_path / folder).glob("*_timeseries.tsv")) for folder in ("plain", "out"))
    assert read_signals(numbered).names == [name if ending == ".json" else name.strip() for name in NAMES]
    assert numbered.read_text().splitlines()[1:] == plain.read_text().splitlines()[1:]
    images = [tmp_path / "a.nii", tmp_path / "b.nii"]
    for table, image in zip((plain, numbered), images, strict=True):
        call("inverse", table, "--maps", maps, "--out", image)
    a, b = (nib.load(image).get_fdata() for image in images)
    assert b.shape == (7, 8, 6, 40)
    np.testing.assert_array_equal(a, b)


def test_the_class_with_names_beside_the_maps(make_run, maps, tmp_path):
    run = make_run()
    plain = NiftiMapsMasker(maps, standardize="zscore").fit_transform(run)
    (tmp_path / "atlas.txt").write_text("1\n2\n3\n4\n")
    masker = NiftiMapsMasker(maps, standardize="zscore")
    signals = masker.fit_transform(run)
    np.testing.assert_array_equal(signals, plain)
    assert masker.inverse_transform(signals).shape == (7, 8, 6, 40)


def test_a_data_frame_whose_columns_are_called_like_numbers(make_run, maps, rng):
    import pandas as pd

    run, values = make_run(), rng.normal(size=(40, 2))
    plain = NiftiMapsMasker(maps).fit_transform(run, confounds=values)
    for columns in (["1", "nan"], ["0.5", "inf"], [0, 1], ["a", "b"]):
        frame = pd.DataFrame(values, columns=columns)
        np.testing.assert_array_equal(NiftiMapsMasker(maps).fit_transform(run, confounds=frame), plain)


def test_columns_of_confounds_called_like_numbers(call, make_run, maps, rng, tmp_path):
    """The chosen columns of a table with a header make a table whose header holds numbers alone."""
    path = tmp_path / "confounds.tsv"
    np.savetxt(path, rng.normal(size=(40, 3)), delimiter="\t", header="1\t2\tx", comments="")
    ours = tmp_path / "ours.json"
    ours.write_text('{"two": {"Columns": ["1", "2"]}}')
    options = ["--maps", maps, "--out", tmp_path / "out", "--confounds", path]
    call("extract", make_run(), *options, "--strategies", ours, "--confounds-strategy", "two")
    (sidecar,) = (tmp_path / "out").glob("*_timeseries.json")
    assert json.loads(sidecar.read_text())["Cleaning"]["ConfoundColumns"] == ["1", "2"]


@pytest.mark.parametrize("name", ["a\u2028", '"a', ""])
def test_names_that_a_table_cannot_hold_are_refused_by_the_command(call, make_run, maps, tmp_path, name):
    (tmp_path / "names.json").write_text(json.dumps(["1", "2", "3", name]))
    options = ["--maps", maps, "--out", tmp_path / "out", "--map-names", tmp_path / "names.json"]
    done = call("extract", make_run(), *options, status=2)
    assert "names.json" in done.stderr
    assert "Traceback" not in done.stderr
