"""Confounds that are sums or copies of others take no direction more, whatever they went through."""

import itertools

import numpy as np
import pytest

from nipype_maps.numerics.clean import Cleaning, clean
from nipype_maps.numerics.directions import independent_directions, one_bit_off

N_FRAMES = 200
FROM_OTHERS = {
    "sum": lambda c: c[:, 0] + c[:, 1],
    "mean of all": lambda c: c.mean(axis=1),
    "degrees of radians": lambda c: c[:, 0] * 57.29577951308232,
    "without its mean": lambda c: c[:, 1] - c[:, 1].mean(),
    "percent of its mean": lambda c: c[:, 1] / c[:, 1].mean() * 100 - 100,
    "tiny difference": lambda c: (c[:, 0] - c[:, 2]) * 1e-9,
}
CONFOUNDS = {
    "motion": lambda rng: rng.normal(size=(N_FRAMES, 3)).cumsum(axis=0) * [0.01, 0.02, 0.001],
    "tissue at 10,000": lambda rng: rng.normal(size=(N_FRAMES, 3)) * 5 + [10000, 8000, 12000],
    "tissue at 500": lambda rng: rng.normal(size=(N_FRAMES, 3)) * 2 + [500, 600, 400],
}
OPTIONS = {
    "none": {},
    "detrend": {"detrend": True},
    "high-pass": {"high_pass": 0.008, "t_r": 2.0},
    "high-pass, fast": {"high_pass": 0.01, "t_r": 0.5},
    "high-pass, detrend": {"high_pass": 0.008, "t_r": 0.72, "detrend": True},
    "band-pass": {"high_pass": 0.01, "low_pass": 0.1, "t_r": 0.8},
    "cosine": {"high_pass": 0.008, "t_r": 2.0, "filter": "cosine"},
    "as they are": {"standardize_confounds": False},
}
CENTERED = [name for name in OPTIONS if name != "as they are"]


@pytest.mark.parametrize("confounds", CONFOUNDS)
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (kind, options)
        for kind, options in itertools.product(FROM_OTHERS, OPTIONS)
        # not centered, these two differ from the others by a constant
        if options != "as they are" or kind not in ("without its mean", "percent of its mean")
    ],
)
def test_a_confound_made_of_others_changes_nothing(kind, confounds, options):
    options = Cleaning(standardize="zscore", **OPTIONS[options])
    for seed in range(5):
        rng = np.random.default_rng(seed)
        signals, columns = rng.normal(size=(N_FRAMES, 3)), CONFOUNDS[confounds](rng)
        alone = clean(signals, columns, options=options)
        both = clean(signals, np.column_stack([columns, FROM_OTHERS[kind](columns)]), options=options)
        assert both.degrees_of_freedom == alone.degrees_of_freedom
        # rounding, times the condition of the columns: three digits go to a level of 10,000
        np.testing.assert_allclose(both.signals, alone.signals, atol=1e-7)


@pytest.mark.parametrize("options", CENTERED)
def test_blocks_that_add_up_to_one(options):
    """Where the mean is taken out, the last of them is what the others leave."""
    options = Cleaning(standardize="zscore", **OPTIONS[options])
    for seed in range(20):
        rng = np.random.default_rng(seed)
        blocks = np.eye(4)[np.repeat(rng.integers(0, 4, 30), 10)]
        signals = rng.normal(size=(300, 3))
        all_but_one = clean(signals, blocks[:, :-1], options=options)
        all_of_them = clean(signals, blocks, options=options)
        assert all_of_them.degrees_of_freedom == all_but_one.degrees_of_freedom
        np.testing.assert_allclose(all_of_them.signals, all_but_one.signals, atol=1e-9)


@pytest.mark.parametrize("options", CENTERED)
def test_a_confound_that_differs_in_its_sixth_digit_counts(rng, options):
    columns = CONFOUNDS["tissue at 10,000"](rng)
    own = rng.normal(size=N_FRAMES)
    nearly = columns.mean(axis=1) + 1e-6 * own
    signals = np.column_stack([own, rng.normal(size=N_FRAMES)])
    options = Cleaning(**OPTIONS[options])
    alone = clean(signals, columns, options=options)
    both = clean(signals, np.column_stack([columns, nearly]), options=options)
    assert both.degrees_of_freedom[0] == alone.degrees_of_freedom[0] - 1
    # what it alone has is known to four digits: the sixth of 10,000 is the sixteenth of a float
    assert both.signals[:, 0].std() < 1e-3 * alone.signals[:, 0].std()


def test_it_spans_what_columns_of_any_size_span(rng):
    columns = rng.normal(size=(60, 5)) * 10.0 ** np.array([-150, -8, 0, 8, 150])
    basis = independent_directions(columns, np.zeros(5))
    assert basis.shape == (60, 5)
    unit = columns / np.linalg.norm(columns, axis=0)
    np.testing.assert_allclose(basis @ (basis.T @ unit), unit, atol=1e-13)
    np.testing.assert_allclose(basis.T @ basis, np.eye(5), atol=1e-13)


def test_columns_of_zeros_and_of_rounding_span_nothing(rng):
    columns = np.column_stack([np.zeros(50), 1e-12 * rng.normal(size=50), rng.normal(size=50)])
    assert independent_directions(columns, np.array([0.0, 1e-12, 0.0])).shape == (50, 1)


def test_one_bit_is_changed_in_every_value(rng):
    values = rng.normal(size=(30, 4))
    before = values.copy()
    off = one_bit_off(values)
    np.testing.assert_array_equal(np.abs(off - values), np.spacing(np.minimum(np.abs(off), np.abs(values))))
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(one_bit_off(values), off)
