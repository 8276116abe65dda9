import numpy as np
import pytest

from nipype_maps.numerics.frames import kept_frames


@pytest.mark.parametrize(
    ("sample_mask", "kept"),
    [
        (None, [0, 1, 2, 3]),
        ([3, 1], [1, 3]),
        ([True, False, False, True], [0, 3]),
        (np.array([0, 2], dtype=np.uint8), [0, 2]),
    ],
)
def test_indices_and_booleans(sample_mask, kept):
    assert kept_frames(sample_mask, 4).tolist() == kept


def test_the_callers_array_stays_as_it_is():
    mask = np.array([2, 0, 1])
    kept_frames(mask, 4)
    assert mask.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("sample_mask", "sentence"),
    [
        ([], "keeps no frame"),
        ([False] * 4, "keeps no frame"),
        ([True, False], "2 booleans for a run of 4 frames"),
        ([1, 1, 2], r"more than once \(1\)"),
        ([0, 4], "names frame 4, but .* 0 to 3"),
        ([-1, 2], "names frame -1"),
        ([0.5, 1], "whole numbers"),
        ([[0, 1]], "one list of frames"),
    ],
)
def test_what_names_no_frames_is_refused(sample_mask, sentence):
    with pytest.raises(ValueError, match=sentence):
        kept_frames(sample_mask, 4)
