"""The cluster that these tests share."""

import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from .cluster import missing, running

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def daemons():
    if absent := missing():
        reason = f"no SLURM to test against (missing: {absent})"
        if os.environ.get("SLURM_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="nipype-maps-cluster-"))  # other users read its settings
    folder.chmod(0o755)
    try:
        with running(folder) as cluster:
            yield cluster
            cluster.clear()
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def cluster(daemons, monkeypatch):
    """The cluster with nothing queued; jobs find these tests' modules, and no LOGNAME."""
    daemons.clear()
    monkeypatch.setenv("PATH", daemons.path)
    path = [str(daemons.folder / "python"), str(ROOT), *sys.path[1:2]]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    monkeypatch.delenv("LOGNAME", raising=False)
    return daemons


@pytest.fixture
def meanwhile():
    """Do something beside the test, which fails if that does."""
    threads, errors = [], []

    def meanwhile(function):
        def act():
            try:
                function()
            except BaseException as error:
                errors.append(error)

        threads.append(threading.Thread(target=act))
        threads[-1].start()

    yield meanwhile
    for thread in threads:
        thread.join()
    assert not errors, errors
