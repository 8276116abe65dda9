import numpy as np
import pytest

from nipype_maps.confounds.tables import read_confounds

ALL = np.arange(4)


def test_columns_by_name_and_pattern_in_the_tables_order(write):
    one = write("trans_x\ttrans_y\tcsf\n1\t2\t3\n" + "0\t1\t4\n" * 3, "one.tsv")
    two = write("trans_z\n4\n" + "7\n" * 3, "two.tsv")
    table, filled = read_confounds([one, two], ["csf", "trans_*"], 4, ALL)
    assert table.names == ["trans_x", "trans_y", "csf", "trans_z"]
    assert table.values.tolist() == [[1, 2, 3, 4]] + [[0, 1, 4, 7]] * 3
    assert filled == []
    assert read_confounds([one], [], 4, ALL)[0].names == ["trans_x", "trans_y", "csf"]


def test_missing_first_rows_take_the_next_kept_value(write):
    path = write("a\tb\nn/a\t1\n7\tn/a\n8\t4\n9\t5\n")
    table, filled = read_confounds([path], ["a"], 4, ALL)
    assert table.values[:, 0].tolist() == [7, 7, 8, 9]
    assert filled == ["a"]
    # frame 1 is censored: its value is not used to fill, and its gap in b is no matter
    table, filled = read_confounds([path], [], 4, np.array([0, 2, 3]))
    assert table.values.tolist() == [[8, 1], [0, 0], [8, 4], [9, 5]]
    assert filled == ["a"]


@pytest.mark.parametrize(
    ("text", "patterns", "sentence"),
    [
        ("a\n1\n2\n3\n", [], "table.tsv has 3 rows, but the run has 4 frames"),
        ("a\n1\nn/a\n3\n4\n", [], r"column 'a' has no number in row 2 \(frame 1\)"),
        ("a\nn/a\nn/a\nn/a\nn/a\n", [], "column 'a' has no number in any kept frame"),
        ("a\ninf\n1\n3\n4\n", [], r"column 'a' has no number in row 1 \(frame 0\)"),
        ("a\n1\ninf\n3\n4\n", [], "column 'a' has no number in row 2"),
        ("trans_x\n1\n2\n3\n4\n", ["trans_y"], "no column matches 'trans_y' of .*; did you mean trans_x"),
        ("a\tb\n" + "1\t2\n" * 4, ["z*"], "no column matches 'z\\*' of .*; they are a, b"),
    ],
)
def test_confounds_that_cannot_be_used_are_named(write, text, patterns, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_confounds([write(text)], patterns, 4, ALL)


def test_a_constant_says_nothing_unless_it_is_not_centered(write):
    path = write("drift\tone\n1\t1\n2\t1\n3\t1\n4\t0\n")
    kept = np.arange(3)
    with pytest.warns(UserWarning, match=r"column 'one' is constant in the frames that are kept"):
        read_confounds([path], [], 4, kept)
    assert read_confounds([path], [], 4, kept, constants=True)[0].values[:3, 1].tolist() == [1, 1, 1]
    path = write("drift\tone\n1\t1\n2\t1\n3\t1\n4\t1\n")
    with pytest.raises(ValueError, match=r"table.tsv: column 'one' is constant, .* leave it out"):
        read_confounds([path], [], 4, ALL)


def test_a_column_given_twice_under_two_names_is_refused(write):
    path = write("wm\tcsf\tgs\n1\t2\t1\n2\t5\t2\n3\t1\t3\n4\t0\t4\n")
    with pytest.raises(ValueError, match=r"column 'gs' is the same as 'wm' of .*table.tsv; leave one out"):
        read_confounds([path], [], 4, ALL)


def test_one_name_in_two_tables_is_refused(write):
    paths = [write("a\n" + "1\n" * 4, name) for name in ("one.tsv", "two.tsv")]
    with pytest.raises(ValueError, match=r"two.tsv and .*one.tsv both have a confound column 'a'"):
        read_confounds(paths, [], 4, ALL)


@pytest.mark.parametrize(
    ("values", "how"),
    [
        (["0", "2", "4", "6"], "rises by 2"),
        (["0.0", "0.72", "1.44", "2.16"], "rises by 0.72"),
        (["5", "6", "7", "8"], "rises by 1"),
        (["0.36", "1.08", "1.8", "2.52"], "rises by 0.72"),
        (["0", "0.333", "0.667", "1"], "rises by 0.333333"),
        (["3", "2", "1", "0"], "falls by 1"),
    ],
)
def test_a_column_of_even_steps_is_warned_of_as_one_that_counts(write, values, how):
    path = write("t\tcsf\n" + "".join(f"{value}\t{k % 3}\n" for k, value in enumerate(values)))
    with pytest.warns(
        UserWarning, match=f"'t' {how} from row to row, so that a linear trend is regressed out; leave it out"
    ):
        read_confounds([path], [], 4, ALL)


@pytest.mark.parametrize("values", [[0, 2, 4, 6.1], [0, 1, 0, 1], [1, 1, 1, 5], [0, 5, 7, 9]])
def test_a_column_of_other_steps_is_none(write, values, recwarn):
    read_confounds([write("t\n" + "".join(f"{value}\n" for value in values))], [], 4, ALL)
    assert not recwarn.list


def test_a_column_of_times_is_seen_in_the_frames_that_are_kept(write):
    path = write("t\tcsf\nn/a\t0\n2\t1\n4\t2\n6\t0\n0\t0\n10\t1\n")
    with pytest.warns(UserWarning, match="'t' rises by 2 from row to row"):
        read_confounds([path], [], 6, np.array([1, 2, 3, 5]))


@pytest.mark.parametrize("first", [0, 1])
def test_a_named_column_that_counts_the_rows_is_warned_of(write, first):
    path = write("index\tcsf\n" + "".join(f"{first + k}\t{k % 3}\n" for k in range(4)))
    with pytest.warns(
        UserWarning, match="column 'index' counts the rows, so that a linear trend is regressed"
    ):
        assert read_confounds([path], [], 4, ALL)[0].names == ["index", "csf"]


def test_a_name_wins_before_patterns(tmp_path):
    path = tmp_path / "confounds.tsv"
    path.write_text("a[1]\ta1\n1\t5\n2\t4\n4\t3\n3\t1\n")
    table, _ = read_confounds([path], ["a[1]"], 4, ALL)
    assert table.names == ["a[1]"]


def test_missing_first_rows_of_each_acquisition_take_its_next_kept_value(write):
    path = write("a\tb\nn/a\t1\n7\t2\n8\t4\nn/a\t6\nn/a\t9\n5\t8\n")
    acquisitions = [np.arange(3), np.arange(3, 6)]
    table, filled = read_confounds([path], [], 6, np.arange(6), acquisitions=acquisitions)
    assert table.values[:, 0].tolist() == [7, 7, 8, 5, 5, 5]
    assert filled == ["a"]
    # only the second one's are missing
    table, filled = read_confounds([path], ["a"], 6, np.arange(1, 6), acquisitions=acquisitions)
    assert table.values[:, 0].tolist() == [0, 7, 8, 5, 5, 5]
    assert filled == ["a"]
    with pytest.raises(ValueError, match=r"column 'a' has no number in row 4 \(frame 3\)"):
        read_confounds([path], [], 6, np.arange(6))


@pytest.mark.parametrize(("text", "sentence"), [
    ("a\n1\n2\n4\n3\nn/a\n5\n", r"column 'a' has no number in row 5 \(frame 4\)"),
    ("a\n1\n2\n4\nn/a\nn/a\nn/a\n", "in any kept frame of the acquisition that starts at frame 3; leave it"),
])  # fmt: skip
def test_confounds_that_an_acquisition_lacks_are_named(write, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_confounds([write(text)], [], 6, np.arange(6), acquisitions=[np.arange(3), np.arange(3, 6)])
