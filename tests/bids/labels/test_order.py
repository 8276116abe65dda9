"""Rows in the order of the maps: by an index, or a column that numbers them; what is guessed is said."""

import json

import pytest

from nipype_maps.bids.labels import labels_of
from nipype_maps.notes import collected


@pytest.fixture
def read(tmp_path):
    """Names and kinds of notes of a file that is given: ``read(name, text, n_maps)``."""

    def read(name, text, n_maps=3):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with collected() as notes:
            labels = labels_of(["maps.nii"], n_maps, path)
        return labels.names, [note.kind for note in notes]

    return read


@pytest.mark.parametrize(
    "text",
    [
        "index,name\r\n3,c\r\n1,a\r\n2,b\r\n",
        "\ufeffindex,name\n2,c\n0,a\n1,b\n",
        "index,name\n3.0,c\n1.0,a\n2.0,b\n",
        "Index\tName\n3\tc\n1\ta\n2\tb\n",
        "index,name\n3,c\n1,a\n2,b\n,\n,\n",  # as spreadsheets end
    ],
)
@pytest.mark.parametrize("name", ["n.csv", "N.CSV"])
def test_rows_are_in_the_order_of_the_index(read, name, text):
    assert read(name, text) == (["a", "b", "c"], [])


@pytest.mark.parametrize(
    "header",
    [
        "Component,Difumo_names,Yeo_networks7",
        "label,name,network",
        "ID,name,network",
        "ROI,region,network",
        ",name,network",
        "Unnamed: 0,name,network",
    ],
)
@pytest.mark.parametrize("start", [0, 1])
def test_a_column_that_numbers_the_rows_is_an_index_and_is_said_where_it_matters(read, header, start):
    rows = [f"{start + 2},c,Vis", f"{start},a,Vis", f"{start + 1},b,Aud"]
    assert read("n.csv", "\n".join([header, *rows])) == (["a", "b", "c"], ["LabelOrder"])
    assert read("n.csv", "\n".join([header, *sorted(rows)])) == (["a", "b", "c"], [])


@pytest.mark.parametrize(
    "text",
    [
        "network,name,rank\nVis,a,3\nVis,b,1\nAud,c,2\n",  # any number of things may be ranked
        "label,name\n7,a\n3,b\n5,c\n",  # values of voxels elsewhere
        "Component,Difumo_names\n2,a\n1,b\n1,c\n",  # of several runs of an analysis
        "name\na\nb\nc\n",
    ],
)
def test_without_such_a_column_rows_keep_their_order(read, text):
    assert read("n.csv", text) == (["a", "b", "c"], [])


@pytest.mark.parametrize(
    ("name", "text", "kinds"),
    [
        ("n.tsv", "index\tname\n7\tc\n1\ta\n2\tb\n", ["LabelIndex"]),
        ("n.tsv", "index\tname\n2\ta\n4\tc\n3\tb\n", ["LabelIndex"]),
        ("n.tsv", "index\tname\n0\tBackground\n7\tc\n1\ta\n2\tb\n", ["BackgroundRow", "LabelIndex"]),
        ("n.csv", "Component,Difumo_names\n9,c\n1,a\n2,b\n", ["LabelOrder", "LabelIndex"]),
        ("n.json", json.dumps({"10": "c", "1": "a", "2": "b"}), ["LabelIndex"]),
    ],
)
def test_an_index_that_is_not_that_of_the_maps_is_said(read, name, text, kinds):
    assert read(name, text) == (["a", "b", "c"], kinds)


def test_the_note_says_which_numbers_are_not_those_of_maps(tmp_path):
    path = tmp_path / "n.tsv"
    path.write_text("index\tname\n1\ta\n2\tb\n7\tc\n")
    with collected() as notes:
        labels_of(["maps.nii"], 3, path)
    assert list(map(str, notes)) == [
        f"{path.name} has as many rows as there are maps, but an index that is not 1 to 3 (7); maps are in "
        "the order of the index."
    ]


def test_a_background_that_makes_a_shorter_table_fit_is_said(tmp_path):
    path = tmp_path / "atlas-X_dseg.tsv"
    path.write_text("index\tname\themisphere\n0\tBackground\tn/a\n1\ta\tL\n2\tb\tR\n")
    with collected() as notes:
        labels_of(["maps.nii"], 3, path)
    (note,) = notes
    assert "so that its row of index 0, 'Background', names the first map" in note


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("n.tsv", "index\tname\n-1\ta\n1\tb\n2\tc\n", "'-1' in its column 'index' is no whole number from 0"),
        ("n.tsv", "index\tname\n1.5\ta\n1\tb\n2\tc\n", "'1.5' in its column 'index' is no whole number"),
        ("n.tsv", "index\tname\nn/a\ta\n1\tb\n2\tc\n", "'n/a' in its column 'index' is no whole number"),
        ("n.tsv", "index\tname\ninf\ta\n1\tb\n2\tc\n", "'inf' in its column 'index' is no whole number"),
        ("n.tsv", "index\tname\n1_0\ta\n1\tb\n2\tc\n", "'1_0' in its column 'index' is no whole number"),
        ("n.csv", "index,name,index\n1,a,2\n2,b,1\n3,c,3\n", "has 2 columns 'index'; rename all but one"),
        ("n.json", '{"1": "a", "01": "b", "2": "c"}', "gives the same index twice"),
        ("n.txt", "2 Vis\n1 DMN\n3 Aud\n", "numbers its lines in another order than they have; sort them"),
        ("n.txt", "1\tDMN\n0\tVis\n2\tAud\n", "numbers its lines in another order than they have; sort them"),
    ],
)
def test_an_order_that_cannot_be_known_is_refused(read, name, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(name, text)


def test_numbered_lines_in_their_order_are_names(read):
    assert read("n.txt", "1 Vis\n2 DMN\n3 Aud\n") == (["1 Vis", "2 DMN", "3 Aud"], [])
    assert read("n.txt", "17 Vis\n7 DMN\n3 Aud\n") == (["17 Vis", "7 DMN", "3 Aud"], [])
