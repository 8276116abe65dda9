"""nilearn's own tests of its NiftiMapsMasker, run with ours in its place."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = "nilearn.maskers.tests.test_nifti_maps_masker"
ROOT = Path(__file__).parents[2]

#: Tests that ours does not pass, and why that is right.
NOT_PASSED = {
    "check_tags": "wants scikit-learn's tags as versions before 1.6 asked for them, a private method",
    "check_doc_link": "wants a link to nilearn's web site",
    "check_img_estimator_dtypes": "wants integer signals where dtype says so; signals are never integers",
    "check_img_estimator_dtypes_transform": "the same",
    "check_img_estimator_dtypes_inverse_transform": "the same, of the image",
    "check_masker_mask_img": "takes a 4D image of random numbers for a mask; a mask is 3D and has one value",
    "check_masker_transformer": "wants the first argument of fit to be called imgs; it is X, and imgs works",
    "check_masker_joblib_cache": "wants joblib's hash of mask_img_ to survive nilearn's get_data, which "
    "leaves an attribute in any image that it has not read before",
    "check_nifti_masker_fit_transform_5d": "wants lists of runs to be refused; they give lists of arrays",
    "check_masker_generate_report": "wants reports, which this class does not make",
    "check_masker_generate_report_constant": "the same",
    "check_masker_generate_report_false": "the same",
    "check_nifti_masker_generate_report_after_fit_with_only_mask": "the same",
}
#: Tests that ours passes but for the words of an exception.
OTHER_WORDS = {
    "check_masker_with_confounds": "confounds has 40 rows, but the run has 20 frames",
    "test_errors_field_of_view": "... are on different grids",
    "test_no_map_after_resampling_error": "... do not overlap anywhere in space",
}


def run_tests(tmp_path, *options, **environment):
    """Outcome of each of nilearn's tests, by name."""
    (tmp_path / "empty.ini").write_text("[pytest]\n")
    outcomes = tmp_path / "outcomes.json"
    words = [sys.executable, "-m", "pytest", "-c", tmp_path / "empty.ini", "--rootdir", tmp_path]
    words += ["-p", "tests.oracle.in_place", "-p", "no:cacheprovider", "-q", "-W", "ignore", "--tb=line"]
    words += [*options, "--pyargs", TESTS]
    paths = {"PYTHONPATH": str(ROOT), "OUTCOMES": str(outcomes), "NIPYPE_NO_ET": "1"}
    done = subprocess.run(
        words, env={**os.environ, **paths, **environment}, cwd=tmp_path, capture_output=True, text=True
    )
    assert outcomes.exists(), done.stdout + done.stderr
    return json.loads(outcomes.read_text())


def names(outcomes, outcome):
    """Names of the tests of an outcome: of a check, or of a test function."""
    found = [test for test, result in outcomes.items() if result == outcome]
    return {
        match[1] if (match := re.search(r"-(check_\w+)\]", test)) else test.partition("[")[0]
        for test in found
    }


def test_nilearns_own_tests(tmp_path, own_tests):
    outcomes = run_tests(tmp_path)
    own_tests(outcomes)
    assert names(outcomes, "failed") == {*NOT_PASSED, *OTHER_WORDS}
    assert len(outcomes) > 150


@pytest.mark.parametrize("check", OTHER_WORDS)
def test_what_differs_in_words_alone(tmp_path, check):
    outcomes = run_tests(tmp_path, "-k", check, WORDING="aside")
    assert names(outcomes, "failed") == set()
    assert check in names(outcomes, "passed")
