import json

import numpy as np
import pytest

from nipype_maps.bids.tables import Table
from nipype_maps.confounds.selection import select
from nipype_maps.confounds.strategies import OWN, read_strategies

MEASURE = "framewise_displacement"
MOTION = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
FULL = [
    f"{name}{suffix}" for name in MOTION for suffix in ("", "_derivative1", "_power2", "_derivative1_power2")
]


@pytest.fixture
def table(rng):
    """Confounds of 30 frames as fMRIPrep writes them: two dummies, an outlier at 10, another at 13."""
    names = [*FULL, "global_signal", "csf", "white_matter", "framewise_displacement", "std_dvars", "cosine00"]
    names += [f"a_comp_cor_{k:02d}" for k in range(12)] + [
        "non_steady_state_outlier00",
        "non_steady_state_outlier01",
    ]
    values = rng.normal(size=(30, len(names)))
    table = Table(names, values, "confounds.tsv")
    for name in ("framewise_displacement", "std_dvars"):
        values[:, names.index(name)] = 0.1
    values[0, names.index("framewise_displacement")] = np.nan
    values[10, names.index("framewise_displacement")] = 0.7
    values[13, names.index("std_dvars")] = 3.0
    values[:, -2:] = 0
    values[0, -2] = values[1, -1] = 1
    return table


@pytest.fixture
def metadata():
    """Six components of both tissues, then three of each, as fMRIPrep 1.4 writes them."""
    masks = ["combined"] * 6 + ["WM"] * 3 + ["CSF"] * 3
    shares = [0.2, 0.35, 0.45, 0.52, 0.6, 0.7, 0.3, 0.5, 0.6, 0.51, 0.6, 0.7]
    return {
        f"a_comp_cor_{k:02d}": {"Method": "aCompCor", "Mask": mask, "CumulativeVarianceExplained": share}
        for k, (mask, share) in enumerate(zip(masks, shares, strict=True))
    }


def columns(strategy, table, metadata, path=None):
    return select(strategy, read_strategies(path), table, metadata).columns


def components(*indices):
    return ["cosine00", *(f"a_comp_cor_{k:02d}" for k in indices)]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("none", []),
        ("6P", MOTION),
        ("24P", FULL),
        ("6P+gs", [*MOTION, "global_signal"]),
        ("gs + 6P", [*MOTION, "global_signal"]),
        ("9P", [*MOTION, "global_signal", "csf", "white_matter"]),
        ("cosine", ["cosine00"]),
        ("acompcor5", components(0, 1, 2, 3, 4)),
        ("acompcor6", components(0, 1, 2, 3, 4, 5)),
        ("acompcor50", components(0, 1, 2, 3)),
        ("acompcor5-each", components(6, 7, 8, 9, 10, 11)),
        # up to the first component with which half of the variance is reached
        ("acompcor50-each", components(6, 7, 9)),
        ("6P+6P+12P", [name for name in FULL if "power2" not in name]),
    ],
)
def test_columns_in_the_order_of_the_table(table, metadata, strategy, expected):
    assert columns(strategy, table, metadata) == expected


@pytest.mark.parametrize("turn", [np.flip, np.random.default_rng(1).permutation])
def test_components_are_taken_by_their_number_whatever_their_order(table, metadata, turn):
    order = turn(np.arange(len(table.names)))
    other = Table([table.names[k] for k in order], table.values[:, order], "confounds.tsv")
    reversed_metadata = dict(reversed(metadata.items()))
    for strategy in ("acompcor5", "acompcor50", "acompcor50-each"):
        assert set(columns(strategy, other, reversed_metadata)) == set(columns(strategy, table, metadata))


def test_numbers_of_components_are_numbers(rng):
    names = [f"a_comp_cor_{k}" for k in (100, 99, 9, 101, 98)]
    metadata = {name: {"Method": "aCompCor", "Mask": "combined"} for name in names}
    table = Table(names, rng.normal(size=(30, 5)), "confounds.tsv")
    ours = {"two": {"CompCor": {"Masks": ["combined"], "Components": 2}}}
    assert set(select("two", ours, table, metadata).columns) == {"a_comp_cor_9", "a_comp_cor_98"}


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (None, "gives 'a_comp_cor_02' no number as CumulativeVarianceExplained"),
        ("0.45", "gives 'a_comp_cor_02' no number as CumulativeVarianceExplained"),
        (float("nan"), "gives 'a_comp_cor_02' no number as CumulativeVarianceExplained"),
        (0.1, "CumulativeVarianceExplained of 'a_comp_cor_02' is below that of the component before"),
    ],
)
def test_shares_of_variance_that_cannot_be_used_are_named(table, metadata, share, sentence):
    metadata["a_comp_cor_02"]["CumulativeVarianceExplained"] = share
    with pytest.raises(ValueError, match=f"confounds.tsv: the sidecar.*{sentence}"):
        columns("acompcor50", table, metadata)
    assert columns("acompcor5", table, metadata) == components(0, 1, 2, 3, 4)


def test_fewer_components_than_a_strategy_names_are_warned_of(table, metadata):
    with pytest.warns(UserWarning, match="has 3 aCompCor components of the mask 'WM', fewer than the 5 of"):
        columns("acompcor5-each", table, metadata)
    for k in range(6):
        metadata[f"a_comp_cor_{k:02d}"]["CumulativeVarianceExplained"] /= 2
    with pytest.warns(UserWarning, match="explain 35% of the variance, less than the 50% of 'acompcor50'"):
        assert columns("acompcor50", table, metadata) == components(0, 1, 2, 3, 4, 5)


def test_none_beside_other_names_adds_nothing(table, metadata):
    assert columns("none+6P", table, metadata) == MOTION


def test_frames_that_are_no_steady_state_are_censored_by_every_strategy(table, metadata):
    chosen = select("none", read_strategies(), table, metadata)
    assert chosen.kept == list(range(2, 30))
    assert chosen.censored == {"non_steady_state": [0, 1]}


def test_frames_of_large_motion_and_short_stretches(table, metadata):
    chosen = select("scrub", read_strategies(), table, metadata)
    assert chosen.censored == {
        "non_steady_state": [0, 1],
        "framewise_displacement": [10],
        "std_dvars": [13],
        "short_segment": [11, 12],
    }
    assert chosen.kept == [*range(2, 10), *range(14, 30)]


def test_frames_that_others_censored_count(table, metadata):
    kept = np.setdiff1d(np.arange(30), [6])
    chosen = select("scrub", read_strategies(), table, metadata, kept)
    assert chosen.censored["sample_mask"] == [6]
    # 2 to 5 and 7 to 9 have become too short
    assert chosen.censored["short_segment"] == [2, 3, 4, 5, 7, 8, 9, 11, 12]


def test_a_users_file_adds_and_replaces(table, metadata, tmp_path):
    path = tmp_path / "ours.json"
    path.write_text(
        json.dumps({
            "lab": {"Parts": ["6P", "scrub"], "OptionalColumns": ["no_such_*"]},
            "scrub": {"Scrub": {"FramewiseDisplacement": 0.05, "MinimumSegment": 2}},
            "temporal": {"CompCor": {"Masks": ["CSF"], "Components": 2}},
        })
    )  # fmt: skip
    assert columns("temporal", table, metadata, path) == ["a_comp_cor_09", "a_comp_cor_10"]
    with pytest.raises(ValueError, match=r"confounds.tsv: strategy 'lab' censors all 30 frames"):
        columns("lab", table, metadata, path)


def test_what_a_table_does_not_have_is_named(table, metadata):
    less = Table(table.names[1:], table.values[:, 1:], "confounds.tsv")
    with pytest.raises(ValueError, match=r"has no column 'trans_x', which '6P' of strategy 'gs\+24P' needs"):
        columns("gs+24P", less, metadata)
    with pytest.raises(
        ValueError, match=r"has no column 'aroma_motion_\*', which 'aroma' of strategy 'aroma'"
    ):
        columns("aroma", table, metadata)
    with pytest.raises(
        ValueError, match=r"has no aCompCor components of the mask 'combined'.*sidecar must describe"
    ):
        columns("acompcor5", table, {})
    without = [name for name in table.names if name != "std_dvars"]
    values = table.values[:, [table.names.index(name) for name in without]]
    with pytest.raises(ValueError, match="has no column 'std_dvars', which 'scrub' of strategy"):
        columns("6P+scrub", Table(without, values, "confounds.tsv"), metadata)


def test_unknown_names_come_with_those_that_are_near(table, metadata):
    with pytest.raises(ValueError, match=r"no strategy is called 'acompcor'; did you mean acompcor.*"):
        columns("24P+acompcor", table, metadata)
    for words in ("24P,scrub", "24P, scrub", "24P scrub", "24P;scrub", "gs+24P,scrub"):
        with pytest.raises(ValueError, match=r"strategies are joined by \+, as in 24P\+scrub\."):
            columns(words, table, metadata)
    with pytest.raises(ValueError, match="no strategy is called '24P,x'; did you mean 24P"):
        columns("24P,x", table, metadata)
    with pytest.raises(ValueError, match="no strategy is called ''; there are none, 6P, 12P"):
        columns("24P+", table, metadata)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ([], "strategy 'ours' must be an object, not list"),
        ({"Column": ["a"]}, "has 'Column'; it may have Description, Parts, Columns"),
        ({"Columns": "a"}, "Columns must be a list of names"),
        ({"Scrub": {"FD": 1}}, "Scrub must be an object of FramewiseDisplacement, MinimumSegment"),
        ({"Scrub": {"FramewiseDisplacement": float("nan")}}, "FramewiseDisplacement must be a number of 0"),
        ({"Columns": [1]}, "Columns must be a list of names"),
        ({"Parts": {"6P": 1}}, "Parts must be a list of names"),
        ({"Parts": ["6Q"]}, "strategy 'ours' has the part '6Q', which is not known"),
        ({"Description": 5}, "Description must be a text"),
        ({"CompCor": {"Masks": [["WM"]], "Components": 5}}, "Masks of CompCor must be a list of 'combined'"),
        ({"Scrub": {"MinimumSegment": "5"}}, "MinimumSegment must be a number of 0 or more, not '5'"),
        ({"CompCor": {"Masks": ["GM"], "Components": 5}}, "Masks of CompCor must be a list of 'combined'"),
        ({"CompCor": {"Masks": ["WM"]}}, "CompCor must have either Components"),
        (
            {"CompCor": {"Masks": ["WM"], "Components": 5, "Variance": 0.5}},
            "CompCor must have either Components",
        ),
        ({"CompCor": {"Masks": ["WM"], "Variance": 50}}, "CompCor must have either Components"),
    ],
)
def test_what_is_no_strategy_is_refused(tmp_path, entry, sentence):
    path = tmp_path / "ours.json"
    path.write_text(json.dumps({"ours": entry}))
    with pytest.raises(ValueError, match=sentence):
        read_strategies(path)


@pytest.mark.parametrize("name", ["", " ours", "a+b"])
def test_names_that_cannot_be_asked_for_are_refused(tmp_path, name):
    (tmp_path / "ours.json").write_text(json.dumps({name: {"Columns": ["a"]}}))
    with pytest.raises(ValueError, match=r"ours.json: (strategy )?'.*' (cannot name|has a \+ in)"):
        read_strategies(tmp_path / "ours.json")


def test_parts_in_a_circle_are_each_taken_once(table, metadata, tmp_path):
    path = tmp_path / "ours.json"
    path.write_text(json.dumps({"a": {"Parts": ["b", "gs"]}, "b": {"Parts": ["a"], "Columns": ["csf"]}}))
    assert columns("a", table, metadata, path) == ["global_signal", "csf"]


def test_the_packages_own_strategies_are_sound(tmp_path):
    """They pass the check of a user's file, say what they are, and consist of parts that exist."""
    strategies = read_strategies(OWN)
    for entry in strategies.values():
        assert entry["Description"]
        assert set(entry.get("Parts", [])) <= set(strategies)


@pytest.mark.parametrize(("column", "words"), [
    ([np.nan, 0.1, np.nan, 0.9, 0.1], r"column 'framewise_displacement' has no number in row 3 \(frame 2\)"),
    ([np.nan] * 5, "column 'framewise_displacement' has no number"),
])  # fmt: skip
def test_frames_whose_motion_is_unknown_are_not_kept_in_silence(column, words):
    table = Table(["framewise_displacement", "std_dvars"], np.column_stack([column, np.zeros(5)]))
    with pytest.raises(ValueError, match=words):
        select("scrub", read_strategies(), table, {})


def test_a_column_whose_name_looks_like_a_pattern_is_itself(tmp_path):
    table = Table(["a[1]", "a1"], np.eye(2))
    path = tmp_path / "mine.json"
    path.write_text('{"mine": {"Columns": ["a[1]"]}}')
    assert select("mine", read_strategies(path), table, {}).columns == ["a[1]"]


@pytest.fixture
def two():
    """Measures of two acquisitions of 12 and 10 frames, whose outliers are 5 frames apart."""
    displacement = np.full(22, 0.1)
    displacement[[0, 12]] = np.nan
    displacement[[9, 15]] = 0.9
    table = Table(["framewise_displacement", "std_dvars"], np.column_stack([displacement, np.ones(22)]), "c")
    return table, [np.arange(12), np.arange(12, 22)]


def test_short_segments_end_where_an_acquisition_does(two):
    table, acquisitions = two
    chosen = select("scrub", read_strategies(), table, {}, None, acquisitions)
    assert chosen.censored == {"framewise_displacement": [9, 15], "short_segment": [10, 11, 12, 13, 14]}
    parts = [Table(table.names, table.values[frames]) for frames in acquisitions]
    first, second = (select("scrub", read_strategies(), part, {}).kept for part in parts)
    assert chosen.kept == [*first, *(frame + 12 for frame in second)]


def test_only_the_first_frames_of_an_acquisition_may_have_no_motion(two):
    table, acquisitions = two
    with pytest.raises(ValueError, match=r"has no number in row 13 \(frame 12\)"):
        select("scrub", read_strategies(), table, {})
    table.values[13, 0] = np.nan
    assert 13 not in select("scrub", read_strategies(), table, {}, None, acquisitions).censored[MEASURE]
    table.values[14, 0], table.values[13, 0] = np.nan, 0.1
    with pytest.raises(ValueError, match=r"has no number in row 15 \(frame 14\)"):
        select("scrub", read_strategies(), table, {}, None, acquisitions)
    table.values[12:, 0] = np.nan
    with pytest.raises(ValueError, match="has no number in the acquisition that starts at frame 12, so that"):
        select("scrub", read_strategies(), table, {}, None, acquisitions)


def test_an_acquisition_of_which_nothing_is_left_is_named(two):
    table, acquisitions = two
    table.values[12:, 0] = 0.9
    with pytest.raises(ValueError, match="censors all 10 frames of the acquisition that starts at frame 12"):
        select("scrub", read_strategies(), table, {}, None, acquisitions)
