import json

import pytest

from nipype_maps.bids.atlas import Atlas
from nipype_maps.bids.atlas_files import write_atlas_description, write_label_table
from nipype_maps.bids.dataset_texts import IGNORED, MARK, write_bidsignore, write_readme


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
    assert (tmp_path / "README.md").stat() == before


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
