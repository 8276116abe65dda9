"""The sidecars that are written contain the declared entries, and no others."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from nipype_maps import NiftiMapsMasker
from nipype_maps.bids.sidecar_parts import merged, warning_entries
from nipype_maps.bids.sidecar_schema import BY_PATH, ENTRIES, table
from nipype_maps.bids.sidecars import Sidecar
from nipype_maps.interfaces import Clean
from nipype_maps.notes import Note
from nipype_maps.storage.json_files import readable

from ..derivatives import COLUMNS, describe, write_run

SECTIONS = {entry.section for entry in ENTRIES} - {""}


def entries_in(content, section=""):
    """Path and value of each entry of a sidecar, and of the objects whose entries are declared."""
    for key, value in content.items():
        path = f"{section}.{key}".lstrip(".")
        yield path, value
        if path in SECTIONS:
            yield from entries_in(value, path)


def contents(folder, pattern="*_timeseries.json"):
    """Sidecars in a folder, without the records of calls."""
    found = [path for path in folder.rglob(pattern) if "logs" not in path.parts]
    assert found
    return [json.loads(path.read_text()) for path in found]


@pytest.fixture
def table_of_confounds(rng):
    """(40, 9), with a frame before the steady state."""
    values = np.hstack([rng.normal(size=(40, 6)), np.zeros((40, 3))])
    values[0, COLUMNS.index("non_steady_state_outlier00")] = 1
    return values


@pytest.fixture
def written(call, execute, make_run, maps, mask, rng, grids, table_of_confounds, tmp_path):
    """Sidecars of the command, with and without a strategy, of a data set, the class and an interface."""
    keep = tmp_path / "keep.txt"
    keep.write_text("\n".join(map(str, range(2, 40))))
    (tmp_path / "ours.json").write_text('{"ours": {"Columns": ["trans_x"]}}')
    confounds = tmp_path / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    np.savetxt(confounds, table_of_confounds, delimiter="\t", header="\t".join(COLUMNS), comments="")
    given = ["--maps", maps, "--confounds", confounds, "--sample-mask", keep]
    strategy = ["--confounds-strategy", "ours", "--strategies", tmp_path / "ours.json"]
    call("extract", make_run(), *given, *strategy, "--mask", mask, "--out", tmp_path / "strategy")

    uneven = make_run("sub-02_task-rest_bold.nii.gz", t_r=0)
    timing = {"VolumeTiming": [2.0 * k + (k > 7) for k in range(40)]}
    (tmp_path / "sub-02_task-rest_bold.json").write_text(json.dumps(timing))
    options = ["--smoothing-fwhm", "5", "--standardize", "psc", "--dtype", "float32", "--allow-mismatch"]
    call("extract", uneven, *given, *options, "--out", tmp_path / "columns")

    root, affine = describe(tmp_path / "fmriprep"), grids["plain"].affine
    write_run(root, "sub-01_task-rest", rng.normal(100, 5, (7, 8, 6, 40)), affine, table_of_confounds)
    (tmp_path / "good.txt").write_text("1 3")
    options = ["--low-pass", "0.1", "--map-names", tmp_path / "good.txt"]
    call("dataset", root, tmp_path / "dataset", "--maps", maps, *options)

    NiftiMapsMasker(maps, memory=str(tmp_path / "memory"), detrend=True).fit_transform(make_run("a.nii"))
    tables = [content for name in ("strategy", "columns", "dataset") for content in contents(tmp_path / name)]
    (tmp_path / "labels.txt").write_text("one\n" * 20 + "two\n" * 18)
    (signals,) = (tmp_path / "strategy").glob("*_timeseries.tsv")
    execute(Clean(in_file=str(signals), runs=str(tmp_path / "labels.txt")), "runs")
    return [
        *tables,
        *contents(tmp_path / "memory", "*_clean.json"),
        *contents(tmp_path / "work" / "runs", "*_clean.json"),
    ]


def test_every_entry_is_declared_and_of_its_type_and_every_declared_entry_is_written(written):
    seen = set()
    for content in written:
        for path, value in entries_in(content):
            assert path in BY_PATH
            assert BY_PATH[path].kind.accepts(value), (path, value)
            seen.add(path)
        assert len(content["Warnings"]) == len(content["WarningKinds"])
        # in the declared order, and Sources as Provenance has them
        paths = [path for path, _ in entries_in(content)]
        assert paths == [path for path in BY_PATH if path in paths]
        names = [one["File"] for files in content["Provenance"].values() for one in files]
        # those in data sets are URIs
        assert [source.rpartition("/")[2] for source in content["Sources"]] == list(dict.fromkeys(names))
    assert seen == set(BY_PATH)


def test_what_a_reader_looks_for_comes_first(written):
    first = next(content for content in written if content["ConfoundsStrategy"])
    assert list(first)[:7] == [
        "Description", "ConfoundsStrategy", "FramesInRun", "NumberOfFramesKept", "DegreesOfFreedom",
        "DegreesOfFreedomBeforeFilter", "Warnings",
    ]  # fmt: skip
    assert list(first)[-3:] == ["Sources", "Provenance", "Versions"]
    assert (first["FramesInRun"], first["NumberOfFramesKept"]) == (40, 38)


def test_the_table_for_the_documentation_has_a_row_per_entry():
    rows = table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [entry.path for entry in ENTRIES]
    assert all(row.count("|") == 6 for row in rows)
    assert all(entry.doc for entry in ENTRIES)


def test_the_example_in_the_documentation_is_laid_out_as_sidecars_are():
    page = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```json\n(.*?)^```", page, re.M | re.S)
    content = json.loads(text)
    assert readable(content) + "\n" == text
    paths = [path for path, _ in entries_in(content)]
    assert paths == [path for path in BY_PATH if path in paths]


def test_each_warning_is_listed_once_with_its_kind():
    earlier = {"Warnings": ["a", "b"]}  # without kinds, as others write them
    later = {"Warnings": ["c"], "WarningKinds": ["Third"]}
    merged = warning_entries(earlier, later, [Note("b", "Second"), Note("d", "Fourth")])
    assert merged == {"Warnings": ["a", "b", "c", "d"], "WarningKinds": ["", "Second", "Third", "Fourth"]}


def test_merging_parts_twice_is_merging_them_once():
    maps = {"Maps": {"Rank": 2, "Grid": {"Shape": [2, 3, 4]}}, "Provenance": {"Maps": [source("maps.nii")]}}
    run = {"Provenance": {"Run": [source("run.nii")]}, "Maps": {"SignalCoverage": [1.0]}, "Theirs": 1}
    both = merged(maps, {"Warnings": ["a"], "WarningKinds": ["First"]}, run)
    assert list(both) == ["Warnings", "WarningKinds", "Maps", "Sources", "Provenance", "Theirs"]
    assert both["Sources"] == ["run.nii", "maps.nii"]
    assert list(both["Maps"]) == ["Grid", "Rank", "SignalCoverage"]
    assert json.dumps(merged(both, both)) == json.dumps(both)
    assert merged({"Maps": None}, maps) == merged(maps)


def source(name):
    return {"File": name, "SHA256": "0f"}


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        ({"FramesKept": "all"}, "FramesKept", "FramesKept must be a list of whole numbers"),
        ({"FramesInRun": True}, "FramesInRun", "FramesInRun must be a whole number"),
        ({}, "Maps.Names", "Maps.Names must be a list of texts"),
        ({"Maps": {"Coverage": [0.5, "much"]}}, "Maps.Coverage", "Maps.Coverage must be a list of numbers"),
        ({"Cleaning": {"LowPass": "0.1"}}, "Cleaning.LowPass", "Cleaning.LowPass must be a number or null"),
        ({"Cleaning": {"Detrend": 0}}, "Cleaning.Detrend", "Cleaning.Detrend must be one of false, true"),
        ({"Maps": {"SmoothingFWHM": [4, None]}}, "Maps.SmoothingFWHM", "must be a number, list of numbers"),
        ({"RepetitionTime": 10**400}, "RepetitionTime", "RepetitionTime must be a number or null"),
    ],
)
def test_an_entry_of_another_type_is_refused_by_file_and_path(content, path, message):
    with pytest.raises(ValueError, match=f"signals.json: .*{message}"):
        Sidecar(content, "signals.json").get(path)
