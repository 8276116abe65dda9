"""Which files a name of TemplateFlow means."""

import re
from pathlib import Path

import pytest

from nipype_maps.bids.atlas_queries import (
    AtlasQuery,
    choose_resolution,
    is_query,
    labels_of,
    matching,
    template_of,
)

NAME = "tpl-MNI152NLin2009cAsym_res-{}_atlas-{}_probseg.nii.gz"
FILES = [
    *(Path(NAME.format(res, f"DiFuMo_desc-{n}dimensions")) for n in (64, 128) for res in ("02", "03")),
    Path(NAME.format("02", "HOSPA")),
    Path(NAME.format("01", "Multi_scale-7_desc-smooth")),
    Path(NAME.format("01", "Multi_scale-7_desc-sharp")),
    Path("tpl-MNI152NLin2009cAsym_res-01_label-GM_probseg.nii.gz"),
]
TEMPLATE = {"tpl": "MNI152NLin2009cAsym"}


def query(words):
    return AtlasQuery.parse(f"templateflow:{words}")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("DiFuMo:desc-64dimensions", [FILES[0], FILES[1]]),
        ("DiFuMo:scale-64", [FILES[0], FILES[1]]),
        ("difumo:scale-128:res-3", [FILES[3]]),
        ("DiFuMo:scale-128:res-03:tpl-MNI152NLin2009cAsym", [FILES[3]]),
        ("HOSPA", [FILES[4]]),
        ("Multi:scale-7:desc-sharp", [FILES[6]]),
    ],
)
def test_what_is_asked_for_is_found(words, names):
    assert matching(FILES, query(words), TEMPLATE) == names


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "DiFuMo",
            "several sets of maps for MNI152NLin2009cAsym; give one of templateflow:DiFuMo:scale-64, "
            "templateflow:DiFuMo:scale-128.",
        ),
        ("DiFuMo:scale-65", "there are templateflow:DiFuMo:scale-64, templateflow:DiFuMo:scale-128."),
        (
            "DiFuMo:scale-64:res-1",
            "there are templateflow:DiFuMo:res-2:scale-64, templateflow:DiFuMo:res-3:scale-64.",
        ),
        ("Multi", "templateflow:Multi:scale-7:desc-sharp, templateflow:Multi:scale-7:desc-smooth."),
        ("difmo", "no maps of difmo for MNI152NLin2009cAsym; did you mean DiFuMo?"),
        ("GM", "there are DiFuMo, HOSPA, Multi."),
    ],
)
def test_choices_are_listed(words, message):
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        matching(FILES, query(words), TEMPLATE)


def test_choices_can_be_typed():
    """What a message lists is found."""
    with pytest.raises(ValueError, match="give one of") as raised:
        matching(FILES, query("DiFuMo"), TEMPLATE)
    for words in str(raised.value).rstrip(".").partition("give one of ")[2].split(", "):
        assert matching(FILES, AtlasQuery.parse(words), TEMPLATE)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "names no atlas"),
        ("desc-64dimensions", "names no atlas"),
        ("DiFuMo:64", "'64' is none of tpl-, cohort-"),
        ("DiFuMo:resolution-2", "'resolution-2' is none of"),
        ("DiFuMo:desc-", "'desc-' is none of"),
        ("DiFuMo:desc-*", "is none of"),
        ("DiFuMo:res-2:res-3", "res- is given twice"),
    ],
)
def test_what_cannot_be_read_is_refused(words, message):
    with pytest.raises(ValueError, match=message.replace("*", ".")):
        query(words)


RUN = "sub-01_task-rest_{}desc-preproc_bold.nii.gz"


@pytest.mark.parametrize(
    ("spaces", "words", "template"),
    [
        (["space-MNI152NLin6Asym_res-2_"] * 2, "DiFuMo", {"tpl": "MNI152NLin6Asym"}),
        (["space-MNIInfant_cohort-2_"], "DiFuMo", {"tpl": "MNIInfant", "cohort": "2"}),
        (["space-MNIInfant+2_"], "DiFuMo", {"tpl": "MNIInfant", "cohort": "2"}),
        (["space-MNI_"], "DiFuMo:tpl-MNI152NLin6Asym", {"tpl": "MNI152NLin6Asym"}),
        ([""], "DiFuMo:tpl-MNI152NLin6Asym", {"tpl": "MNI152NLin6Asym"}),
    ],
)
def test_the_template_is_that_of_the_runs(spaces, words, template):
    assert template_of([RUN.format(space) for space in spaces], query(words)) == template


@pytest.mark.parametrize(
    ("spaces", "message"),
    [
        ([""], "no space- in its name; add tpl-, such as templateflow:DiFuMo:tpl-MNI152NLin6Asym"),
        (["space-T1w_"], "in the space T1w of its participant"),
        (["space-A_", "space-B_"], "is in A and .* in B; give runs of one space, or add tpl-"),
        (["space-A_cohort-1_", "space-A_cohort-2_"], "is in A cohort 1 and .* in A cohort 2"),
    ],
)
def test_runs_without_one_template_are_refused(spaces, message):
    with pytest.raises(ValueError, match=message):
        template_of([RUN.format(space) for space in spaces], query("DiFuMo"))


TWO = [Path(NAME.format(res, "X")) for res in ("02", "03")]


@pytest.mark.parametrize(
    ("sizes", "run", "run_size", "chosen"),
    [
        # fMRIPrep's res-2 is TemplateFlow's: the maps are on the grid of the runs
        ({"2": [2, 2, 2], "3": [3, 3, 3]}, "2", [2, 2, 2], 0),
        ({"2": [2, 2, 2], "3": [3, 3, 3]}, "03", [3, 3, 3.001], 1),
        # a label of another meaning, a native resolution, and none: the finest
        ({"2": [2, 2, 2], "3": [3, 3, 3]}, "3", [2.4, 2.4, 2.4], 0),
        ({"2": [2, 2, 2], "3": [3, 3, 3]}, "native", [3, 3, 3], 0),
        ({"2": [2, 2, 2], "3": [3, 3, 3]}, None, [3, 3, 3], 0),
        # the number is no size: res-3 of MNI152NLin6Asym is 0.5 mm
        ({"2": [2, 2, 2], "3": [0.5, 0.5, 0.5]}, None, [3, 3, 3], 1),
        # what cannot be read does not contradict
        ({"2": [2, 2, 2], "3": [3, 3, 3]}, "3", None, 1),
        ({}, "3", [3, 3, 3], 1),
    ],
)
def test_the_resolution_is_that_of_the_runs_or_the_finest(sizes, run, run_size, chosen):
    assert choose_resolution(TWO, sizes, run, run_size)[0] == TWO[chosen]


def test_no_resolution_is_guessed():
    with pytest.raises(ValueError, match="res-2, res-3, of unknown voxel sizes; add the one that you want"):
        choose_resolution(TWO, {"2": [2, 2, 2]}, None, None)


def test_a_single_resolution_is_taken():
    assert choose_resolution(TWO[:1], {}) == (TWO[0], "res-2, the only one")
    assert choose_resolution([Path("atlas-X_probseg.nii")], {})[1] == "the only one"


def test_names_are_told_from_files():
    assert is_query("templateflow:DiFuMo:scale-64")
    assert not is_query("tpl-MNI_atlas-X_probseg.nii.gz")
    assert labels_of("/data/tpl-MNI_cohort-01_probseg.tsv") == {"tpl": "MNI", "cohort": "1"}
