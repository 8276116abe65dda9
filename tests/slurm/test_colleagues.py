"""A work folder that others use too: what their jobs are at is neither removed nor run twice."""

import pwd
import shutil
import subprocess
import sys
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
    tried = subprocess.run(
        [sys.executable, "-c", "import nipype_maps.plugins, tests.slurm.test_slurm"],
        capture_output=True, text=True, check=False, **as_user(COLLEAGUE),
    )  # fmt: skip
    if tried.returncode:
        pytest.skip(f"other users cannot use this Python ({tried.stderr.strip().splitlines()[-1]})")
    folder = Path(tempfile.mkdtemp(prefix="nipype-maps-shared-"))
    folder.chmod(0o777)
    monkeypatch.setenv("HOME", str(folder))
    (folder / "journal").mkdir()
    (folder / "journal").chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def open_to_all(folder):
    """As in a folder of a group."""
    for path in folder.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)


def test_a_colleagues_jobs_are_waited_for(cluster, shared, meanwhile):
    begin_and_kill(cluster, shared, **as_user(COLLEAGUE))
    before = cluster.calls("squeue")
    there = list((shared / "wf" / "batch").iterdir())

    def let_on():
        until(lambda: cluster.calls("squeue") > before + 1)
        assert list((shared / "wf" / "batch").iterdir()) == there
        cluster.open_gate()

    meanwhile(let_on)
    plugin = run(steps(shared, *["works"] * 6))
    assert not plugin.failures
    assert journal(shared) == ["last", *(f"step{k}" for k in range(6))]  # each once
    assert cluster.calls("sbatch") == 1


def test_a_colleagues_jobs_that_the_cluster_hides_are_not_touched(cluster, shared):
    ours = [sys.executable, "-c", MASTER, shared]
    with cluster.configured(PrivateData="jobs"):
        begin_and_kill(cluster, shared, **as_user(COLLEAGUE))
        open_to_all(shared)
        (batch,) = (shared / "wf" / "batch").iterdir()
        done = subprocess.run(ours, capture_output=True, text=True, check=False, **as_user(OTHER))
        assert done.returncode == 1
        said = f"{batch} is of jobs of {COLLEAGUE} on this cluster, which does not show them"
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
