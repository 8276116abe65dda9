import numpy as np
import pytest

from nipype_maps.bids.signals import read_signals
from nipype_maps.bids.tables import read_header, read_table
from nipype_maps.confounds.frames import read_sample_mask
from nipype_maps.confounds.tables import read_confounds
from nipype_maps.notes import collected


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


@pytest.mark.parametrize(("text", "n_rows"), [("a\tb\n\t\n1\t2\n3\t4\n", 3), ("a\tb\n1\t2\n\n3\t4\n", 2)])
def test_a_row_of_nothing_is_a_row(tmp_path, text, n_rows):
    (tmp_path / "table.tsv").write_text(text)
    assert len(read_table(tmp_path / "table.tsv").values) == n_rows
