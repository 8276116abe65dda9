"""What clusters do to a data set that is processed: afterwards it is complete, and byte for byte the same."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..derivatives import REAL_MAPS, write_derivatives

#: Takes Ctrl-C even where these tests run in the background of a shell, which passes it by.
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from nipype_maps.cli import main
main()
"""
COMMAND = [sys.executable, "-c", PROGRAM, "dataset"]
ARGS = {"poll": 0.3, "nfs_wait": 1.0, "linger": 1.0, "nodes_per_task": 2}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Eight tiny runs on two grids, and what a run in one process makes of them."""
    root = tmp_path_factory.mktemp("tree")
    derivatives = write_derivatives(root / "fmriprep", n_subjects=4, n_runs=2, tiny=True)
    done = begin(derivatives, root / "linear").communicate(timeout=120)
    assert "8 of 8 runs done" in done[0], done
    return derivatives, contents(root / "linear")


def begin(derivatives, out, *options) -> subprocess.Popen:
    maps = [word for path in REAL_MAPS for word in ("--maps", path)]
    options = [*maps, "--out", out, "--confounds-strategy", "6P", "--detrend", *options]
    return subprocess.Popen(
        [*COMMAND, *map(str, [derivatives, *options])],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def contents(out: Path) -> dict:
    files = [*out.glob("sub-*/func/*"), *out.glob("*probseg.tsv"), out / "dataset_description.json"]
    return {path.relative_to(out): path.read_bytes() for path in files}


@pytest.fixture
def on_cluster(cluster, tree, tmp_path):
    """Process the data set, while something happens to it; status, output, errors."""

    def on_cluster(fault=lambda process: None, **more):
        (tmp_path / "slurm.json").write_text(json.dumps(ARGS | more))
        options = ["--plugin", "SLURM", "--plugin-args", tmp_path / "slurm.json"]
        process = begin(tree[0], tmp_path / "out", *options)
        try:
            fault(process)
        except BaseException:
            process.kill()
            raise
        output, errors = process.communicate(timeout=300)
        return process.returncode, output, errors

    yield on_cluster
    status, output, errors = on_cluster()  # once more, and nothing happens
    assert status == 0, errors
    assert "8 of 8 runs done" in output
    assert contents(tmp_path / "out") == tree[1]


def when(cluster, state, process):
    """Wait for a task in a state; which."""
    while not (jobs := cluster.jobs(state)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    return jobs[-1]


def test_nothing_happens(on_cluster, cluster):
    status, output, _ = on_cluster()
    assert status == 0
    assert "0 found done" in output
    assert cluster.calls("sbatch") <= 3  # both fits, then the runs of each grid


@pytest.mark.parametrize("state", ["RUNNING", "PENDING"])
def test_a_job_is_cancelled(on_cluster, cluster, tmp_path, state):
    def fault(process):
        subprocess.run(["scancel", when(cluster, state, process)], check=True)

    status, _, errors = on_cluster(fault, sbatch_args="--exclusive")  # one of the fits' two jobs waits
    assert status == 0, errors
    assert "submitted again" in (tmp_path / "out/logs/nipype.log").read_text()


@pytest.mark.parametrize("daemon", ["slurmd", "slurmctld"])
def test_a_daemon_is_killed_and_started_again(on_cluster, cluster, daemon):
    def fault(process):
        when(cluster, "RUNNING", process)
        # a controller that cannot note its jobs may lose them, and the machine with them
        cluster.stop(daemon, by="KILL" if daemon == "slurmd" else "TERM")
        time.sleep(2)
        cluster.start(daemon)

    status, _, errors = on_cluster(fault)
    assert status == 0, errors


def halted(cluster, process, mb=0) -> int:
    """Halt a job's Python as soon as it holds so much memory; its process."""
    when(cluster, "RUNNING", process)
    while True:
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                if "nipype_maps.plugins.task" not in (status.parent / "cmdline").read_text():
                    continue
                held = int(status.read_text().partition("VmRSS:")[2].split()[0])
                if held > 1024 * mb:
                    os.kill(pid := int(status.parent.name), signal.SIGSTOP)
                    return pid
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


@pytest.mark.parametrize("mode", ["CANCEL", "REQUEUE"])
def test_a_job_makes_room_for_a_dearer_one(on_cluster, cluster, tmp_path, mode):
    def fault(process):
        halted(cluster, process)
        (job, *_) = cluster.jobs("RUNNING")
        dearer = ["sbatch", "--partition=dear", "--exclusive", "--output=/dev/null", "--wrap=sleep 1"]
        subprocess.run(dearer, check=True, capture_output=True)
        while job in cluster.jobs("RUNNING"):
            time.sleep(0.1)
        # SLURM would let those that it queues again wait for two minutes
        while waiting := cluster.jobs("PENDING"):
            for job in waiting:
                subprocess.run(["scontrol", "update", f"JobId={job}", "StartTime=now"], check=False)
            time.sleep(0.5)

    dear = {"PreemptType": "preempt/partition_prio", "PreemptMode": mode}
    with cluster.configured(**dear, PartitionName="dear Nodes=ALL PriorityTier=10"):
        status, _, errors = on_cluster(fault)
    assert status == 0, errors
    log = (tmp_path / "out/logs/nipype.log").read_text()
    assert ("submitted again" in log) == (mode == "CANCEL")


def test_a_job_is_past_its_time_limit(on_cluster, cluster):
    """SLURM's limits are whole minutes."""
    status, output, errors = on_cluster(
        lambda process: halted(cluster, process), sbatch_args="--time=1", tries=1
    )
    assert status == 1
    assert "4 of 8 runs done" in output  # it was the job of one of the fits
    assert "its job was lost 1 times (SLURM says TIMEOUT" in errors


def test_a_job_is_killed_for_memory(on_cluster, cluster):
    status, output, errors = on_cluster(
        lambda process: halted(cluster, process, mb=60), sbatch_args="--mem=50M", tries=1
    )
    assert status == 1
    assert "0 of 8 runs done" in output
    assert "its job was lost 1 times (SLURM says " in errors
    assert "Exceeded job memory limit" in errors  # the job's last words


def test_the_partition_is_not_there(on_cluster, cluster):
    status, _, errors = on_cluster(sbatch_args="--partition=nowhere")
    assert status == 1
    assert "sbatch: " in errors
    assert "invalid partition" in errors
    assert cluster.calls("sbatch") == 1  # and not again


def test_sbatch_fails_twice(on_cluster, cluster):
    cluster.fail("sbatch", 2)
    status, _, errors = on_cluster()
    assert status == 0, errors
    assert 4 <= cluster.calls("sbatch") <= 5


def test_sbatch_submits_and_says_that_it_did_not(on_cluster, cluster):
    """A controller that is busy answers too late."""
    cluster.lose_answer("sbatch")
    status, _, errors = on_cluster()
    assert status == 0, errors
    assert cluster.calls("sbatch") <= 3  # as where nothing happens: nothing was submitted twice


def test_squeue_fails_for_ten_seconds(on_cluster, cluster):
    def fault(process):
        pid = halted(cluster, process)
        cluster.fail("squeue", 1_000_000)
        before = cluster.calls("squeue")
        time.sleep(10)
        assert cluster.calls("squeue") > before + 10
        cluster.fail("squeue", 0)
        os.kill(pid, signal.SIGCONT)

    status, _, errors = on_cluster(fault)
    assert status == 0, errors
    assert cluster.calls("sbatch") <= 3


def test_the_master_is_killed(on_cluster, cluster):
    def fault(process):
        when(cluster, "RUNNING", process)
        process.kill()

    status, _, _ = on_cluster(fault)
    assert status == -signal.SIGKILL
    assert cluster.jobs()
    jobs_before = cluster.calls("sbatch")
    status, _, errors = on_cluster()
    assert status == 0, errors
    assert cluster.calls("sbatch") == jobs_before + 1  # the fits went on, and are not submitted twice


@pytest.mark.parametrize("is_told", [True, False])
def test_ctrl_c(on_cluster, cluster, is_told):
    if not is_told:
        cluster.lose_answer("sbatch", after=60)

    def fault(process):
        halted(cluster, process)  # it would not end by itself
        process.send_signal(signal.SIGINT)

    status, _, _ = on_cluster(fault)
    assert status != 0
    assert cluster.calls("sbatch") == 1
    deadline = time.monotonic() + 20
    while (left := cluster.jobs()) and time.monotonic() < deadline:
        time.sleep(0.2)
    cluster.clear()
    assert not left
