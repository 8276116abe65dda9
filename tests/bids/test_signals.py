import warnings

import numpy as np
import pytest

from nipype_maps.bids.signals import maps_of_columns, read_signals, write_signals
from nipype_maps.bids.tables import Table, read_table


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
    with pytest.warns(UserWarning, match=r"taken for the names of its columns, but has numbers \(0.5, …\)"):
        assert read_signals(write("0.5\t-1.5\n1\t2\n")).names == ["0.5", "-1.5"]
    # of another kind than .tsv, a table is one of others
    assert read_signals(write("0.5 -1.5\n1 2\n", "melodic.txt")).values.tolist() == [[0.5, -1.5], [1, 2]]


def place(columns, maps):
    """The places of a table's columns, and whether that was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = Table(columns, np.zeros((1, len(columns))), "/data/signals.tsv")
        return maps_of_columns(table, maps), bool(caught)


@pytest.mark.parametrize(
    ("columns", "maps", "places", "warns"),
    [
        (["b", "a"], ["a", "b"], [1, 0], False),
        (["c"], ["a", "b", "c"], [2], False),
        (["signals_01", "signals_02"], ["a", "b"], [0, 1], False),  # no header
        (["x", "y"], ["a", "b"], [0, 1], True),
    ],
)
def test_columns_are_placed_by_name_or_else_by_position(columns, maps, places, warns):
    assert place(columns, maps) == (places, warns)


@pytest.mark.parametrize(
    ("columns", "maps", "sentence"),
    [
        (["b", "x"], ["a", "b"], "'x' has no map of its name as 'b' has"),
        (
            ["a", "b", "c"],
            ["a", "b"],
            "has 3 signals for 2 maps, and their names differ: 'c' has no map of its name",
        ),
        (["x"], ["a", "b"], "has 1 signals for 2 maps"),
    ],
)
def test_columns_that_cannot_be_placed_are_refused(columns, maps, sentence):
    with pytest.raises(ValueError, match=sentence):
        place(columns, maps)
