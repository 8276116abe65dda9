import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nipype_maps.numerics.scrub import above, without_short_segments


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(0, 8))
def test_what_is_kept_stands_in_long_stretches_of_what_was_kept_before(censored, min_segment):
    """Beside a loop over frames: each asks how long its own stretch is."""
    censored = np.array(censored)
    answer = without_short_segments(censored, min_segment)
    for frame in range(censored.size):
        start = stop = frame
        while start > 0 and not censored[start - 1]:
            start -= 1
        while stop + 1 < censored.size and not censored[stop + 1]:
            stop += 1
        short = censored.any() and stop - start + 1 < min_segment
        assert answer[frame] == (censored[frame] or short)


def test_the_given_array_is_left_alone():
    censored = np.array([False, True, False])
    assert without_short_segments(censored, 2).all()
    assert censored.tolist() == [False, True, False]


def test_missing_values_are_not_above():
    assert above(np.array([np.nan, 0.5, 0.6]), 0.5).tolist() == [False, False, True]
