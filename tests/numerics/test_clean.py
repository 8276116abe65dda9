import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nipype_maps.notes import collected
from nipype_maps.numerics.clean import Cleaning, clean

FILTERS = [
    {},
    {"low_pass": 0.1},
    {"low_pass": 0.1, "high_pass": 0.01},
    {"filter": "cosine", "high_pass": 0.01},
]
options = st.builds(
    lambda filtering, **others: Cleaning(t_r=2.0, **filtering, **others),
    st.sampled_from(FILTERS),
    detrend=st.booleans(),
    standardize=st.sampled_from([False, True, "zscore", "zscore_sample", "psc"]),
    standardize_confounds=st.booleans(),
    extrapolate=st.booleans(),
)
seeds = st.integers(0, 2**32 - 1)


def column(*values):
    return np.array(values, dtype=float)[:, None]


@pytest.mark.parametrize(
    ("signals", "cleaning", "expected"),
    [
        (column(1, 2, 6), Cleaning(), column(1, 2, 6)),
        (column(1, 3, 5), Cleaning(detrend=True), column(0, 0, 0)),
        (column(1, 0, 1), Cleaning(detrend=True), column(1, -2, 1) / 3),
        (column(0, 4), Cleaning(standardize=True), column(-1, 1)),
        (column(0, 4), Cleaning(standardize="zscore"), column(-1, 1)),
        (column(0, 4), Cleaning(standardize="zscore_sample"), column(-1, 1) / np.sqrt(2)),
        (column(90, 110), Cleaning(standardize="psc"), column(-10, 10)),
        (column(-90, -110), Cleaning(standardize="psc"), column(10, -10)),
        # the trend of (90, 100, 110, 100) is 4 a frame about 100: residuals -4, 2, 8, -6
        (column(90, 100, 110, 100), Cleaning(standardize="psc", detrend=True), column(-4, 2, 8, -6)),
    ],
)
def test_by_hand(signals, cleaning, expected):
    np.testing.assert_allclose(clean(signals, options=cleaning).signals, expected, atol=1e-12)


def test_confounds_are_gone_and_what_is_orthogonal_stays():
    confound, other = column(1, -1, 1, -1), column(1, 1, -1, -1)
    answer = clean(7 + 3 * confound + 2 * other, confound).signals
    np.testing.assert_allclose(answer, 7 + 2 * other, atol=1e-14)


def test_a_confounds_level_does_not_take_the_signals_level_along():
    """Standardized, a confound is centered first: the mean of the signal stays."""
    signals, confound = column(11, 9, 12, 8), column(101, 99, 103, 97)
    answer = clean(signals, confound).signals
    assert answer.mean() == pytest.approx(10)
    assert (answer - 10).T @ (confound - 100) == pytest.approx(0, abs=1e-12)


def test_confounds_that_are_not_standardised_take_their_mean_along():
    """Without standardizing, a constant confound removes the mean; with it, it is nothing."""
    signals, constant = column(1, 2, 6), column(5, 5, 5)
    as_is = clean(signals, constant, options=Cleaning(standardize_confounds=False)).signals
    np.testing.assert_allclose(as_is, signals - 3, atol=1e-14)
    np.testing.assert_array_equal(clean(signals, constant).signals, signals)


@pytest.mark.parametrize("level", [0.0, 0.1, 1e6 + 0.1])
@pytest.mark.parametrize("kind", ["zscore", "zscore_sample", "psc"])
def test_a_constant_column_becomes_zeros(rng, level, kind):
    signals = np.stack([np.full(50, level), rng.normal(size=50)], axis=1)
    answer = clean(signals, options=Cleaning(standardize=kind)).signals
    assert (answer[:, 0] == 0).all()
    assert (answer[:, 1] != 0).all()


@pytest.mark.parametrize("n_frames", [30, 100, 480, 1200])
def test_confounds_that_are_sums_of_others_change_nothing(rng, n_frames):
    """With nilearn's fixed limit for what is dependent, rounding is regressed out from 480 frames on."""
    for _ in range(5):
        confounds = rng.normal(size=(n_frames, 20)).cumsum(axis=0)
        sums = confounds[:, :6] @ rng.normal(size=(6, 4))
        signals = rng.normal(size=(n_frames, 3)).cumsum(axis=0)
        expected, answer = clean(signals, confounds), clean(signals, np.hstack([confounds, sums]))
        assert answer.degrees_of_freedom == expected.degrees_of_freedom == [n_frames - 20]
        np.testing.assert_allclose(answer.signals, expected.signals, atol=1e-9 * signals.std())


def test_a_signal_that_is_a_confound_becomes_zeros_not_noise(rng):
    confounds = rng.normal(size=(50, 3))
    answer = clean(1e3 * confounds[:, :1], confounds, options=Cleaning(standardize="zscore")).signals
    assert (answer == 0).all()


def test_a_confound_whose_drift_was_all_it_had_costs_nothing(rng):
    """Detrending leaves rounding of it, which standardizing must not turn into a regressor."""
    signals, drift = rng.normal(size=(50, 2)), 1e4 + 3.7 * np.arange(50.0)[:, None]
    cleaned = clean(signals, drift, options=Cleaning(detrend=True))
    assert cleaned.degrees_of_freedom == [48]
    np.testing.assert_array_equal(cleaned.signals, clean(signals, options=Cleaning(detrend=True)).signals)


def test_percent_change_is_decided_for_each_column(rng):
    """One column keeps its mean, the other loses it: nilearn decides for both by one ratio."""
    noise = rng.normal(size=(60, 1))
    noise -= noise.mean()
    confound = np.ones((60, 1))
    cleaning = Cleaning(standardize="psc", standardize_confounds=False)
    with_mean = np.hstack([1000 + noise, noise + 3])
    answer = clean(with_mean, confound, options=cleaning).signals
    np.testing.assert_allclose(answer, 100 * np.hstack([noise / 1000, noise / 3]), atol=1e-10)


@given(
    seed=seeds,
    cleaning=options,
    with_confounds=st.booleans(),
    censored=st.sets(st.integers(0, 79), max_size=25),
)
def test_censored_values_never_matter(seed, cleaning, with_confounds, censored):
    rng = np.random.default_rng(seed)
    signals = 50 + rng.normal(size=(80, 3)).cumsum(axis=0)
    confounds = rng.normal(size=(80, 2)).cumsum(axis=0) if with_confounds else None
    keep = np.setdiff1d(np.arange(80), list(censored))
    with warnings.catch_warnings():
        # a random walk now and then looks like a cosine, which is said
        warnings.simplefilter("ignore")
        _check_censored(rng, signals, confounds, keep, censored, cleaning)


def _check_censored(rng, signals, confounds, keep, censored, cleaning):
    answer = clean(signals, confounds, keep, options=cleaning)
    other, other_confounds = signals.copy(), None if confounds is None else confounds.copy()
    other[list(censored)] = rng.choice([1e6, -1e6, np.nan, np.inf], size=(len(censored), 3))
    if confounds is not None:
        other_confounds[list(censored)] = np.nan
    np.testing.assert_array_equal(
        clean(other, other_confounds, keep, options=cleaning).signals, answer.signals
    )
    np.testing.assert_array_equal(answer.kept, keep)
    assert len(answer.signals) == keep.size


@given(seed=seeds, cleaning=options, with_confounds=st.booleans(), with_mask=st.booleans())
def test_concatenated_runs_equal_separate_runs(seed, cleaning, with_confounds, with_mask):
    rng = np.random.default_rng(seed)
    lengths = [45, 60]
    signals = [100 + rng.normal(size=(n, 3)).cumsum(axis=0) for n in lengths]
    confounds = [rng.normal(size=(n, 2)) for n in lengths] if with_confounds else [None, None]
    masks = [np.delete(np.arange(n), [0, 7, n - 1]) for n in lengths] if with_mask else [None, None]
    separate = [clean(*parts, options=cleaning) for parts in zip(signals, confounds, masks, strict=True)]
    together = clean(
        np.vstack(signals),
        np.vstack(confounds) if with_confounds else None,
        np.concatenate([masks[0], masks[1] + 45]) if with_mask else None,
        runs=["b"] * 45 + ["a"] * 60,
        options=cleaning,
    )
    np.testing.assert_array_equal(together.signals, np.vstack([part.signals for part in separate]))
    assert together.degrees_of_freedom == [part.degrees_of_freedom[0] for part in separate]


@given(seed=seeds, factor=st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-3))
def test_cleaning_is_linear_where_nothing_is_standardised(seed, factor):
    rng = np.random.default_rng(seed)
    one, two, confounds = rng.normal(size=(3, 80, 2))
    cleaning = Cleaning(detrend=True, low_pass=0.1, high_pass=0.01, t_r=2.0)
    a, b, both = (clean(x, confounds, options=cleaning).signals for x in (one, two, one + factor * two))
    np.testing.assert_allclose(both, a + factor * b, atol=1e-12 * max(1, abs(factor)))


def test_an_edge_that_is_cut_off_shifts_nothing(rng):
    """Frames 0 and 99 censored: the rows are frames 1 to 98 (nilearn shifts them by one)."""
    signals = rng.normal(size=(100, 2)).cumsum(axis=0)
    keep = np.arange(1, 99)
    cleaning = Cleaning(low_pass=0.1, t_r=2.0)
    answer = clean(signals, sample_mask=keep, options=cleaning).signals
    np.testing.assert_array_equal(answer, clean(signals[1:99], options=cleaning).signals)


def test_inner_frames_come_from_a_spline_through_the_kept_ones():
    """A cubic is its own spline, so that censoring changes nothing."""
    t = np.linspace(-1, 1, 90)[:, None]
    cubic = np.hstack([t**3 - t, 2 - t**2])
    cleaning = Cleaning(high_pass=0.01, t_r=2.0)
    keep = np.delete(np.arange(90), [30, 31, 59])
    answer = clean(cubic, sample_mask=keep, options=cleaning).signals
    np.testing.assert_allclose(answer, clean(cubic, options=cleaning).signals[keep], atol=1e-13)


def test_extrapolation_is_the_splines_too():
    t = np.linspace(-1, 1, 90)[:, None]
    cleaning = Cleaning(high_pass=0.01, t_r=2.0, extrapolate=True)
    answer = clean(t**3, sample_mask=np.arange(2, 88), options=cleaning).signals
    np.testing.assert_allclose(answer, clean(t**3, options=cleaning).signals[2:88], atol=1e-12)


def test_columns_of_empty_maps_stay_missing(rng):
    signals = rng.normal(size=(60, 3))
    signals[:, 1] = np.nan
    cleaning = Cleaning(detrend=True, low_pass=0.1, t_r=2.0, standardize="zscore")
    answer = clean(signals, options=cleaning).signals
    assert np.isnan(answer[:, 1]).all()
    np.testing.assert_array_equal(answer[:, [0, 2]], clean(signals[:, [0, 2]], options=cleaning).signals)


def test_drift_terms_are_made_on_the_full_time_axis(rng):
    t = np.arange(100)
    drift = np.cos(np.pi / 100 * (t + 0.5) * 3)[:, None]
    keep = np.delete(t, slice(40, 60))
    answer = clean(
        drift, sample_mask=keep, options=Cleaning(filter="cosine", high_pass=0.02, t_r=1.0)
    ).signals
    # the confounds are centered over the kept frames, so that their mean stays
    np.testing.assert_allclose(answer, drift[keep].mean(), atol=1e-12)


def test_given_cosines_are_not_doubled(rng):
    t = np.arange(100)
    given = np.cos(np.pi / 100 * (t[:, None] + 0.5) * np.arange(1, 5))
    with pytest.warns(UserWarning, match="hold cosine drift terms already"):
        cleaned = clean(
            rng.normal(size=(100, 2)), given, options=Cleaning(filter="cosine", high_pass=0.02, t_r=1.0)
        )
    assert cleaned.degrees_of_freedom == [96]


def test_a_cut_off_slower_than_the_run_is_said_to_do_nothing(rng):
    with pytest.warns(UserWarning, match="removes nothing"):
        clean(rng.normal(size=(20, 1)), options=Cleaning(filter="cosine", high_pass=0.001, t_r=2.0))


@pytest.mark.parametrize("slope", [0.1, -0.1])
def test_a_confound_with_a_trend_is_no_sign_of_cosines(rng, slope):
    """nilearn takes any correlation above 0.9 for one, and filters nothing."""
    t = np.arange(240.0)
    motion = rng.normal(scale=0.1, size=(240, 6))
    motion[:, 2] += slope * t
    signals = rng.normal(size=(240, 5)) + 3 * np.sin(2 * np.pi * t / 150)[:, None]
    cosines = np.cos(np.pi / 240 * (t[:, None] + 0.5) * np.arange(1, 10))
    filtered = clean(signals, motion, options=Cleaning(filter="cosine", high_pass=0.01, t_r=2.0))
    expected = clean(signals, np.hstack([motion, cosines]))
    assert filtered.degrees_of_freedom == expected.degrees_of_freedom == [240 - 15]
    np.testing.assert_allclose(filtered.signals, expected.signals, atol=1e-12)


@pytest.mark.parametrize(("n_dummies", "n_given", "n_added"), [(0, 9, 0), (3, 9, 0), (0, 4, 5), (0, 0, 9)])
def test_drift_terms_of_a_table_count_for_those_that_they_are(rng, n_dummies, n_given, n_added):
    """fMRIPrep makes them on the frames behind the dummy scans, with zeros there."""
    t = np.arange(240 - n_dummies) + 0.5
    given = np.zeros((240, n_given + 1))
    given[n_dummies:, :n_given] = np.cos(np.pi / t.size * t[:, None] * np.arange(1, n_given + 1))
    given[:, -1] = rng.normal(size=240).cumsum() / 10
    options = Cleaning(filter="cosine", high_pass=0.01, t_r=2.0)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        cleaned = clean(rng.normal(size=(240, 2)), given.round(8), options=options)
    assert cleaned.degrees_of_freedom == [240 - n_given - 1 - n_added]
    assert bool(said) == (n_added == 0)


@pytest.mark.parametrize("level", [1e3, 1e5])
@pytest.mark.parametrize("more", [{}, {"filter": "cosine", "high_pass": 0.01, "t_r": 2.0}])
def test_a_signal_that_confounds_explain_becomes_zeros_at_any_level(rng, level, more):
    confound = level + 5 * rng.normal(size=(200, 1))
    options = Cleaning(standardize="zscore", **more)
    assert (clean(1.7 * confound, confound, options=options).signals == 0).all()


@pytest.mark.parametrize("n_censored", [0, 10])
def test_extrapolated_values_that_run_away_are_warned_of(rng, n_censored):
    signals = 100 + rng.normal(size=(200, 3))
    options = Cleaning(high_pass=0.01, t_r=2.0, extrapolate=True, standardize="psc")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        clean(signals, sample_mask=np.arange(n_censored, 200), options=options)
    assert ["extrapolated" in str(warning.message) for warning in said] == [True] * (n_censored == 10)


@pytest.mark.parametrize(
    ("n_confounds", "more", "left"),
    [
        (0, {}, 10),
        (0, {"standardize": "zscore"}, 9),
        (0, {"standardize": "psc"}, 9),
        (8, {}, 2),
        (8, {"standardize": "zscore"}, 1),
        (7, {"detrend": True, "standardize": "zscore"}, 1),
        (9, {}, None),
        (9, {"standardize": "zscore"}, None),
        (8, {"detrend": True}, None),
        (9, {"standardize_confounds": False}, 1),
    ],
)
def test_the_mean_counts_where_it_is_removed_and_is_not_enough_where_it_stays(rng, n_confounds, more, left):
    signals, confounds = 100 + rng.normal(size=(10, 3)), rng.normal(size=(10, n_confounds))
    if left is None:
        with pytest.raises(ValueError, match="no degrees of freedom are left"):
            clean(signals, confounds, options=Cleaning(**more))
        return
    cleaned = clean(signals, confounds, options=Cleaning(**more))
    assert cleaned.degrees_of_freedom == [left]
    rank = np.linalg.matrix_rank(cleaned.signals, tol=1e-9)
    assert rank == min(left, 3)


def test_that_correlations_have_no_choice_is_said(rng):
    signals, confounds = rng.normal(size=(10, 3)), rng.normal(size=(10, 8))
    with pytest.warns(UserWarning, match="are all 1 or -1"):
        cleaned = clean(signals, confounds, options=Cleaning(standardize="zscore"))
    np.testing.assert_allclose(np.abs(np.corrcoef(cleaned.signals.T)), 1, atol=1e-12)


@pytest.mark.parametrize(
    ("n_frames", "confounds", "more", "sentence"),
    [
        (
            4,
            np.eye(4)[:, :3],
            {"detrend": True},
            "no degrees of freedom are left: 4 frames less .* mean and trend",
        ),
        (4, np.eye(4), {"standardize_confounds": False}, "4 frames less 4 confounds leave 0"),
        (4, np.zeros((3, 1)), {}, "3 rows of confounds for 4 frames"),
        (4, np.array([[1.0], [2], [np.nan], [4]]), {}, "confound column 1 has no finite value in frame 2"),
        (40, None, {"low_pass": 0.1}, "need t_r"),
        (40, None, {"low_pass": 0.1, "t_r": -1.0}, "t_r=-1 is not a repetition time"),
        (40, None, {"low_pass": 0.1, "filter": None}, "need a filter"),
        (40, None, {"filter": "cosine", "t_r": 2.0}, "needs high_pass"),
        (
            40,
            None,
            {"filter": "cosine", "t_r": 2.0, "high_pass": 0.01, "low_pass": 0.1},
            "low_pass has no meaning",
        ),
        (1, None, {"detrend": True, "standardize": "psc"}, "detrend and standardize cannot work on 1 frame"),
    ],
)
def test_what_cannot_be_done_is_said(n_frames, confounds, more, sentence):
    with pytest.raises(ValueError, match=sentence):
        clean(np.arange(2.0 * n_frames).reshape(n_frames, 2) ** 2, confounds, options=Cleaning(**more))


#: Filter, detrend, confounds, censored frames of 150 at 2 s, and degrees of freedom before and after.
FREEDOM = [
    ({}, False, 0, [], 150, 150),
    ({}, True, 5, [], 143, 143),
    ({"filter": "cosine", "high_pass": 0.01}, True, 5, [], 137, 137),
    # 0 and 1/300 to 2/300 Hz are below 0.01 Hz; 31/300 to 74/300 and Nyquist's are above 0.1 Hz
    ({"high_pass": 0.0099}, False, 0, [], 150, 145),
    ({"low_pass": 0.1001}, False, 0, [], 150, 61),
    ({"low_pass": 0.1001, "high_pass": 0.0099}, False, 0, [], 150, 56),
    ({"low_pass": 0.1001, "high_pass": 0.0099}, True, 0, [], 148, 56),
    ({"low_pass": 0.1001}, True, 0, [], 148, 59),
    ({"low_pass": 0.1001, "high_pass": 0.0099}, True, 10, [], 138, 46),
    ({"low_pass": 0.1001, "high_pass": 0.0099}, True, 10, range(30, 60), 108, 34),
]


@pytest.mark.parametrize(("filtering", "detrend", "n_confounds", "censored", "before", "after"), FREEDOM)
def test_degrees_of_freedom_are_the_dimensions_that_are_left(
    rng, filtering, detrend, n_confounds, censored, before, after
):
    """Beside the rank of the cleaning as a linear map: its singular values above one half."""
    kept = np.setdiff1d(np.arange(150), list(censored))
    options = Cleaning(detrend=detrend, t_r=2.0, **filtering)
    every = np.zeros((150, kept.size))
    every[kept, np.arange(kept.size)] = 1
    cleaned = clean(every, rng.normal(size=(150, n_confounds)), kept, options=options)
    assert cleaned.degrees_of_freedom_before_filter == [before]
    assert cleaned.degrees_of_freedom == [after]
    rank = (np.linalg.svd(cleaned.signals, compute_uv=False) > 0.5).sum()
    # a standardized confound leaves the mean, and the filter's edges are soft: some dimensions are half there
    assert abs(after - rank) <= 4


def test_few_degrees_of_freedom_are_warned_of(rng):
    signals, confounds = rng.normal(size=(27, 2)), rng.normal(size=(27, 24))
    with pytest.warns(
        UserWarning, match="are left: 3 of 27 frames, fewer than 20, so .* use fewer confounds"
    ):
        clean(signals, confounds)
    with pytest.warns(
        UserWarning, match="6 of 30 frames in the acquisition that starts at frame 50, fewer than 20"
    ):
        clean(rng.normal(size=(80, 2)), rng.normal(size=(80, 24)), runs=[1] * 50 + [2] * 30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clean(signals[:12])  # a short run of which nothing was taken
        clean(rng.normal(size=(44, 2)), rng.normal(size=(44, 24)))


def test_a_band_that_the_confounds_fill_is_refused(rng):
    """30 dimensions are in the band; 40 confounds leave none, though 60 seem to be left."""
    options = Cleaning(low_pass=0.1, high_pass=0.0251, t_r=2.0)
    with pytest.raises(
        ValueError,
        match=r"100 frames less 40 confounds and 70 for the frequencies filtered out leave -10; .* band",
    ):
        clean(rng.normal(size=(100, 2)), rng.normal(size=(100, 40)), options=options)


def test_runs_need_a_label_per_frame_and_a_frame_per_run(rng):
    with pytest.raises(ValueError, match="runs has 3 labels for 4 frames"):
        clean(np.zeros((4, 1)), runs=[1, 1, 2])
    with pytest.raises(ValueError, match="keeps no frame of the acquisition that starts at frame 2"):
        clean(np.zeros((4, 1)), sample_mask=[0, 1], runs=[1, 1, 2, 2])


def test_nothing_given_is_changed(rng):
    signals, confounds, mask = rng.normal(size=(60, 2)), rng.normal(size=(60, 1)), np.arange(5, 50)
    copies = [x.copy() for x in (signals, confounds, mask)]
    clean(signals, confounds, mask, options=Cleaning(detrend=True, low_pass=0.1, t_r=2.0, standardize="psc"))
    for before, after in zip(copies, (signals, confounds, mask), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-60, 2.0**900])
@pytest.mark.parametrize("standardize", [False, "zscore", "zscore_sample", "psc"])
def test_signals_and_confounds_of_any_scale_are_cleaned_alike(rng, scale, standardize):
    signals, confounds = 10 + rng.normal(size=(60, 3)), rng.normal(size=(60, 2))
    options = Cleaning(detrend=True, low_pass=0.2, t_r=2.0, standardize=standardize)
    expected = clean(signals, confounds, options=options).signals
    scaled = clean(scale * signals, scale * confounds, options=options).signals
    # a power of two changes no digit
    np.testing.assert_array_equal(scaled, expected if standardize else scale * expected)


@pytest.mark.parametrize("options", [{}, {"detrend": True}, {"high_pass": 0.01, "t_r": 2.0}])
def test_percent_of_a_mean_that_noise_decides_is_noted(rng, options):
    """As of a run that was denoised; the percentages themselves are those of nilearn."""
    noise = rng.normal(size=(60, 3))
    signals = noise - noise.mean(axis=0) + np.array([100, 0.5, 1e-13])
    cleaning = Cleaning(standardize="psc", **options)
    with collected() as notes:
        cleaned = clean(signals, options=cleaning).signals
    (found,) = [one for one in notes if one.kind == "SmallMean"]
    assert found.startswith("the mean of 2 of 3 signals is smaller than their standard deviation")
    with collected() as notes:
        alone = clean(signals[:, :1], options=cleaning).signals
    assert "SmallMean" not in [one.kind for one in notes]
    np.testing.assert_allclose(alone[:, 0], cleaned[:, 0], rtol=1e-12)
    with collected() as notes:
        clean(signals, options=Cleaning(standardize="zscore", **options))
    assert "SmallMean" not in [one.kind for one in notes]


def test_signals_that_are_zero_throughout_have_no_small_mean():
    with collected() as notes:
        clean(np.zeros((30, 2)), options=Cleaning(standardize="psc"))
    assert "SmallMean" not in [one.kind for one in notes]
