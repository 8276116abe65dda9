"""Cleaning beside nilearn.signal.clean, drawn by hypothesis.

Where nilearn 0.14 is wrong (censored frames at mirrored places or at the edges with the
Butterworth filter; percent change of columns that differ) the draws keep away; the tests of
the numerics prove those cases by themselves.
"""

import warnings

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from nipype_maps.numerics.blocks import StoredBlock
from nipype_maps.numerics.clean import Cleaning, clean
from nipype_maps.numerics.filters import cosine_drift

FILTERS = [
    {},
    {"low_pass": 0.1},
    {"high_pass": 0.02},
    {"low_pass": 0.1, "high_pass": 0.02},
    {"filter": "cosine", "high_pass": 0.02},
]


def is_like_drift(confounds, t_r):
    terms = cosine_drift(len(confounds), t_r, 0.02)
    together = np.corrcoef(terms, confounds, rowvar=False)
    return np.abs(together[: terms.shape[1], terms.shape[1] :]).max() > 0.9


@given(
    seed=st.integers(0, 2**32 - 1),
    n_frames=st.integers(40, 90),
    t_r=st.sampled_from([0.72, 2.0, 2.5]),
    filtering=st.sampled_from(FILTERS),
    detrend=st.booleans(),
    standardize=st.sampled_from([None, "zscore_sample", "psc"]),
    standardize_confounds=st.booleans(),
    n_confounds=st.integers(0, 6),
    censored=st.sets(st.integers(1, 38), max_size=6),
    extrapolate=st.booleans(),
)
def test_against_nilearn(
    compare,
    seed,
    n_frames,
    t_r,
    filtering,
    detrend,
    standardize,
    standardize_confounds,
    n_confounds,
    censored,
    extrapolate,
):
    from nilearn import signal

    assume(not any(n_frames - 1 - frame in censored for frame in censored))
    rng = np.random.default_rng(seed)
    signals = 500 + rng.normal(size=(n_frames, 4)).cumsum(axis=0)
    confounds = rng.normal(size=(n_frames, n_confounds)).cumsum(axis=0) if n_confounds else None
    if standardize == "psc" and not detrend and not standardize_confounds:
        confounds = None
    if censored and "filter" in filtering:
        # whether a confound is a cosine is asked of kept frames here, of all frames there
        confounds = None
    kept = np.setdiff1d(np.arange(n_frames), list(censored)) if censored else None
    shared = {
        "detrend": detrend,
        "standardize": standardize,
        "standardize_confounds": standardize_confounds,
        "extrapolate": extrapolate,
        "t_r": t_r,
        **filtering,
    }
    # a confound that is like a drift term counts there for all of them (error 12)
    assume(confounds is None or "filter" not in filtering or not is_like_drift(confounds, t_r))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mask = None if kept is None else kept.copy()
        expected = signal.clean(signals, confounds=confounds, sample_mask=mask, **shared)
        try:
            answer = clean(signals, confounds, kept, options=Cleaning(**shared)).signals
        except ValueError as error:
            if "for the frequencies filtered out leave" not in str(error):
                raise
            return  # as many confounds as dimensions in the band: nilearn gives the filter's leakage
    compare("cleaning, drawn parameters", answer, expected)


@given(seed=st.integers(0, 2**32 - 1), detrend=st.booleans(), n_confounds=st.integers(1, 8))
def test_high_variance_confounds_up_to_sign(seed, detrend, n_confounds):
    from nilearn import signal

    from nipype_maps.numerics.confounds import high_variance_confounds

    rng = np.random.default_rng(seed)
    run = 1000 + rng.normal(size=(40, 600)).cumsum(axis=0) * rng.random(600)

    def read(voxels):
        for start in range(0, 40, 9):
            block = run[start : start + 9]
            yield StoredBlock(start, block if voxels is None else block[:, voxels])

    answer = high_variance_confounds(read, np.arange(40), n_confounds, detrend=detrend)
    expected = signal.high_variance_confounds(run, n_confounds, detrend=detrend)
    # eigenvectors: rounding over the gaps between the eigenvalues of at most 12 voxels
    cosines = np.abs((answer * expected).sum(axis=0))
    np.testing.assert_allclose(cosines, 1, atol=1e-9)
