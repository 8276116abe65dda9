"""Label tables that could be misread: no names, columns of networks, two tables beside the maps."""

import pytest

from nipype_maps.bids.labels import labels_of
from nipype_maps.notes import collected

DIFUMO = "Component,Difumo_names,Yeo_networks7\n1,Fusiform gyrus,VisCent\n2,Fusiform gyrus,VisCent\n"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("n.tsv", "index\tname\n2\tn/a\n1\ta\n", "n.tsv has no name for map 2, but n/a; give each map a "),
        ("n.tsv", "index\tname\n2\tN/A\n1\tn/a\n", "n.tsv has no name for map 1, but n/a"),
        ("n.tsv", "index\tname\n2\t\n1\ta\n", "n.tsv has no name for map 2; give each map a name"),
        ("n.txt", "a\nn/a\n", "n.txt has no name for map 2, but n/a"),
        ("n.csv", "name,x,name\na,1,b\nc,1,d\n", "n.csv has 2 columns 'name'; rename all but one"),
        ("n.csv", "Name,NAME\na,b\nc,d\n", "n.csv has 2 columns 'name'; rename all but one"),
        ("n.csv", "index;name\n1;a\n2;b\n", "n.csv has its columns separated by ';'; separate them by tabs"),
        ("n.csv", "index;name\n1;a, left\n2;b\n", "n.csv has its columns separated by ';'"),
        ("n.tsv", "index,name\n1,a\n2,b\n", "n.tsv has its columns separated by ','; separate them by tabs"),
        ("n.csv", "x,y,net name\n1,2,Aud\n3,4,Vis\n", "n.csv has no column 'name', only x, y, net name"),
        ("n.tsv", "1\tVis\n2\tDMN\n", "n.tsv has no column 'name', only 1, Vis"),
        (
            "n.csv",
            "index,region,abbr\n1,Frontal,FG\n2,Frontal,SG\n",
            "n.csv has no column 'name', and its column 'region' may be one of networks, since it repeats "
            r"'Frontal'; map_names_column \(--map-names-column\) chooses one",
        ),
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(tmp_path, name, text, sentence):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ValueError, match=sentence):
        labels_of(["maps.nii"], 2, path)


@pytest.mark.filterwarnings("ignore:.*gives several maps the same name")
def test_difumo_may_repeat_names_and_a_chosen_column_too(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text(DIFUMO)
    assert labels_of(["maps.nii"], 2, path).names == ["Fusiform gyrus [1]", "Fusiform gyrus [2]"]
    assert labels_of(["maps.nii"], 2, path, "Yeo_networks7").names == ["VisCent [1]", "VisCent [2]"]
    path.write_text("region,roi\nFrontal,a\nFrontal,b\n")
    assert labels_of(["maps.nii"], 2, path, "region").names == ["Frontal [1]", "Frontal [2]"]


def test_the_column_of_just_that_name_is_chosen(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text("Name,name\na,b\nc,d\n")
    assert labels_of(["maps.nii"], 2, path).names == ["b", "d"]
    assert labels_of(["maps.nii"], 2, path, "Name").names == ["a", "c"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("maps.tsv", "maps_labels.csv"),
        ("atlas-A_scale-2_dseg.tsv", "atlas-A_dseg.tsv"),
        ("atlas-A_probseg.tsv", "atlas-A_dseg.tsv"),
    ],
)
def test_two_tables_beside_the_maps(tmp_path, first, second):
    maps = tmp_path / ("maps.nii.gz" if first == "maps.tsv" else "atlas-A_scale-2_res-1_probseg.nii.gz")
    (tmp_path / first).write_text("name\na\nb\n")

    def said(text):
        (tmp_path / second).write_text(text)
        with collected() as notes:
            assert labels_of([maps], 2).names == ["a", "b"]
        return list(map(str, notes))

    # the same names in another form, and tables that cannot be those of the maps
    comma = "," if second.endswith(".csv") else "\t"
    assert said(f"index{comma}name\n2{comma}b\n1{comma}a\n") == []
    assert said("name\na\nb\nc\n") == said("x\ny\n") == []
    assert said("name\nb\na\n") == [
        f"{first} and {second}, in one folder, give the maps different names; those of the first are used, "
        "and map_names (--map-names) chooses."
    ]


def test_a_table_of_a_folder_above_is_replaced_silently(tmp_path):
    folder = tmp_path / "atlas-A"
    folder.mkdir()
    (folder / "atlas-A_probseg.tsv").write_text("name\na\nb\n")
    (tmp_path / "atlas-A_dseg.tsv").write_text("name\nc\nd\n")
    with collected() as notes:
        assert labels_of([folder / "atlas-A_res-1_probseg.nii.gz"], 2).names == ["a", "b"]
    assert notes == []


def test_only_the_notes_of_the_table_that_is_used_are_made(tmp_path):
    (tmp_path / "maps.tsv").write_text("id\tname\n3\tc\n1\ta\n2\tb\n")
    (tmp_path / "maps_labels.csv").write_text("id,name\n2,b\n1,a\n")
    with collected() as notes:
        assert labels_of([tmp_path / "maps.nii"], 2).names == ["a", "b"]
    assert [(note.kind, "maps_labels.csv" in note) for note in notes] == [
        ("LabelTable", False), ("LabelOrder", True),
    ]  # fmt: skip
