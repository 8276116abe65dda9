"""A pytest plugin that puts our NiftiMapsMasker in the place of nilearn's, for nilearn's own tests.

    python3 -m pytest -p tests.oracle.in_place --pyargs nilearn.maskers.tests.test_nifti_maps_masker

With ``WORDING=aside`` in the environment exceptions and warnings count whatever they say.
``OUTCOMES`` names a file for the outcome of each test.
"""

import json
import os
from pathlib import Path

import nilearn.maskers
import pytest

from nipype_maps import NiftiMapsMasker

_outcomes = {}


def pytest_configure():
    """Put ours in place: only where this is a plugin, not where pytest looks into it for doctests."""
    nilearn.maskers.NiftiMapsMasker = NiftiMapsMasker
    if os.environ.get("WORDING") == "aside":
        pytest.raises, pytest.warns = _any_words(pytest.raises), _any_words(pytest.warns)


def _any_words(expect):
    return lambda *arguments, match=None, **options: expect(*arguments, **options)


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        expected = hasattr(report, "wasxfail")
        _outcomes[report.nodeid.rpartition("::")[2]] = "expected to fail" if expected else report.outcome


def pytest_sessionfinish():
    if path := os.environ.get("OUTCOMES"):
        Path(path).write_text(json.dumps(_outcomes))
