import numpy as np
import pytest

from nipype_maps.bids.signals import read_signals, write_signals
from nipype_maps.bids.tables import read_header, read_table
from nipype_maps.confounds.frames import read_run_labels, read_sample_mask
from nipype_maps.confounds.tables import read_confounds
from nipype_maps.notes import collected
from nipype_maps.numerics.frames import kept_frames

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
        ("a\tb\n1\t2\n3\tfour\n", r"'four' in row 2 of column 'b' is no number\."),
        ("a\tb\n1\t2\n3\t4,5\n", "'4,5' in row 2 of column 'b' is no number; write a decimal point"),
        ("a;b\n1,5;2,5\n", "'1,5;2,5' in row 1 .* is no number; separate columns by tabs or commas"),
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
        ("a\ninf\n1\n3\n4\n", [], r"column 'a' has no number in row 1 \(frame 0\)"),
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
        (np.array([[1.0], [3.0]]), "m.npy", [1, 3]),
        ("0 2 3\n", "m.txt", [0, 2, 3]),
        ("0,2,3\n", "m.csv", [0, 2, 3]),
        ("TRUE\nFALSE\nTRUE\nTRUE\n", "m.txt", [True, False, True, True]),
        ("true false true true\n", "m.txt", [True, False, True, True]),
        # as pandas writes a series, with and without its index, and R a column
        ("0\nTrue\nFalse\nTrue\nTrue\n", "m.csv", [True, False, True, True]),
        (",keep\n0,True\n1,False\n2,True\n3,True\n", "m.csv", [True, False, True, True]),
        (",0\n0,2\n1,3\n", "m.csv", [2, 3]),
        ('"x"\n"1" 2\n"2" 3\n', "m.txt", [2, 3]),
    ],
)
@pytest.mark.filterwarnings("ignore:the first column")
def test_sample_masks_of_every_kind(write, content, name, expected):
    mask = read_sample_mask(write(content, name), 4)
    assert mask.tolist() == expected
    assert mask.dtype == (bool if isinstance(expected[0], bool) else int)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        ("0.5\n1\n", "m.txt", "whole numbers"),
        ("1\nn/a\n", "m.txt", "whole numbers"),
        ("1\ninf\n", "m.txt", "whole numbers"),
        ("1\n1e300\n", "m.txt", "whole numbers"),
        (np.array([1, np.inf]), "m.npy", "whole numbers"),
        ("1\nyes\n", "m.txt", "'yes' in row 2 of column 'frames' is no number"),
        ("True\n1\n", "m.txt", "'true' in row 1 of column 'frames' is no number"),
        ("frame\tkeep\n5\t1\n6\t0\n", "m.tsv", "has 2 columns; a sample mask must be one column"),
        (np.ones((4, 2)), "m.npy", r"has the shape \(4, 2\); a sample mask is one list of frames"),
    ],
)
def test_what_is_no_sample_mask_is_refused(write, content, name, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_sample_mask(write(content, name), 4)


@pytest.mark.parametrize(
    ("text", "n_frames", "expected"),
    [
        ("0\n0\n1\n2\n", 4, [0, 1, 2]),  # frame 0 cannot be meant twice
        ("0\n1.0\n3.0\n", 4, [1, 3]),  # nor be written in another way
        ("0\n0\n1\n1\n0\n", 4, [False, True, True, False]),  # nor be one boolean too many
        ("0\n1\n1\n0\n1\n", 5, [False, True, True, False, True]),
        ("0\n0\n1\n", 5, "names a frame more than once"),  # too few booleans
    ],
)
def test_what_pandas_writes_above_a_list_of_frames_is_no_frame_where_it_is_certain(
    write, recwarn, text, n_frames, expected
):
    mask = read_sample_mask(write(text, "sm.txt"), n_frames)
    if isinstance(expected, str):
        with pytest.raises(ValueError, match=expected):
            kept_frames(mask, n_frames)
    else:
        assert mask.tolist() == expected
    assert not recwarn.list


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0\n3\n4\n5\n", "but the next is 3"),
        ("0\n1\n2\n3\n4\n5\n", "and every frame is kept"),
        ("0\n1\n3\n5\n", None),
        ("2\n4\n5\n", None),
        ("frame\n0\n3\n4\n5\n", None),
        ("0 3 4 5\n", None),
    ],
)
def test_a_first_frame_0_that_may_be_what_pandas_writes_is_warned_of(write, text, told):
    path = write(text, "sm.txt")
    with collected() as notes:
        read_sample_mask(path, 6)
    assert notes == [
        f"the first line of {path} is taken for frame 0, {told}; if it is the header that pandas writes, "
        "remove it, and if not, write a header such as 'frame' above it."
    ] * (told is not None)


COMMA = r"'{}' .* may be one number with a decimal comma or a thousands separator"


@pytest.mark.parametrize("name", ["gs.txt", "gs.dat", "gs.1D", "gs"])
@pytest.mark.parametrize(
    "lines",
    [
        ["1001,257", "998,1"],
        ["12,101", "12,098"],
        ["-0,5", "1,5e-3"],
        ["1,234,567", "1,234,568"],
        ["1,234.5", "12,345.6"],
        ["1.001,5", "998,2"],
        ["-1,5", ",5"],
        [",25", ",5"],
    ],
)
def test_a_decimal_comma_makes_no_two_columns(write, name, lines):
    path = write("\n".join(lines) + "\n", name)
    for read in (read_table, read_header, lambda path: read_confounds([path], [], 2, np.arange(2))):
        with pytest.raises(ValueError, match=COMMA.format(lines[0])):
            read(path)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1.5,2\n3,4\n", "two.txt"),
        ("1, 2\n3, 4\n", "two.txt"),
        ("a,b\n1,2\n3,4\n", "two.txt"),
        ("1,2\n3,4.5\n", "two.txt"),
        ("0,1,0\n1,0,0\n", "spikes.txt"),
        (",0\n0,2\n1,3\n", "index.txt"),
    ],
)
@pytest.mark.filterwarnings("ignore:the first column")
def test_columns_with_commas_between_are_read(write, text, name):
    with collected():
        assert read_table(write(text, name)).values.shape[0] == 2


def test_two_columns_of_a_csv_without_names_are_warned_of(write):
    path = write("1001,257\n998,1\n", "gs.csv")
    with pytest.warns(
        UserWarning, match=COMMA.format("1001,257") + r".* is read as columns, because it is a .csv"
    ):
        assert read_table(path).values.tolist() == [[1001, 257], [998, 1]]
    assert read_sample_mask(write("5,6\n", "sm.txt"), 9).tolist() == [5, 6]


@pytest.mark.parametrize("text", ["one\none\ntwo\n", "one one two\n", ",run\n0,one\n1,one\n2,two\n"])
@pytest.mark.filterwarnings("ignore:the first column")
def test_labels(write, text):
    assert read_run_labels(write(text, "runs.txt"), 3) == ["one", "one", "two"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("run\none\none\ntwo\n", "has 4 labels for 3 frames; remove its header"),
        ("one\none\n", "has 2 labels for 3 frames; give one per frame"),
        ("0,one\n1,one\n2,two\n", "has 2 columns; labels of runs must be one column"),
    ],
)
def test_labels_that_do_not_fit(write, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_run_labels(write(text, "runs.txt"), 3)


@pytest.mark.parametrize(
    "names",
    [
        ["1", "2", "3"],
        ["nan", "inf", "n/a"],
        ["0.5", "x", " x y "],
        ["a,b", "b c", 'say "cheese"'],
        ["é", "脳", "_"],
    ],
)
@pytest.mark.filterwarnings("ignore:the first line")
def test_our_own_tables_come_back_whatever_their_columns_are_called(tmp_path, rng, names):
    signals = rng.normal(size=(5, 3))
    signals[:, 2] = np.nan
    write_signals(tmp_path / "signals.tsv", names, signals)
    for change in (
        lambda content: content,
        lambda content: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"),
    ):
        path = tmp_path / "changed.tsv"
        path.write_bytes(change((tmp_path / "signals.tsv").read_bytes()))
        table = read_signals(path)
        assert table.names == names
        np.testing.assert_array_equal(table.values, signals)


@pytest.mark.parametrize(
    "name",
    [
        *("a" + letter for letter in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\ufeff\ud800"),
        "",
        " ",
        '"a',
        "b ",
    ],
)
def test_no_table_is_written_that_would_not_come_back(tmp_path, name):
    with pytest.raises(ValueError, match=r"signals.tsv (has|names)"):
        write_signals(tmp_path / "signals.tsv", ["b", name], np.zeros((2, 2)))
    assert not list(tmp_path.iterdir())


def test_a_first_line_that_looks_like_a_frame_is_warned_of(write):
    with pytest.warns(UserWarning, match=r"taken for the names of its columns, but holds numbers \(0.5, …\)"):
        assert read_signals(write("0.5\t-1.5\n1\t2\n")).names == ["0.5", "-1.5"]
    # of another kind than .tsv, a table is one of others
    assert read_signals(write("0.5 -1.5\n1 2\n", "melodic.txt")).values.tolist() == [[0.5, -1.5], [1, 2]]


@pytest.mark.parametrize(("first", "told"), [("0,1,2", True), ("0,1,0", False), ("0.0,1.0,2.0", False)])
def test_a_first_line_that_counts_the_columns_is_warned_of(write, first, told):
    path = write(f"{first}\n0.5,1.5,2.5\n", "table.csv")
    with collected() as notes:
        assert len(read_table(path).values) == 2
    assert [note.partition(";")[0] for note in notes] == [
        f"the first line of {path} is taken for a frame, but counts the columns"
    ] * told


#: What R writes of a data frame with columns a and b: write.csv, write.table with and without col.names=NA.
OF_R = {
    "write.csv": '"","a","b"\n"1",1,2\n"2",3,NA\n',
    "col.names=NA": '""\t"a"\t"b"\n"1"\t1\t2\n"2"\t3\tNA\n',
    "col.names=NA, quote=FALSE": "\ta\tb\n1\t1\t2\n2\t3\tNA\n",
    "write.table": '"a" "b"\n"1" 1 2\n"2" 3 NA\n',
    "write.table of columns that are numbers": '"1" "2"\n"1" 1 2\n"2" 3 NA\n',
    "pandas, frames 5 and on": ",a,b\n5,1,2\n6,3,\n",
    "pandas, written twice": "Unnamed: 0,a,b\n0,1,2\n1,3,\n",
}


@pytest.mark.parametrize("kind", OF_R)
def test_an_index_is_no_column(write, kind):
    with pytest.warns(UserWarning, match="has no name and counts the rows; it is taken for an index"):
        table = read_table(write(OF_R[kind], "table.txt"))
    assert table.names == (["1", "2"] if "numbers" in kind else ["a", "b"])
    np.testing.assert_array_equal(table.values, [[1, 2], [3, np.nan]])


def test_columns_without_a_name(write):
    with pytest.raises(ValueError, match="has no name for column 1; name the column, or leave it out"):
        read_table(write("\ta\n7\t1\n5\t2\n"))
    # tabs at the ends of lines
    assert read_table(write("a\t\n7\t\n5\t\n")).names == ["a"]


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


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a\tb\n1\t2\n".encode("utf-16"), "is written in UTF-16; save it as UTF-8"),
        ("a\tb\n1\t2\n".encode("utf-16-le"), "contains null bytes"),
        ("a\tmüde\n1\t2\n".encode("latin-1"), r"is not written in UTF-8 \(byte 0xfc in line 1\)"),
        (b"\x1f\x8b\x08abc", "is compressed; decompress it"),
        (b'"a\tb\n1\t2\n', "cannot be read as a table .* check its quotation marks"),
        ("a\n1_000\n٣\n".encode(), "'1_000' in row 1 of column 'a' is no number"),
        (None, "is a folder; a text file is needed"),
    ],
)
@pytest.mark.parametrize("read", [read_table, read_signals, lambda path: read_sample_mask(path, 4)])
def test_what_is_no_text_is_said_to_be_what_it_is(tmp_path, content, sentence, read):
    path = tmp_path / "table.tsv"
    path.mkdir() if content is None else path.write_bytes(content)
    if b'"' in (content or b"") and read is read_signals:
        sentence = "begins with a quotation mark"
    with pytest.raises(ValueError, match=sentence if read in (read_table, read_signals) else "table.tsv"):
        read(path)


def test_npy_files_of_every_damage_are_named(tmp_path):
    path = tmp_path / "mask.npy"
    np.save(path, np.zeros(4))
    sound = path.read_bytes()
    header = b"\x93NUMPY\x01\x00"
    for content in (b"", b"0\n1\n", b"PK\x03\x04", header + b"\x02\x00((", header + b"v\x00{'descr': '<f8",
                    sound[:-1], sound.replace(b"(4,)", b"(9000000000,)")):  # fmt: skip
        path.write_bytes(content)
        _is_refused(path)


def _is_refused(path):
    for read in (read_table, lambda path: read_sample_mask(path, 4)):
        with pytest.raises(ValueError, match=r"mask.npy cannot be read as a .npy file .*; save it again"):
            read(path)


def test_a_name_wins_before_patterns(tmp_path):
    path = tmp_path / "confounds.tsv"
    path.write_text("a[1]\ta1\n1\t5\n2\t4\n4\t3\n3\t1\n")
    table, _ = read_confounds([path], ["a[1]"], 4, ALL)
    assert table.names == ["a[1]"]


@pytest.mark.parametrize(("text", "n_rows"), [("a\tb\n\t\n1\t2\n3\t4\n", 3), ("a\tb\n1\t2\n\n3\t4\n", 2)])
def test_a_row_of_nothing_is_a_row(tmp_path, text, n_rows):
    (tmp_path / "table.tsv").write_text(text)
    assert len(read_table(tmp_path / "table.tsv").values) == n_rows
