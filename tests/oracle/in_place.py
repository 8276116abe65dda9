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

nilearn.maskers.NiftiMapsMasker = NiftiMapsMasker

if os.environ.get("WORDING") == "aside":
    RAISES, WARNS = pytest.raises, pytest.warns

    def raises(kind, *arguments, match=None, **options):
        return RAISES(kind, *arguments, **options)

    def warns(kind=Warning, *arguments, match=None, **options):
        return WARNS(kind, *arguments, **options)

    pytest.raises, pytest.warns = raises, warns

_outcomes = {}


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        expected = hasattr(report, "wasxfail")
        _outcomes[report.nodeid.rpartition("::")[2]] = "expected to fail" if expected else report.outcome


def pytest_sessionfinish():
    if path := os.environ.get("OUTCOMES"):
        Path(path).write_text(json.dumps(_outcomes))
