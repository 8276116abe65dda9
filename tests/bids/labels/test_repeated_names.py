from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nipype_maps.bids.column_names import check_names
from nipype_maps.bids.labels import labels_of
from nipype_maps.bids.labels.fitting import told_apart
from nipype_maps.notes import collected

#: Names that collide with what tells others apart.
NAMES = st.lists(
    st.one_of(
        st.sampled_from(["a", "a ", " a", "b", "a [1]", "a [2]", "a [3]", "a [2] [1]", "[1]", "b [4]"]),
        st.builds("{} [{}]".format, st.sampled_from(["a", "b", "a [1]"]), st.integers(1, 9)),
        st.text(
            st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"\ufeff'),
            min_size=1,
        ),
    ).filter(str.strip),
    max_size=12,
)  # fmt: skip


@given(NAMES)
def test_names_are_told_apart_whatever_they_are(names):
    found = told_apart(names)
    assert len(found) == len(names) == len({name.strip() for name in found})
    check_names(found, "names")
    assert told_apart(found) == found
    counts = Counter(name.strip() for name in names)
    for number, (before, after) in enumerate(zip(names, found, strict=True), start=1):
        assert after == before or (after.startswith(before.rstrip()) and after.endswith(f" [{number}]"))
        assert after != before or counts[before.strip()] == 1


@given(NAMES)
def test_names_that_differ_stay_as_they_are(names):
    different = list({name.strip(): name for name in names}.values())
    assert told_apart(different) == different


def test_repeated_names_are_said_once():
    names = ["Amygdala", "Putamen", "Amygdala", "Putamen", "Caudate"]
    with collected() as notes:
        labels = labels_of(["maps.nii"], 5, names)
    assert labels.names == ["Amygdala [1]", "Putamen [2]", "Amygdala [3]", "Putamen [4]", "Caudate"]
    assert [(note.kind, note) for note in notes] == [
        (
            "RepeatedNames",
            "map_names gives several maps the same name (Amygdala, Putamen); the numbers of the maps tell "
            "them apart, as in 'Amygdala [1]'.",
        )
    ]


def test_repeated_blank_names_are_still_refused():
    with pytest.raises(ValueError, match="has no name for map 1"):
        labels_of(["maps.nii"], 2, [" ", ""])
