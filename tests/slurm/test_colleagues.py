"""A work folder that others use too: what their jobs are at is neither removed nor run twice."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from .cluster import until
from .test_slurm import MASTER, begin_and_kill, journal, run, steps

pytestmark = pytest.mark.xdist_group("slurm")  # there is one cluster
#: Two users that every machine has, without rights.
COLLEAGUE, OTHER = "nobody", "daemon"


def as_user(name):
    """How a process is begun that is a user's."""
    user = pwd.getpwnam(name)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "umask": 0, "cwd": "/"}


@pytest.fixture
def shared(monkeypatch):
    """A folder in which all may write, and none needs a home."""
    folder = Path(tempfile.mkdtemp(prefix="nipype-maps-shared-"))
    folder.chmod(0o777)
    monkeypatch.setenv("HOME", str(folder))
    (folder / "journal").mkdir()
    (folder / "journal").chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def python(cluster, monkeypatch):
    """A Python that all users can use: this one, or, if it is in a home, the system's with its packages."""
    path = os.pathsep.join([os.environ["PYTHONPATH"], sysconfig.get_path("purelib")])
    monkeypatch.setenv("PYTHONPATH", path)
    how = {"capture_output": True, "check": False, **as_user(COLLEAGUE)}
    for python in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            tried = subprocess.run([python, "-c", "import tests.slurm.test_slurm"], **how)
            if tried.returncode == 0:
                return python
    pytest.skip("other users have no Python of this version")


def open_to_all(folder):
    """As in a folder of a group."""
    for path in folder.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)


def test_a_colleagues_jobs_are_waited_for(cluster, shared, python, meanwhile):
    begin_and_kill(cluster, shared, python, **as_user(COLLEAGUE))
    before = cluster.calls("squeue")
    there = list((shared / "wf" / "batch").iterdir())

    def let_on():
        try:
            until(lambda: cluster.calls("squeue") > before + 1)
            assert list((shared / "wf" / "batch").iterdir()) == there
        finally:
            cluster.open_gate()

    meanwhile(let_on)
    plugin = run(steps(shared, *["works"] * 6))
    assert not plugin.failures
    assert journal(shared) == ["last", *(f"step{k}" for k in range(6))]  # each once
    assert cluster.calls("sbatch") == 1


def test_a_colleagues_jobs_that_the_cluster_hides_are_not_touched(cluster, shared, python):
    ours = [python, "-c", MASTER, shared]
    with cluster.configured(PrivateData="jobs"):
        begin_and_kill(cluster, shared, python, **as_user(COLLEAGUE))
        open_to_all(shared)
        (batch,) = (shared / "wf" / "batch").iterdir()
        done = subprocess.run(ours, capture_output=True, text=True, check=False, **as_user(OTHER))
        assert done.returncode == 1
        said = f"{batch} belongs to jobs of {COLLEAGUE} on this cluster, which hides them"
        assert said in done.stderr
        assert (batch / "task-0.pkl").exists()
        assert cluster.calls("sbatch") == 1
        cluster.open_gate()
        until(lambda: not cluster.jobs())
        open_to_all(shared)
        done = subprocess.run(ours, capture_output=True, text=True, check=False, **as_user(OTHER))
        assert done.returncode == 0, done.stderr
    assert journal(shared) == ["last", *(f"step{k}" for k in range(6))]  # each once
    assert cluster.calls("sbatch") == 1
