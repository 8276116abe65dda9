"""The cluster that these tests share."""

import os
import sys
from pathlib import Path

import pytest

from .cluster import missing, running

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def daemons(tmp_path_factory):
    if absent := missing():
        reason = f"no SLURM to test against (missing: {absent})"
        if os.environ.get("SLURM_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(daemons, monkeypatch):
    """The cluster with nothing queued; jobs find these tests' modules, and no LOGNAME."""
    daemons.clear()
    monkeypatch.setenv("PATH", daemons.path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *sys.path[1:2]]))
    monkeypatch.delenv("LOGNAME", raising=False)
    return daemons
