import numpy as np
import pytest

from nipype_maps.confounds.frames import read_run_labels, read_sample_mask
from nipype_maps.notes import collected
from nipype_maps.numerics.frames import kept_frames


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
