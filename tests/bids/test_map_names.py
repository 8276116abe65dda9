import json

import pytest

from nipype_maps.bids.map_names import names_of_maps, read_map_names


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        (".tsv", "index\tname\n3\tvision\n1\tmotor\n2\tdefault mode\n"),
        (".tsv", "name\nmotor\ndefault mode\nvision\n"),
        (".json", json.dumps(["motor", "default mode", "vision"])),
        (".json", json.dumps({"1": "motor", "10": "vision", "2": "default mode"})),
        (".txt", "motor\ndefault mode\n\nvision\n"),
    ],
)
def test_names_beside_the_maps_or_given(tmp_path, ending, content):
    names = ["motor", "default mode", "vision"]
    (tmp_path / f"atlas{ending}").write_text(content)
    maps = [tmp_path / "atlas.nii.gz"]
    assert names_of_maps(maps, 3) == names
    assert names_of_maps([tmp_path / "other.nii"], 3, str(tmp_path / f"atlas{ending}")) == names


def test_other_files_beside_the_maps_are_left_alone(tmp_path):
    (tmp_path / "atlas.json").write_text(json.dumps({"License": "CC0"}))
    (tmp_path / "atlas.tsv").write_text("voxel\tcount\n1\t2\n")
    (tmp_path / "atlas.txt").write_text("Please cite\nsomebody\n")
    assert names_of_maps([tmp_path / "atlas.nii"], 3) == ["map-01", "map-02", "map-03"]


def test_default_names_have_the_digits_they_need():
    assert names_of_maps(["atlas.nii"], 100)[-1] == "map-100"
    assert names_of_maps(["atlas.nii"], 100)[0] == "map-001"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a"], "map_names has 1 names for 2 maps"),
        (["a", "a"], "names two maps 'a'"),
        (["a", " a"], "names two maps 'a'"),
        (["a", ""], "has no name for map 2"),
        (["a", '"b'], "begins with a quotation mark"),
        *((["a", f"b{letter}c"], "tab or line break") for letter in "\t\n\r\x0b\x1c\x85\u2028\u2029"),
    ],
)
def test_names_that_do_not_fit_are_refused(names, sentence):
    with pytest.raises(ValueError, match=sentence):
        names_of_maps(["atlas.nii"], 2, names)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("n.json", "[" * 10**5, "n.json is nested too deeply"),
        ("n.json", "[1" + "0" * 5000 + "]", "n.json is not a JSON file"),
        ("n.json", '{"²": "a", "1": "b"}', "n.json must be a list of map names"),
        ("n.json", '["a", "b\\u2028"]', "n.json has a name with a tab or line break"),
        ("n.tsv", "index\tname\none\ta\n2\tb\n", "n.tsv: an index is no number"),
        ("n.tsv", "index\tname\n2\ta\n2\tb\n", "n.tsv must have a different number in each row"),
        ("n.tsv", "index\tname\n1\ta\n2\n", "n.tsv has 1 fields in line 3, but 2 in its first"),
        ("n.tsv", 'name\n"a\nb\n', "n.tsv cannot be read as a table"),
        ("n.txt", "a\x85b\nc\n", "n.txt has a name with a tab or line break or another control character"),
        ("n.txt", "für\nb\n".encode("latin-1"), "n.txt is not written in UTF-8"),
    ],
)
def test_damaged_files_of_names_are_named(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=sentence):
        names_of_maps(["atlas.nii"], 2, path)


def test_a_file_without_names_is_refused(tmp_path):
    (tmp_path / "n.tsv").write_text("index\tlabel\n1\ta\n")
    (tmp_path / "n.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(ValueError, match="no column 'name', only index, label"):
        names_of_maps(["atlas.nii"], 1, tmp_path / "n.tsv")
    with pytest.raises(ValueError, match="list of map names"):
        names_of_maps(["atlas.nii"], 1, tmp_path / "n.json")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("names.csv", "index,name\n2,b\n1,a\n"),
        ("names.csv", "x,y,z,name,net name\n1,2,3,a,A\n4,5,6,b,B\n"),
        ("names.txt", "name\na\nb\n"),
        ("names.txt", "a\nb\n"),
    ],
)
def test_tables_of_names_as_atlases_have_them(tmp_path, file, text):
    (tmp_path / file).write_text(text)
    assert read_map_names(tmp_path / file) == ["a", "b"]


@pytest.mark.parametrize("header", ["Index\tName", " index\tname "])
def test_the_header_of_a_table_of_names_is_read_as_people_write_it(tmp_path, header):
    (tmp_path / "names.tsv").write_text(f"{header}\n2\tb\n1\ta\n")
    assert read_map_names(tmp_path / "names.tsv") == ["a", "b"]
