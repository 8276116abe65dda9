import json

import pytest

from nipype_maps.bids.labels import labels_of
from nipype_maps.notes import collected

NAMES = ["motor", "default mode", "vision"]


@pytest.fixture
def names_of(tmp_path):
    """The names of maps in the temporary folder, with the kinds of notes."""

    def names_of(n_maps, given=None, column=None, maps="atlas.nii.gz"):
        with collected() as notes:
            labels = labels_of([tmp_path / maps], n_maps, given and tmp_path / given, column)
        return labels.names, [note.kind for note in notes]

    return names_of


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        (".tsv", "index\tname\n3\tvision\n1\tmotor\n2\tdefault mode\n"),
        (".tsv", "Index\tName\n2\tvision\n0\tmotor\n1\tdefault mode\n"),
        (".tsv", " index\tname \n3\tvision \n1\t motor\n2\tdefault mode\n"),
        (".tsv", "name\nmotor\ndefault mode\nvision\n"),
        (".csv", "index,name\n3,vision\n1,motor\n2,default mode\n"),
        (".json", json.dumps(NAMES)),
        (".json", json.dumps({"1": "motor", "3": "vision", "2": "default mode"})),
        (".json", json.dumps({"SkullStripped": True, "LabelMap": NAMES})),
        (".json", json.dumps({"LabelMap": {"2": "vision", "0": "motor", "1": "default mode"}})),
        (".txt", "motor\ndefault mode\n\nvision\n"),
        (".txt", "name\nmotor\ndefault mode\nvision\n"),
    ],
)
def test_names_beside_the_maps_or_given(tmp_path, names_of, ending, content):
    (tmp_path / f"atlas{ending}").write_text(content)
    assert names_of(3) == (NAMES, [])
    assert names_of(3, f"atlas{ending}", maps="other.nii") == (NAMES, [])
    (tmp_path / f"atlas{ending}").rename(tmp_path / f"atlas_labels{ending}")
    assert names_of(3) == (NAMES, [])


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("atlas.json", json.dumps({"License": "CC0", "LabelMaps": ["a", "b", "c"]})),
        ("atlas.txt", "Please cite\nsomebody\n"),
        ("atlas2.tsv", "name\na\nb\nc\n"),
        ("labels_3_dictionary.csv", "Component,Difumo_names\n1,a\n2,b\n3,c\n"),
    ],
)
def test_other_files_beside_the_maps_are_left_alone(tmp_path, names_of, file, content):
    (tmp_path / file).write_text(content)
    assert names_of(3) == (["map-01", "map-02", "map-03"], [])


def test_default_names_have_the_digits_they_need(names_of):
    assert names_of(100)[0][-1] == "map-100"
    assert names_of(100)[0][0] == "map-001"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a"], "map_names has 1 names for 2 maps"),
        (["a", ""], "has no name for map 2"),
        (["", ""], "has no name for map 1"),
        (["a", '"b'], "begins with a quotation mark"),
        *((["a", f"b{letter}c"], "tab or line break") for letter in "\t\n\r\x0b\x1c\x85\u2028\u2029"),
    ],
)
def test_names_that_do_not_fit_are_refused(names, sentence):
    with pytest.raises(ValueError, match=sentence):
        labels_of(["atlas.nii"], 2, names)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("n.json", "[" * 10**5, "n.json is nested too deeply"),
        ("n.json", "[1" + "0" * 5000 + "]", "n.json is not a JSON file"),
        ("n.json", '{"²": "a", "1": "b"}', "n.json must be a list of map names"),
        ("n.json", '{"LabelMap": ["a", 2]}', "LabelMap of .*n.json must be a list of map names"),
        ("n.json", '["a", "b\\u2028"]', "n.json has a name with a tab or line break"),
        ("n.json", '{"a": 1}', "n.json must be a list of map names"),
        ("n.tsv", "index\tname\none\ta\n2\tb\n", "n.tsv: 'one' in its column 'index' is no whole "),
        ("n.tsv", "index\tname\n2\ta\n2\tb\n", "n.tsv has 2 twice in its column 'index'"),
        ("n.tsv", "index\tname\n1\ta\n2\n", "n.tsv has 1 fields in line 3, but 2 in its first"),
        ("n.tsv", 'name\n"a\nb\n', "n.tsv cannot be read as a table"),
        ("n.tsv", "", "n.tsv is empty"),
        ("n.txt", "a\x85b\nc\n", "n.txt has a name with a tab or line break or another control character"),
        ("n.txt", "für\nb\n".encode("latin-1"), "n.txt is not written in UTF-8"),
        ("n.txt", "a\nb\nc\n", "n.txt has 3 names for 2 maps; it may be that of another scale"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_an_error_where_it_is_given(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=sentence):
        labels_of(["atlas.nii"], 2, path)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("atlas.json", "[", "atlas.json is not a JSON file"),
        ("atlas.json", "[1, 2]", "atlas.json must be a list of map names"),
        ("atlas.json", '["a", "b", "c"]', "atlas.json has 3 names for 2 maps"),
        ("atlas.tsv", "index\tname\n1\ta\n1\tb\n", "atlas.tsv has 1 twice in its column 'index'"),
        (
            "atlas.tsv",
            "voxel\tcount\n1\t2\n",
            "atlas.tsv has no column 'name', only voxel, count; map_names_",
        ),
        ("atlas_labels.txt", "a\nb\nc\n", "atlas_labels.txt has 3 names for 2 maps"),
        ("atlas.txt", b"\xff\n\xff\n", "atlas.txt is not written in UTF-8"),
    ],
)
def test_a_damaged_file_beside_the_maps_is_said_and_not_used(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with collected() as notes:
        labels = labels_of([tmp_path / "atlas.nii"], 2)
    assert labels.names == ["map-01", "map-02"]
    (note,) = notes
    assert (note.kind, sentence in note, "map_names (--map-names) gives another" in note) == (
        "LabelTable", True, True,
    )  # fmt: skip


def test_a_link_whose_content_is_missing_is_said(tmp_path, names_of):
    (tmp_path / "atlas.tsv").symlink_to(tmp_path / "annexed")
    assert names_of(2) == (["map-01", "map-02"], ["LabelTable"])


def test_the_next_file_is_used_where_one_cannot_be(tmp_path, names_of):
    (tmp_path / "atlas.tsv").write_text("name\na\n")
    (tmp_path / "atlas_labels.csv").write_text("name\nb\nc\n")
    assert names_of(2) == (["b", "c"], ["LabelTable"])


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("region\troi", "has several columns that may be names, 'region' and 'roi'; map_names_column"),
        ("x\ty", r"has no column 'name', only x, y; map_names_column \(--map-names-column\) chooses one"),
    ],
)
def test_the_column_of_names_must_be_clear_or_chosen(tmp_path, names_of, header, sentence):
    (tmp_path / "n.tsv").write_text(f"{header}\na\tb\nc\td\n")
    with pytest.raises(ValueError, match=sentence):
        names_of(2, "n.tsv")
    first, second = header.split("\t")
    assert names_of(2, "n.tsv", first)[0] == ["a", "c"]
    assert names_of(2, "n.tsv", second.upper())[0] == ["b", "d"]
    with pytest.raises(ValueError, match=f"has no column 'z', only {first}, {second}"):
        names_of(2, "n.tsv", "z")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("label\tregion", ["a", "b"]),
        ("name\tregion", ["1", "2"]),
        ("label\tx", None),
        ("x\tLabels", ["a", "b"]),
    ],
)
def test_a_column_of_numbers_is_one_of_names_only_by_the_name_of_bids(tmp_path, names_of, header, names):
    (tmp_path / "n.tsv").write_text(f"{header}\n1\ta\n2\tb\n")
    if names is None:
        with pytest.raises(ValueError, match="has no column 'name', only label, x"):
            names_of(2, "n.tsv")
    else:
        assert names_of(2, "n.tsv") == (names, [])


def test_a_column_is_chosen_of_the_table_beside_the_maps(tmp_path, names_of):
    with pytest.raises(
        ValueError, match=r"no label table was found for .*atlas.nii.gz that has the column 'short'"
    ):
        names_of(2, column="short")
    (tmp_path / "atlas.json").write_text('["a", "b"]')
    (tmp_path / "atlas_labels.csv").write_text("name,short\nlong a,a\nlong b,b\n")
    assert names_of(2, column="short") == (["a", "b"], [])
    with pytest.raises(ValueError, match=r"atlas_labels.csv has no column 'brief', only name, short"):
        names_of(2, column="brief")


@pytest.mark.parametrize("given", ["n.json", "n.txt"])
def test_a_column_of_something_else_than_a_table_is_refused(tmp_path, names_of, given):
    with pytest.raises(ValueError, match=r"but .*n\.(json|txt) is no .tsv or .csv file; leave it out"):
        names_of(2, given, "name")
    with pytest.raises(ValueError, match=r"but map_names is a list; leave it out"):
        labels_of(["atlas.nii"], 2, ["a", "b"], "name")


@pytest.mark.parametrize(
    ("content", "names", "networks"),
    [
        ("index\tname\tnet\n0\tBackground\tnone\n2\tb\tB\n1\ta\tA\n", ["a", "b"], ["A", "B"]),
        ("name\tnet\nbackground\tnone\na\tA\nb\tB\n", ["a", "b"], ["A", "B"]),
    ],
)
def test_a_row_of_the_background_is_left_out_and_said(tmp_path, content, names, networks):
    (tmp_path / "n.tsv").write_text(content)
    with collected() as notes:
        labels = labels_of(["atlas.nii"], 2, tmp_path / "n.tsv")
    assert (labels.names, labels.columns, labels.kept) == (names, {"net": networks}, [0, 1])
    assert [(note.kind, note) for note in notes] == [
        ("BackgroundRow", "n.tsv has a row of the background, which is left out.")
    ]


def test_a_background_that_is_a_map_stays(tmp_path, names_of):
    (tmp_path / "n.tsv").write_text("index\tname\n0\tBackground\n1\ta\n")
    assert names_of(2, "n.tsv") == (["Background", "a"], ["BackgroundRow"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "index\tname\n0\tskull\n1\ta\n2\tb\n",
            "has 3 names for 2 maps; if its row of index 0, 'skull', is the ",
        ),
        ("index\tname\n1\ta\n2\tb\n3\tc\n", "has 3 names for 2 maps; it may be that of another scale"),
        ("index\tname\n1\ta\n", "has 1 names for 2 maps; it may be that of another scale of the atlas"),
        (
            "index\tname\n1\tBackground\n2\tb\n3\tc\n",
            "has 3 names for 2 maps; it may be that of another scale",
        ),
    ],
)
def test_a_table_that_does_not_fit_says_why(tmp_path, names_of, content, sentence):
    (tmp_path / "n.tsv").write_text(content)
    with pytest.raises(ValueError, match=sentence):
        names_of(2, "n.tsv")
