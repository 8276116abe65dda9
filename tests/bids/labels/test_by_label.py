"""Maps in several 3D files, which stand in any order, have the rows of their ``label-``."""

import pytest

from nipype_maps.bids.labels import labels_of
from nipype_maps.notes import collected

#: In the order in which a shell lists them, which is not that of the tables.
FILES = [f"atlas-T_label-{label}_probseg.nii.gz" for label in ("CSF", "GM", "WM")]
TABLE = "index\tname\tside\n1\tGM\tg\n2\tWM\tw\n3\tCSF\tc\n"


@pytest.fixture
def read(tmp_path):
    """Labels, and kinds of notes, of maps and one other file: ``read(maps, name, text, given, column)``."""

    def read(maps, name, text, given=False, column=None, n_maps=3):
        (tmp_path / name).write_text(text)
        with collected() as notes:
            paths = [tmp_path / file for file in maps]
            labels = labels_of(paths, n_maps, tmp_path / name if given else None, column)
        return labels, [note.kind for note in notes]

    return read


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (TABLE, ["CSF", "GM", "WM"]),
        (
            "index\tname\tabbreviation\n1\tGray Matter\tGM\n2\tWhite Matter\twm\n3\tC.S.F.\tn/a\n",
            ["C.S.F.", "Gray Matter", "White Matter"],
        ),
        # more rows than maps, one of them of the background
        (f"{TABLE}0\tBackground\tb\n4\tBone\to\n", ["CSF", "GM", "WM"]),
        ("name\nGM\nWM\nCSF\n", ["CSF", "GM", "WM"]),
    ],
)
def test_each_map_has_the_row_of_its_label(read, text, names):
    labels, kinds = read(FILES, "atlas-T_dseg.tsv", text)
    assert (labels.names, kinds) == (names, [])


def test_further_columns_and_a_chosen_one_follow(read):
    assert read(FILES, "atlas-T_dseg.tsv", TABLE)[0].columns == {"side": ["c", "g", "w"]}
    assert read(FILES, "atlas-T_dseg.tsv", TABLE, column="side")[0].names == ["c", "g", "w"]
    assert read(FILES[::-1], "atlas-T_dseg.tsv", TABLE)[0].names == ["WM", "GM", "CSF"]


@pytest.mark.parametrize(
    ("maps", "name", "text"),
    [
        (FILES, "atlas-T_dseg.tsv", TABLE.replace("CSF", "ventricles")),
        (FILES, "atlas-T_dseg.tsv", TABLE.replace("CSF", "gm")),  # two rows of one label
        ([*FILES[:2], "atlas-T_probseg.nii.gz"], "atlas-T_dseg.tsv", TABLE),
        ([*FILES[:2], "atlas-T_label-gm_probseg.nii.gz"], "atlas-T_dseg.tsv", TABLE),
        (["c1.nii", "c2.nii", "c3.nii"], "c1.tsv", TABLE),  # that of the first alone, by its name
    ],
)
def test_a_table_beside_without_a_row_for_each_is_not_used_and_said(read, maps, name, text):
    labels, kinds = read(maps, name, text)
    assert (labels.names, kinds) == (["map-01", "map-02", "map-03"], ["LabelTable"])
    with pytest.raises(ValueError, match="does not have just one row for each of the maps' files, by label-"):
        read(maps, name, text, column="side")


def test_a_table_that_was_given_goes_by_its_order_unless_all_labels_say_another(read):
    labels, kinds = read(FILES, "t.tsv", TABLE, given=True)
    assert (labels.names, kinds) == (["CSF", "GM", "WM"], ["LabelOrder"])
    labels, kinds = read([FILES[1], FILES[2], FILES[0]], "t.tsv", TABLE, given=True)
    assert (labels.names, kinds) == (["GM", "WM", "CSF"], [])
    labels, kinds = read(FILES, "t.tsv", TABLE.replace("CSF", "ventricles"), given=True)
    assert (labels.names, kinds) == (["GM", "WM", "ventricles"], [])
    labels, kinds = read(FILES, "t.txt", "WM\nCSF\nGM\n", given=True)
    assert (labels.names, kinds) == (["CSF", "GM", "WM"], ["LabelOrder"])


def test_volumes_of_one_file_are_in_the_order_of_the_table(read):
    assert read(["atlas-T_label-WM_probseg.nii.gz"], "atlas-T_dseg.tsv", TABLE) == (
        read(["atlas-T_probseg.nii.gz"], "atlas-T_dseg.tsv", TABLE)
    )  # fmt: skip
    labels, kinds = read(["atlas-T_label-WM_probseg.nii.gz"], "atlas-T_dseg.tsv", TABLE, n_maps=1)
    assert (labels.names, kinds) == (["WM"], [])


def test_a_map_called_background_that_names_itself_is_certain(read):
    maps = [FILES[1], "atlas-T_label-background_probseg.nii.gz"]
    labels, kinds = read(maps[::-1], "atlas-T_dseg.tsv", "name\nGM\nBackground\n", n_maps=2)
    assert (labels.names, kinds) == (["Background", "GM"], [])
