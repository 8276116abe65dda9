import json

import pandas as pd
import pytest

from nipype_maps.bids.atlas import Atlas
from nipype_maps.bids.atlas_files import write_atlas_description, write_label_table
from nipype_maps.bids.dataset_texts import IGNORED, MARK, write_bidsignore, write_readme
from nipype_maps.notes import collected


@pytest.mark.parametrize(
    ("name", "text", "stays"),
    [
        ("README.md", "mine\n", True),
        ("README.md", f"of an earlier version\n{MARK}\n", False),
        ("README", "mine", True),
        ("README.rst", "mine", True),
    ],
)
def test_a_readme_of_somebody_else_stays(tmp_path, name, text, stays):
    (tmp_path / name).write_text(text)
    write_readme(tmp_path)
    assert ((tmp_path / name).read_text() == text) == stays
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_readme_is_written_once(tmp_path):
    write_readme(tmp_path)
    before = (tmp_path / "README.md").stat()
    write_readme(tmp_path)
    after = (tmp_path / "README.md").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)  # it was read alone


def test_patterns_are_added_to_those_of_others(tmp_path):
    path = tmp_path / ".bidsignore"
    path.write_text("# mine\n*.html\nextra/")
    write_bidsignore(tmp_path)
    text = path.read_text()
    assert text.startswith("# mine\n*.html\nextra/\n")
    assert {*IGNORED} <= {*text.splitlines()}
    assert text.count("*.html") == 1
    write_bidsignore(tmp_path)
    assert path.read_text() == text


def test_one_description_is_for_all_scales_of_an_atlas_and_stays(tmp_path):
    maps = ["/nowhere/maps.nii"]
    write_atlas_description(tmp_path, Atlas("DiFuMo", scale="64"), maps)
    path = tmp_path / "atlas-DiFuMo_description.json"
    assert json.loads(path.read_text()) == {
        "Name": "DiFuMo", "License": "unknown: see the publication of the atlas",
    }  # fmt: skip
    path.write_text('{"Name": "DiFuMo", "License": "MIT"}')
    write_atlas_description(tmp_path, Atlas("DiFuMo", scale="128"), maps)
    assert json.loads(path.read_text())["License"] == "MIT"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_description_beside_the_maps_is_taken(tmp_path):
    (tmp_path / "atlas" / "tpl-MNI").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    content = {"Name": "Dictionaries of functional modes", "License": "CC-BY-4.0", "Authors": ["Dadi"]}
    (tmp_path / "atlas" / "atlas-DiFuMo_description.json").write_text(json.dumps(content))
    write_atlas_description(tmp_path / "out", Atlas("DiFuMo"), [tmp_path / "atlas" / "tpl-MNI" / "maps.nii"])
    assert json.loads((tmp_path / "out" / "atlas-DiFuMo_description.json").read_text()) == content


def test_further_columns_of_label_tables_stay(tmp_path):
    columns = {"index": ["7", "9"], "Yeo_networks7": ["Vis", "SomMot"]}
    write_label_table(tmp_path, Atlas("DiFuMo", scale="64"), ["a", "b"], columns)
    text = (tmp_path / "atlas-DiFuMo_scale-64_dseg.tsv").read_text()
    assert text == "index\tname\tYeo_networks7\n1\ta\tVis\n2\tb\tSomMot\n"


@pytest.mark.parametrize(
    ("columns", "written", "kinds"),
    [
        ({"mapping": ["3", "n/a"]}, {"mapping": ["3", "n/a"]}, []),
        ({"mapping": ["3.0", ""]}, {"mapping": ["3", "n/a"]}, []),
        ({"mapping": ["3", "x"]}, {}, ["LabelColumns"]),
        ({"color": ["red", "255 0 0"]}, {"color": ["red", "255 0 0"]}, []),
        ({"c": ["two\twords", "\u2028a\r\n\x1bb"]}, {"c": ["two words", "a b"]}, ["LabelColumns"]),
        ({"c": ['"', '" "a" b']}, {"c": ["n/a", 'a" b']}, ["LabelColumns"]),
        ({"a\tb": ["1", "2"], "a b": ["3", "4"]}, {"a b": ["1", "2"]}, ["LabelColumns"] * 2),
        ({"index\t": ["1", "2"], "\t": ["3", "4"]}, {}, ["LabelColumns"]),
    ],
)
def test_further_columns_are_such_that_all_programs_read_them(tmp_path, columns, written, kinds):
    with collected() as notes:
        write_label_table(tmp_path, Atlas("A"), ["a", "b"], columns)
    table = pd.read_csv(tmp_path / "atlas-A_dseg.tsv", sep="\t", dtype=str, keep_default_na=False)
    assert table.to_dict("list") == {"index": ["1", "2"], "name": ["a", "b"], **written}
    assert [note.kind for note in notes] == kinds


@pytest.mark.parametrize(
    ("entries", "copied"),
    [
        ({"Name": 5, "License": "MIT"}, {"Name": "A", "License": "MIT"}),
        ({"License": ["MIT"]}, {}),
        ({"Authors": "me", "Funding": [1], "Curators": ["you"]}, {"Curators": ["you"]}),
        ({"RRID": "SCR_1", "Species": None, "SampleSize": 9}, {"SampleSize": 9}),
    ],
)
def test_what_bids_does_not_allow_in_a_description_is_not_copied(tmp_path, entries, copied):
    (tmp_path / "out").mkdir()
    (tmp_path / "atlas-A_description.json").write_text(json.dumps(entries))
    with collected() as notes:
        write_atlas_description(tmp_path / "out", Atlas("A"), [tmp_path / "maps.nii"])
    content = json.loads((tmp_path / "out" / "atlas-A_description.json").read_text())
    assert content == {"Name": "A", "License": "unknown: see the publication of the atlas", **copied}
    (note,) = notes
    refused = ", ".join(key for key in entries if key not in copied or copied[key] != entries[key])
    assert note == (
        f"atlas-A_description.json of the maps has {refused} in a form that BIDS does not allow, which is "
        "left out of its copy."
    )
