"""What clusters do to a data set that is processed: afterwards it is complete, and byte for byte the same."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..derivatives import REAL_MAPS, write_derivatives
from .cluster import until

pytestmark = pytest.mark.xdist_group("slurm")  # there is one cluster

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
    """Four tiny runs on two grids, and what a run in one process makes of them."""
    root = tmp_path_factory.mktemp("tree")
    derivatives = write_derivatives(root / "fmriprep", n_subjects=2, n_runs=2, tiny=True)
    done = begin(derivatives, root / "linear").communicate(timeout=600)
    assert "4 of 4 runs done" in done[0], done
    return derivatives, contents(root / "linear")


def begin(derivatives, out, *options) -> subprocess.Popen:
    maps = [word for path in REAL_MAPS for word in ("--maps", path)]
    options = [out, *maps, "--confounds-strategy", "6P", "--detrend", *options]
    return subprocess.Popen(
        [*COMMAND, *map(str, [derivatives, *options])],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def contents(out: Path) -> dict:
    files = [*out.glob("sub-*/func/*"), *out.glob("atlas-*")]
    return {path.relative_to(out): path.read_bytes() for path in files}


@pytest.fixture
def on_cluster(cluster, tree, tmp_path):
    """Process the data set, while something happens to it; status, output, errors.

    Where that was not done then, it is when it is processed once more, and nothing happens.
    """
    last = []

    def on_cluster(fault=lambda process: None, **more):
        (tmp_path / "slurm.json").write_text(json.dumps(ARGS | more))
        options = ["--plugin", "SLURM", "--plugin-args", tmp_path / "slurm.json"]
        process = begin(tree[0], tmp_path / "out", *options)
        try:
            fault(process)
        except BaseException:
            process.kill()
            raise
        output, errors = process.communicate(timeout=600)
        last[:] = process.returncode, output, errors
        return last

    yield on_cluster
    cluster.open_gate()
    status, output, errors = last if last[:1] == [0] else on_cluster()
    assert status == 0, errors
    assert "4 of 4 runs done" in output
    assert contents(tmp_path / "out") == tree[1]


def log_of(tmp_path) -> str:
    return (tmp_path / "out/logs/nipype.log").read_text()


def test_nothing_happens(on_cluster, cluster):
    status, output, _ = on_cluster()
    assert status == 0
    assert "0 cached" in output
    assert (n_submitted := cluster.calls("sbatch")) <= 3  # both fits, then the runs of each grid
    status, output, _ = on_cluster()
    assert status == 0
    assert "0 steps executed" in output
    assert cluster.calls("sbatch") == n_submitted


@pytest.mark.parametrize(("state", "options"), [("RUNNING", ""), ("PENDING", "--exclusive")])
def test_a_job_is_cancelled(on_cluster, cluster, tmp_path, state, options):
    cluster.close_gate()

    def fault(process):
        until(cluster.at_gate, process)
        subprocess.run(["scancel", until(lambda: cluster.jobs(state), process)[-1]], check=True)
        cluster.open_gate()

    status, _, errors = on_cluster(fault, sbatch_args=options)
    assert status == 0, errors
    assert "submitted again" in log_of(tmp_path)


@pytest.mark.parametrize("daemon", ["slurmd", "slurmctld"])
def test_a_daemon_is_killed_and_started_again(on_cluster, cluster, daemon):
    cluster.close_gate()

    def fault(process):
        until(cluster.at_gate, process)
        # a controller that cannot note its jobs may lose them, and the machine with them
        cluster.stop(daemon, by="KILL" if daemon == "slurmd" else "TERM")
        before = cluster.calls("squeue")
        until(lambda: cluster.calls("squeue") > before, process)
        cluster.open_gate()
        cluster.start(daemon)

    status, _, errors = on_cluster(fault)
    assert status == 0, errors


@pytest.mark.parametrize("mode", ["cancel", "requeue"])
def test_a_job_makes_room_for_a_dearer_one(on_cluster, cluster, tmp_path, mode):
    cluster.close_gate()

    def fault(process):
        until(cluster.at_gate, process)
        dearer = [
            "sbatch",
            "--parsable",
            "--partition=dear",
            "--exclusive",
            "--output=/dev/null",
            "--wrap=true",
        ]
        job = subprocess.run(dearer, check=True, capture_output=True, text=True).stdout.strip()
        # it has the machine for itself, so that by its end the others' processes have ended
        until(lambda: job not in cluster.jobs(), process)
        cluster.open_gate()
        # SLURM would let those that it queues again wait for two minutes; begun in the second in which
        # they were ended, they would not be launched, since its credentials count whole seconds
        ended = int(time.time())
        until(lambda: time.time() > ended + 1, process)
        while waiting := cluster.jobs("PENDING"):
            for job in waiting:
                update = ["scontrol", "update", f"JobId={job}", "StartTime=now"]
                subprocess.run(update, check=False, capture_output=True)

    status, _, errors = on_cluster(fault, sbatch_args=f"--partition={mode}")
    assert status == 0, errors
    log = log_of(tmp_path).splitlines()
    again = [line for line in log if "submitted again" in line]
    assert bool(again) == (mode == "cancel"), "\n".join(log)


def test_a_job_is_past_its_time_limit(on_cluster, cluster):
    """SLURM's limits are whole minutes, of which the job is told that they are over."""
    cluster.close_gate()

    def fault(process):
        task, *_ = until(cluster.at_gate, process)
        subprocess.run(["scontrol", "update", f"JobId={task}", "EndTime=now"], check=True)
        until(lambda: task not in cluster.jobs(), process)
        cluster.open_gate()

    status, output, errors = on_cluster(fault, sbatch_args="--time=60", tries=1)
    assert status == 1
    assert "2 of 4 runs done" in output  # it was the job of one of the fits
    assert "its job was lost 1 times (SLURM reports TIMEOUT" in errors


def test_a_job_is_killed_for_memory(on_cluster, cluster):
    cluster.need(51)
    status, output, errors = on_cluster(sbatch_args="--mem=50M", tries=1)
    assert status == 1
    assert "0 of 4 runs done" in output
    assert (
        "its job was killed for lack of memory 1 times, the last time with 0.0488 GB (SLURM reports "
        in errors
    )
    assert "request more for the node (mem_gb, or --mem in sbatch_args)" in errors
    assert "Exceeded job memory limit" in errors  # the job's last words
    cluster.need(0)


def test_a_job_that_was_killed_for_memory_is_given_more(on_cluster, cluster, tmp_path):
    cluster.need(801)
    status, _, errors = on_cluster(sbatch_args="--mem=400M")
    assert status == 0, errors
    assert "submitted again with 0.781 GB of memory." in log_of(tmp_path)
    assert "submitted again with 1.56 GB of memory." in log_of(tmp_path)
    cluster.need(0)


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
    assert 3 <= cluster.calls("sbatch") <= 5  # nodes behind the fits may go into their tasks


def test_sbatch_submits_and_says_that_it_did_not(on_cluster, cluster):
    """A controller that is busy answers too late."""
    cluster.lose_answer("sbatch")
    status, _, errors = on_cluster()
    assert status == 0, errors
    assert cluster.calls("sbatch") <= 3  # as where nothing happens: nothing was submitted twice


def test_squeue_fails_ten_times(on_cluster, cluster):
    cluster.close_gate()

    def fault(process):
        until(cluster.at_gate, process)
        cluster.fail("squeue", 1_000_000)
        before = cluster.calls("squeue")
        until(lambda: cluster.calls("squeue") > before + 10, process)
        cluster.fail("squeue", 0)
        cluster.open_gate()

    status, _, errors = on_cluster(fault)
    assert status == 0, errors
    assert cluster.calls("sbatch") <= 3


def test_the_master_is_killed(on_cluster, cluster, tmp_path):
    cluster.close_gate()

    def kill(process):
        until(cluster.at_gate, process)
        process.kill()

    status, _, _ = on_cluster(kill)
    assert status == -signal.SIGKILL
    jobs_before = cluster.calls("sbatch")

    def let_on(process):
        until(lambda: "of an earlier call by root are still queued; waiting" in log_of(tmp_path), process)
        assert cluster.calls("sbatch") == jobs_before
        cluster.open_gate()

    status, output, errors = on_cluster(let_on)
    assert status == 0, errors
    n_found = int(re.search(r"(\d+) cached", output)[1])
    assert n_found >= 8  # the nodes of both fits went on, and are not submitted twice


@pytest.mark.parametrize("is_told", [True, False])
def test_ctrl_c(on_cluster, cluster, is_told):
    if not is_told:
        cluster.lose_answer("sbatch", after=600)
    cluster.close_gate()

    def fault(process):
        until(cluster.at_gate, process)
        process.send_signal(signal.SIGINT)

    status, _, _ = on_cluster(fault)
    assert status != 0
    assert cluster.calls("sbatch") == 1
    until(lambda: not cluster.jobs())
    cluster.open_gate()
