import warnings

import nibabel as nib
import numpy as np
import pytest

from ..summary import MEASURED


@pytest.fixture(scope="session", autouse=True)
def the_oracle_is_nilearns():
    """Nothing has put ours into its place, as `in_place` does."""
    from nilearn.maskers import NiftiMapsMasker

    assert NiftiMapsMasker.__module__.startswith("nilearn.")


@pytest.fixture(scope="session")
def own_tests():
    """Note the outcomes of nilearn's own tests, for the summary: ``own_tests({test: outcome})``."""
    return lambda outcomes: MEASURED.own_tests.update(outcomes.values())


@pytest.fixture(scope="session")
def compare():
    """Assert that signals agree: ``compare(group, answer, expected, tolerance)``.

    Differences count as shares of each signal's standard deviation.  1e-9 of it leaves a wide
    margin over float64's rounding (two orders of the same sums, times the condition of the
    maps, below 10 here), and is far below anything that matters.
    """

    def compare(group, answer, expected, tolerance=1e-9):
        assert answer.shape == expected.shape
        # a single frame has no spread, and a signal from voxels without data is rounding only
        level = np.abs(expected).max() or 1.0
        scale = np.maximum(expected.std(axis=0), level if len(expected) == 1 else 1e-6 * level)
        difference = float((np.abs(answer - expected) / scale).max())
        MEASURED.largest[group] = max(MEASURED.largest.get(group, 0.0), difference)
        MEASURED.cases[group] += 1
        assert difference < tolerance

    return compare


@pytest.fixture(scope="session")
def verdict():
    """Note nilearn's answer and ours: ``verdict(number, wrong, theirs, ours)``.

    What is asserted of ours stands in the test; that nilearn is wrong is asserted here for
    the version that was examined, and for a later one that is right the summary says so.
    """
    import nilearn

    def verdict(number, wrong, theirs, ours):
        assert wrong or nilearn.__version__ != "0.14.1"
        right = "" if wrong else f" (nilearn {nilearn.__version__} is right by now)"
        MEASURED.verdicts.append(f"{number:2d}. nilearn: {theirs}; ours: {ours}{right}")

    return verdict


@pytest.fixture
def nilearn_signals():
    """Signals of nilearn's NiftiMapsMasker: ``nilearn_signals(run, maps, mask, **parameters)``.

    Maps that vanish are dropped, as nilearn 0.14 does; the returned array has the others.
    """
    from nilearn.maskers import NiftiMapsMasker

    def nilearn_signals(run, maps, mask=None, confounds=None, sample_mask=None, **parameters):
        if isinstance(maps, list):
            from nilearn.image import concat_imgs

            maps = concat_imgs(maps, dtype=np.float64)  # its default is single precision
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            masker = NiftiMapsMasker(maps, mask_img=mask, keep_masked_maps=False, **parameters)
            return masker.fit(run).transform(run, confounds=confounds, sample_mask=sample_mask)

    return nilearn_signals


@pytest.fixture
def our_signals(run_masker):
    """Signals of the masker graph: ``our_signals(run, maps, mask, inputs, **parameters)``."""
    from nipype_maps.bids.tables import read_table

    def our_signals(*files, **parameters):
        outcome = run_masker(*files, **parameters)
        return read_table(outcome.done["transform.clean"].result.outputs.out_file).values

    return our_signals


@pytest.fixture
def exact_signals():
    """Least squares in float64 on images of one grid, smoothed volume by volume: no oracle but
    the formula, for data on which nilearn computes in single precision."""
    from scipy import linalg, ndimage

    def exact_signals(run, maps, mask=None, fwhm=None):
        run, weights = nib.load(run), np.asarray(nib.load(maps).get_fdata())
        data = run.get_fdata()
        if fwhm:
            for axis, size in enumerate(np.sqrt((run.affine[:3, :3] ** 2).sum(axis=0))):
                sigma = fwhm / np.sqrt(8 * np.log(2)) / size
                data = ndimage.gaussian_filter1d(data, sigma, axis, mode="reflect", truncate=4.0)
        if mask is not None:
            weights = weights * (nib.load(mask).get_fdata() != 0)[..., None]
        flat = weights.reshape(-1, weights.shape[-1])
        return linalg.lstsq(flat, data.reshape(len(flat), -1))[0].T

    return exact_signals
