"""Label tables that people really have: with the columns, the first rows and the names of the files."""

import json

import pytest

from nipype_maps.bids.labels import Labels, labels_of
from nipype_maps.notes import collected

DIFUMO = """\
Component,Difumo_names,Yeo_networks7,Yeo_networks17,GM,WM,CSF
1,Superior frontal sulcus,DefaultB,DefaultA,0.6899956156495173,0.1857091944832086,0.1168844549891865
2,Fusiform gyrus,No network found,No network found,0.8447325231765037,0.0210264314186208,0.1337885920145591
3,Calcarine cortex posterior,VisCent,VisPeri,0.601767818274053,0.3020671197728652,0.0912973216275698
4,Heschl’s gyrus,SomMotA,SomMotB,0.7821268842181827,0.1122698943139412,0.1055823815921187
"""
MODES = ["Superior frontal sulcus", "Fusiform gyrus", "Calcarine cortex posterior", "Heschl’s gyrus"]
YEO7 = ["DefaultB", "No network found", "VisCent", "SomMotA"]
MSDL = """\
x,y,z,name,net name
-53.28,-8.88,32.36,L Aud ,Aud
53.47,-6.49,27.52,R Aud ,Aud
1.18,-74.54,10.79,Striate ,Striate
-45.80,-64.78,31.84, L DMN,DMN
"""
LOOKUP = """\
index\tname\themisphere
0\tBackground\tn/a
3\tthalamus_L\tL
1\tcuneus_L\tL
2\tcuneus_R\tR
"""
PROBSEG = "tpl-MNI152NLin2009cAsym_res-02_atlas-DiFuMo_desc-64dimensions_probseg.nii.gz"


def found(maps, n_maps):
    with collected() as notes:
        labels = labels_of([maps], n_maps)
    return labels, [note.kind for note in notes]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "table",
    [
        "tpl-MNI152NLin2009cAsym_atlas-DiFuMo_desc-64dimensions_probseg.tsv",
        "tpl-MNI152NLin2009cAsym_atlas-DiFuMo_desc-64dimensions_dseg.tsv",
        "tpl-MNI152NLin2009cAsym_desc-64dimensions_probseg.tsv",
    ],
)
def test_difumo_of_templateflow(tmp_path, table):
    folder = tmp_path / "tpl-MNI152NLin2009cAsym"
    path = write(folder / table, DIFUMO.replace(",", "\t"))
    write(folder / table.replace("64", "128"), "Component\tDifumo_names\n1\tanother\n")
    labels, kinds = found(folder / PROBSEG, 4)
    assert (labels.names, labels.kept, labels.source, kinds) == (MODES, [0, 1, 2, 3], str(path), [])
    assert list(labels.columns) == ["Yeo_networks7", "Yeo_networks17", "GM", "WM", "CSF"]
    assert labels.columns["Yeo_networks7"] == YEO7


@pytest.mark.parametrize("table", ["4/labels_4_dictionary.csv", "4/2mm/labels_4_dictionary.csv"])
@pytest.mark.parametrize("maps", ["4/2mm/maps.nii.gz", "4/2mm/maps.nii"])
def test_difumo_of_nilearn(tmp_path, maps, table):
    path = write(tmp_path / table, DIFUMO)
    write(tmp_path / table.replace("_4_", "_128_"), DIFUMO.replace("Fusiform", "another"))
    labels, kinds = found(tmp_path / maps, 4)
    assert (labels.names, labels.columns["Yeo_networks7"], kinds) == (MODES, YEO7, [])
    assert labels.source == str(path)


def test_a_dictionary_that_does_not_fit_is_not_used(tmp_path):
    write(tmp_path / "4" / "labels_4_dictionary.csv", DIFUMO.rpartition("\n4,")[0] + "\n")
    assert found(tmp_path / "4" / "3mm" / "maps.nii.gz", 4) == (
        Labels(["map-01", "map-02", "map-03", "map-04"], [0, 1, 2, 3]), ["LabelTable"],
    )  # fmt: skip
    assert found(tmp_path / "4" / "3mm" / "other.nii.gz", 3)[0].names == ["map-01", "map-02", "map-03"]


def test_names_that_difumo_repeats_are_told_apart(tmp_path):
    write(tmp_path / "maps_labels.csv", DIFUMO.replace("Calcarine cortex posterior", "Fusiform gyrus"))
    labels, kinds = found(tmp_path / "maps.nii.gz", 4)
    assert labels.names == [MODES[0], "Fusiform gyrus [2]", "Fusiform gyrus [3]", MODES[3]]
    assert kinds == ["RepeatedNames"]


def test_msdl(tmp_path):
    write(tmp_path / "msdl_rois_labels.csv", MSDL)
    labels, kinds = found(tmp_path / "msdl_rois.nii", 4)
    assert (labels.names, kinds) == (["L Aud", "R Aud", "Striate", "L DMN"], [])
    assert labels.columns["net name"] == ["Aud", "Aud", "Striate", "DMN"]
    assert list(labels.columns) == ["x", "y", "z", "net name"]
    given = labels_of([tmp_path / "other.nii"], 4, tmp_path / "msdl_rois_labels.csv")
    assert given == labels


@pytest.mark.parametrize(
    "table",
    ["anat/atlas-DiFuMo_scale-64_dseg.tsv", "atlas-DiFuMo_scale-64_dseg.tsv", "atlas-DiFuMo_dseg.tsv"],
)
def test_lookup_table_of_bids(tmp_path, table):
    write(tmp_path / "dataset_description.json", "{}")
    write(tmp_path / table, LOOKUP)
    write(tmp_path / "dseg.tsv", "index\tname\n1\ta\n2\tb\n3\tc\n")  # of tissues
    write(tmp_path / "atlas-DiFuMo_scale-128_dseg.tsv", "index\tname\n1\ta\n2\tb\n3\tc\n")
    labels, kinds = found(tmp_path / "anat" / "tpl-X_atlas-DiFuMo_scale-64_res-2_probseg.nii.gz", 3)
    assert (labels.names, kinds) == (["cuneus_L", "cuneus_R", "thalamus_L"], ["BackgroundRow"])
    assert labels.columns == {"hemisphere": ["L", "R", "L"]}


def test_the_nearest_table_with_most_entities_counts(tmp_path):
    write(tmp_path / "dataset_description.json", "{}")
    maps = tmp_path / "anat" / "atlas-A_scale-2_res-2_probseg.nii.gz"
    for number, table in enumerate(
        (
            "atlas-A_scale-2_probseg.tsv",
            "anat/atlas-A_dseg.tsv",
            "anat/atlas-A_probseg.tsv",
            "anat/atlas-A_scale-2_dseg.tsv",
        )
    ):
        write(tmp_path / table, f"name\n{number}\nb\n")
        assert found(maps, 2)[0].names == [str(number), "b"]
    write(tmp_path.parent / "atlas-A_scale-2_res-2_probseg.tsv", "name\nabove\nb\n")
    assert found(maps, 2)[0].names[0] == "3"


@pytest.mark.parametrize("sidecar", ["atlas-NM_res-2_probseg.json", "atlas-NM_probseg.json"])
def test_label_map_of_a_4d_image(tmp_path, sidecar):
    write(tmp_path / sidecar, json.dumps({"LabelMap": ["SC(1)", "AU(2)"], "Resolution": "2 mm"}))
    assert found(tmp_path / "atlas-NM_res-2_probseg.nii.gz", 2)[0].names == ["SC(1)", "AU(2)"]


@pytest.mark.parametrize("separator", ["  ", "\n", " \n", "\t"])
def test_good_components_of_uk_biobank(tmp_path, separator):
    good = [1, 2, 3, *range(5, 23)]
    path = write(tmp_path / "rfMRI_GoodComponents_d25_v1.txt", separator.join(map(str, good)))
    labels = labels_of([tmp_path / "rfMRI_ICA_d25.nii.gz"], 25, path)
    assert labels.names == [f"map-{number:02d}" for number in range(1, 26)]
    assert labels.kept == [number - 1 for number in good]
    assert labels.written == [f"map-{number:02d}" for number in good]
    assert labels.source == str(path)


def test_good_components_beside_the_maps_are_not_taken_by_themselves(tmp_path):
    write(tmp_path / "atlas.txt", "1 2")
    assert found(tmp_path / "atlas.nii.gz", 3)[0].kept == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 2 26", "good.txt lists component 26, but the numbers of these maps are 1 to 25"),
        ("0 1 2", "good.txt lists component 0, but the numbers of these maps are 1 to 25"),
        ("3 1 3", "good.txt lists component 3 twice"),
        ("1 2 3.5", "good.txt has 1 names for 25 maps"),
        ("", "good.txt has 0 names for 25 maps"),
    ],
)
def test_other_lists_of_components_are_refused(tmp_path, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        labels_of(["ica.nii"], 25, write(tmp_path / "good.txt", text))


def test_numbers_in_as_many_lines_as_maps_are_names(tmp_path):
    labels = labels_of(["ica.nii"], 3, write(tmp_path / "names.txt", "11\n12\n13\n"))
    assert (labels.names, labels.kept) == (["11", "12", "13"], [0, 1, 2])


@pytest.mark.parametrize(
    "text",
    ["1,2, 4\n", "# good components of group ICA\n1\n2\n4\n", "1.000000e+00\n2.000000e+00\n4.000000e+00\n"],
)
def test_good_components_as_programs_write_them(tmp_path, text):
    assert labels_of(["ica.nii"], 5, write(tmp_path / "good.txt", text)).kept == [0, 1, 3]


def test_good_components_have_the_names_beside_the_maps(tmp_path):
    write(tmp_path / "ica.tsv", "index\tname\tnetwork\n2\tb\tB\n1\ta\tA\n3\tc\tC\n")
    good = write(tmp_path / "good.txt", "1 3")
    labels = labels_of([tmp_path / "ica.nii"], 3, good)
    assert (labels.written, labels.names, labels.source) == (["a", "c"], ["a", "b", "c"], str(good))
    assert labels.columns == {"network": ["A", "B", "C"]}


def test_a_list_of_good_components_beside_the_maps_may_be_given(tmp_path):
    good = write(tmp_path / "ica_labels.txt", "1 3")
    with collected() as notes:
        assert labels_of([tmp_path / "ica.nii"], 3, good).written == ["map-01", "map-03"]
    assert notes == []
