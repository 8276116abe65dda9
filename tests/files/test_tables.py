import numpy as np
import pytest

from nipype_maps.files.tables import (
    read_confounds,
    read_labels,
    read_sample_mask,
    read_table,
    write_signals,
)

ALL = np.arange(4)


@pytest.fixture
def write(tmp_path):
    def write(text, name="table.tsv"):
        path = tmp_path / name
        if isinstance(text, str):
            path.write_text(text)
        else:
            np.save(path, text)
        return path

    return write


@pytest.mark.parametrize(
    ("text", "name", "names"),
    [
        ("a\tb\n1\t2\n3\tn/a\n", "table.tsv", ["a", "b"]),
        ("a,b\n1,2\n3,\n", "table.csv", ["a", "b"]),
        ("1.0  2e0\n3   nan\n", "motion.txt", ["motion_01", "motion_02"]),
        ("\ufeffa\tb\r\n1\t2\r\n3\tNaN\r\n", "table.tsv", ["a", "b"]),
        (np.array([[1, 2], [3, np.nan]]), "table.npy", ["table_01", "table_02"]),
    ],
)
def test_tables_of_every_kind(write, text, name, names):
    table = read_table(write(text, name))
    assert table.names == names
    np.testing.assert_array_equal(table.values, [[1, 2], [3, np.nan]])


@pytest.mark.parametrize("names", [["x", "y"], ["0", "1"]])
def test_the_index_that_pandas_writes_is_no_column(write, names):
    text = f",{','.join(names)}\n0,1,2\n1,3,\n"
    with pytest.warns(UserWarning, match=r"the first column of .*table.csv has no name and counts the rows"):
        table = read_table(write(text, "table.csv"))
    assert table.names == names
    np.testing.assert_array_equal(table.values, [[1, 2], [3, np.nan]])


def test_a_missing_value_in_the_first_field_does_not_make_a_header(write):
    table = read_table(write(",1\n5,2\n6,3\n", "table.csv"))
    np.testing.assert_array_equal(table.values, [[np.nan, 1], [5, 2], [6, 3]])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("a\tb\n1\t2\n3\n", "has 1 fields in line 3, but 2 in its first"),
        ("a\ta\n1\t2\n", "two columns named 'a'"),
        ("a\tb\n1\t2\n3\tfour\n", "'four' in row 2 of column 'b' is no number"),
    ],
)
def test_what_is_no_table_is_refused(write, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_table(write(text))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_signals_read_back_exactly_and_are_short(tmp_path, rng, dtype):
    signals = (rng.normal(size=(20, 3)) * 10.0 ** rng.integers(-4, 4, size=(20, 3))).astype(dtype)
    signals[:, 1] = np.nan
    signals[0, 0] = 0.1
    write_signals(tmp_path / "signals.tsv", ["map-01", "a b", "c"], signals)
    table = read_table(tmp_path / "signals.tsv")
    np.testing.assert_array_equal(table.values.astype(dtype), signals)
    assert table.names == ["map-01", "a b", "c"]
    assert (tmp_path / "signals.tsv").read_text().splitlines()[1].startswith("0.1\tn/a\t")


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
        ("a\n1\ninf\n3\n4\n", [], "column 'a' has no number in row 2"),
        ("trans_x\n1\n2\n3\n4\n", ["trans_y"], "no confound column matches 'trans_y'; did you mean trans_x"),
        ("a\tb\n" + "1\t2\n" * 4, ["z*"], "no confound column matches 'z\\*'; they are a, b"),
    ],
)
def test_confounds_that_cannot_be_used_are_named(write, text, patterns, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_confounds([write(text)], patterns, 4, ALL)


def test_a_constant_says_nothing_unless_it_is_not_centred(write):
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
    ("content", "name", "expected"),
    [
        ("0\n2\n3\n", "m.txt", [0, 2, 3]),
        ("0\n1\n1\n0\n", "m.txt", [False, True, True, False]),
        ("True\nFalse\ntrue\nfalse\n", "m.txt", [True, False, True, False]),
        ("frame\n0\n2\n", "m.tsv", [0, 2]),
        ("keep\nTrue\nFalse\nTrue\nTrue\n", "m.tsv", [True, False, True, True]),
        (np.array([True, False, True, True]), "m.npy", [True, False, True, True]),
        (np.array([1, 3]), "m.npy", [1, 3]),
    ],
)
def test_sample_masks_of_every_kind(write, content, name, expected):
    mask = read_sample_mask(write(content, name), 4)
    assert mask.tolist() == expected
    assert mask.dtype == (bool if isinstance(expected[0], bool) else int)


def test_a_sample_mask_of_fractions_is_refused(write):
    with pytest.raises(ValueError, match="whole numbers"):
        read_sample_mask(write("0.5\n1\n"), 4)


def test_labels(write):
    assert read_labels(write("one\none\ntwo\n")) == ["one", "one", "two"]
