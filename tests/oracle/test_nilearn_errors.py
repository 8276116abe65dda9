"""Errors of nilearn 0.14.1 that are known: its answer and ours, on the same data.

Each test shows that nilearn fails what ours passes.  Should a later nilearn be right, the
test still passes, and the summary says so.
"""

import warnings

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.tables import read_table
from nipype_maps.numerics.clean import Cleaning, clean
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.overlap import OverlapCounter

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")


@pytest.fixture
def nilearn_clean():
    from nilearn import signal

    def nilearn_clean(signals, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return signal.clean(signals, **{"detrend": False, "standardize": None, **options})

    return nilearn_clean


@pytest.fixture
def masker():
    from nilearn.maskers import NiftiMapsMasker

    def masker(maps, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return NiftiMapsMasker(maps, **{"standardize": None, "keep_masked_maps": False, **options})

    return masker


def test_1_censored_frames_at_mirrored_places_are_interpolated(verdict, nilearn_clean, rng):
    signals = rng.normal(size=(100, 2)).cumsum(axis=0)
    spoiled = signals.copy()
    spoiled[[30, 69]] = 1e3
    kept = np.delete(np.arange(100), [30, 69])
    theirs = [nilearn_clean(x, sample_mask=kept.copy(), low_pass=0.1, t_r=2.0) for x in (signals, spoiled)]
    options = Cleaning(low_pass=0.1, t_r=2.0)
    ours = [clean(x, sample_mask=kept, options=options).signals for x in (signals, spoiled)]
    np.testing.assert_array_equal(*ours)
    moved = np.abs(theirs[0] - theirs[1]).max()
    verdict(1, moved > 1, f"censored values of 1000 move its signals by {moved:.3g}", "by 0")


def test_2_frames_censored_at_both_ends_shift_nothing(verdict, nilearn_clean, rng):
    signals = rng.normal(size=(100, 2)).cumsum(axis=0)
    kept = np.arange(1, 99)
    expected = nilearn_clean(signals[1:99], low_pass=0.1, t_r=2.0)
    theirs = nilearn_clean(signals, sample_mask=kept.copy(), low_pass=0.1, t_r=2.0)
    ours = clean(signals, sample_mask=kept, options=Cleaning(low_pass=0.1, t_r=2.0)).signals
    np.testing.assert_allclose(ours, expected, atol=1e-12)
    off = np.abs(theirs - expected).max() if theirs.shape == expected.shape else np.inf
    verdict(2, off > 1e-3, f"rows off by up to {off:.3g}", "equal to cleaning frames 1 to 98 alone")


def test_3_every_option_acts_within_runs(verdict, nilearn_clean, rng):
    signals, confounds = rng.normal(size=(2, 120, 3)).cumsum(axis=1)
    runs = np.repeat([0, 1], 60)
    options = {"standardize_confounds": False, "detrend": True, "low_pass": 0.1, "t_r": 2.0}
    mask = [np.delete(np.arange(60), [0, 20]), np.arange(60)]
    separate = [
        nilearn_clean(signals[runs == run], confounds=confounds[runs == run] + 50,
                      sample_mask=mask[run].copy(), extrapolate=True, **options)
        for run in (0, 1)
    ]  # fmt: skip
    theirs = nilearn_clean(
        signals, confounds=confounds + 50, runs=runs, sample_mask=[m.copy() for m in mask],
        extrapolate=True, **options,
    )  # fmt: skip
    ours = clean(
        signals, confounds + 50, np.concatenate([mask[0], 60 + mask[1]]), runs,
        Cleaning(extrapolate=True, **options),
    ).signals  # fmt: skip
    np.testing.assert_allclose(ours, np.vstack(separate), atol=1e-9)
    off = np.abs(theirs - np.vstack(separate)).max() if len(theirs) == len(ours) else np.inf
    verdict(3, off > 1e-3, f"runs= differs from separate runs by {off:.3g}", "by rounding")


def test_4_overlap_is_seen_and_maps_stay_as_they_are(
    verdict, masker, our_signals, save, make_run, rng, grids, tmp_path
):
    grid = grids["plain"]
    values = np.zeros((*grid.shape, 2))
    values[:3, ..., 0], values[3:, ..., 1] = rng.normal(size=(3, 8, 6)), rng.normal(size=(4, 8, 6))
    apart = save(values, grid, "apart.nii.gz")
    run = make_run()
    free = our_signals(run, apart)
    np.testing.assert_array_equal(our_signals(run, apart, allow_overlap=False), free)
    theirs = masker(apart, allow_overlap=False).fit(run).transform(run)
    changed = np.abs(theirs - free).max()
    counter = OverlapCounter(2, eps=0.0)
    for weights in ([-1.0, -1.0], [0.0, -1.0]):
        counter.add(np.arange(2), np.array(weights))
    assert counter.pairs == {(0, 1): 1}
    values[2:, ..., 1] = -1
    values[:3, ..., 0] = -1
    negative = save(values, grid, "negative.nii.gz")
    with pytest.raises(AssertionError, match="map-01 and map-02 share 48 voxels"):
        our_signals(run, negative, allow_overlap=False)
    try:
        masker(negative, allow_overlap=False).fit(run).transform(run)
        seen = False
    except ValueError as error:
        seen = "Overlap" in str(error)
    verdict(
        4,
        changed > 1e-3 or not seen,
        f"signals of maps that do not overlap change by {changed:.3g}; negative overlap seen: {seen}",
        "change by 0; seen",
    )


def test_5_inverse_after_a_map_was_dropped_keeps_the_time_step(
    verdict, masker, run_masker, save, make_run, grids, tmp_path
):
    from nipype_maps.engine.execution import run_workflow
    from nipype_maps.graphs import init_inverse_wf

    grid = grids["plain"]
    values = np.zeros((*grid.shape, 3))
    values[1, ..., 0], values[3, ..., 1], values[6, ..., 2] = 1, 2, 3
    inside = np.ones(grid.shape, np.uint8)
    inside[6] = 0
    maps, mask = save(values, grid, "three.nii.gz"), save(inside, grid, "mask.nii.gz")
    run = make_run(t_r=0.8)
    outcome = run_masker(run, maps, mask, empty_maps="drop")
    workflow = init_inverse_wf()
    workflow.base_dir = str(tmp_path / "back")
    door = workflow.inputs.inputnode
    door.signals_file = outcome.done["transform.clean"].result.outputs.out_file
    door.t_r, door.maps_file = 0.8, outcome.done["fit.atlas.mask"].result.outputs.out_file
    image = nib.load(run_workflow(workflow, logs=tmp_path).done["inverse"].result.outputs.out_file)
    signals = read_table(door.signals_file).values
    expected = values[..., :2] @ signals.T
    np.testing.assert_allclose(image.get_fdata(), expected, atol=1e-10)
    assert image.header.get_zooms()[3] == np.float32(0.8)

    fitted = masker(maps, mask_img=mask).fit(run)
    try:
        back = fitted.inverse_transform(fitted.transform(run))
        said, wrong = (
            f"time step {back.header.get_zooms()[3]:g}",
            back.header.get_zooms()[3] != np.float32(0.8),
        )
    except Exception as error:
        said, wrong = f"{type(error).__name__}: {str(error).splitlines()[0][:60]}", True
    verdict(5, wrong, said, "the image, with the run's time step of 0.8 s")


def test_6_the_callers_sample_mask_is_not_modified(verdict, nilearn_clean, rng):
    signals = rng.normal(size=(100, 2))
    theirs, ours = np.arange(3, 90, dtype=np.int32), np.arange(3, 90, dtype=np.int32)
    nilearn_clean(signals, sample_mask=theirs, low_pass=0.1, t_r=2.0)
    clean(signals, sample_mask=ours, options=Cleaning(low_pass=0.1, t_r=2.0))
    assert ours[0] == 3
    verdict(6, theirs[0] != 3, f"the caller's first index 3 becomes {theirs[0]}", "stays 3")


def test_7_signals_of_integer_images_are_no_integers(verdict, masker, our_signals, save, rng, grids):
    grid = grids["plain"]
    run = save(rng.integers(0, 50, size=(*grid.shape, 20)).astype("int32"), grid, "run.nii.gz")
    maps = save(rng.random(size=(*grid.shape, 2)), grid, "maps.nii.gz")
    ours = our_signals(run, maps, dtype="auto")
    assert (ours % 1 != 0).all()
    theirs = masker(maps, dtype="auto").fit(run).transform(run)
    verdict(7, theirs.dtype.kind == "i", f"dtype='auto' gives {theirs.dtype}", "float32")


def test_8_percent_change_is_decided_for_each_column(verdict, nilearn_clean, rng):
    """Beside a column that keeps its mean, one that lost it is divided by next to nothing."""
    every_other = np.arange(60)[:, None] % 2
    noise = rng.normal(size=(60, 2))
    signals = np.hstack([1000 * every_other, 1000 * (1 - every_other)]) + noise
    options = {"standardize": "psc", "standardize_confounds": False}
    alone = [nilearn_clean(signals[:, [k]], confounds=every_other, **options) for k in (0, 1)]
    theirs = nilearn_clean(signals, confounds=every_other, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = clean(signals, every_other, options=Cleaning(**options)).signals
    np.testing.assert_allclose(ours, np.hstack(alone), atol=1e-9)
    off = np.abs(theirs - np.hstack(alone)).max()
    verdict(8, off > 1, f"a column differs by {off:.3g} % from the same column alone", "by 0")


def test_9_single_precision_files_are_solved_in_double(
    verdict, masker, our_signals, exact_signals, save, rng, grids
):
    grid = grids["oblique"]
    values = 10000 + 20 * rng.normal(size=(*grid.shape, 30))
    run = save(values.astype("int16"), grid, "run.nii.gz")
    weights = rng.random(size=(*grid.shape, 6)).astype("float32")
    maps = save(weights, grid, "maps.nii.gz")
    exact = exact_signals(run, maps)
    ours = np.abs((our_signals(run, maps) - exact) / exact.std(axis=0)).max()
    theirs = np.abs((masker(maps).fit(run).transform(run) - exact) / exact.std(axis=0)).max()
    assert ours < 1e-9
    verdict(9, theirs > 1e-6, f"off by {theirs:.1e} standard deviations", f"by {ours:.1e}")


def test_10_every_subject_has_the_same_columns(verdict, masker, our_signals, save, make_run, grids):
    grid = grids["plain"]
    values = np.zeros((*grid.shape, 3))
    values[1, ..., 0], values[3, ..., 1], values[6, ..., 2] = 1, 2, 3
    maps, run, columns = save(values, grid, "three.nii.gz"), make_run(), []
    for subject, last in (("one", 7), ("two", 6)):
        inside = np.zeros(grid.shape, np.uint8)
        inside[:last] = 1
        mask = save(inside, grid, f"{subject}.nii.gz")
        ours = our_signals(run, maps, mask)
        assert ours.shape == (40, 3)
        columns.append(masker(maps, mask_img=mask).fit(run).transform(run).shape[1])
    assert np.isnan(ours[:, 2]).all()
    verdict(
        10, columns[0] != columns[1], f"two subjects have {columns[0]} and {columns[1]} columns", "3 and 3"
    )


def test_11_a_border_off_by_the_rounding_of_a_header_is_not_lost(verdict, masker, our_signals, save, rng):
    """Maps of which the first plane lies a millionth of a millimeter outside the run's."""
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    moved = affine.copy()
    moved[0, 3] = 1e-6
    values = 1000 + 20 * rng.normal(size=(6, 6, 6, 30))
    weights = rng.random(size=(6, 6, 6, 3))
    run, maps = save(values, Grid((6, 6, 6), affine)), save(weights, Grid((6, 6, 6), moved), "maps.nii")
    exact = np.linalg.lstsq(weights.reshape(-1, 3), values.reshape(-1, 30), rcond=None)[0].T
    scale = exact.std(axis=0)
    theirs = np.abs((masker(maps).fit(run).transform(run) - exact) / scale).max()
    ours = np.abs((our_signals(run, maps) - exact) / scale).max()
    assert ours < 1e-3  # 1e-6 mm of what neighbors differ by
    verdict(11, theirs > 0.1, f"off by {theirs:.1f} standard deviations", f"by {ours:.0e}")


def test_12_one_confound_with_a_trend_does_not_switch_the_cosine_filter_off(verdict, nilearn_clean, rng):
    """Falling, it correlates with the first cosine, which nilearn takes for a sign of them all."""
    t = np.arange(240.0)
    motion = rng.normal(scale=0.1, size=(240, 6))
    motion[:, 2] -= 0.01 * t
    signals = rng.normal(size=(240, 2)) + 3 * np.sin(2 * np.pi * t / 150)[:, None]
    options = {"filter": "cosine", "high_pass": 0.01, "t_r": 2.0, "standardize": "zscore_sample"}

    def slow(cleaned):
        power = np.abs(np.fft.rfft(cleaned, axis=0)) ** 2
        return power[:4].sum() / power.sum()

    ours = slow(clean(signals, motion, options=Cleaning(**options)).signals)
    theirs = slow(nilearn_clean(signals, confounds=motion, **options))
    assert ours < 0.01
    share = "of the variance is below 0.01 Hz"
    verdict(12, theirs > 0.5, f"{theirs:.0%} {share}", f"{ours:.1%}")
