"""What SLURM's commands answer at their worst, without a commands."""

import os
from pathlib import Path

import pytest

from nipype_maps.engine.slurm import commands
from nipype_maps.engine.slurm.commands import ClusterError


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Put a shell script in the place of a command; returns how often it was called."""
    monkeypatch.setattr(commands, "PAUSES", (0.0,) * 4)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def command(name, script):
        calls = tmp_path / f"{name}.calls"
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$*" >> {calls}\n{script}\n')
        (tmp_path / name).chmod(0o755)
        return lambda: len(calls.read_text().splitlines())

    return command


BUSY = "echo 'scancel: error: Socket timed out on send/recv operation' >&2; exit 1"
OVER = "echo 'scancel: error: Kill job error on job id 7: Invalid job id specified' >&2; exit 1"


@pytest.mark.parametrize(
    ("script", "n_calls", "said"),
    [("exit 0", 1, ""), (BUSY, 3, "scancel 7_1 failed (scancel: error: Socket timed out"), (OVER, 1, "")],
)
def test_what_cannot_be_cancelled_is_tried_again_and_told(command, caplog, script, n_calls, said):
    caplog.set_level("WARNING", "nipype.workflow")
    calls = command("scancel", script)
    commands.cancel(["7_1"])
    assert calls() == n_calls
    assert said in caplog.text


def test_other_jobs_may_have_any_name(command):
    """In any encoding, and with what separates columns in them."""
    command("squeue", "printf '7_0|RUNNING|None|a|b\\n8|PENDING|Priority|caf\\351\\n\\n'")
    found = commands.queue()
    assert found["7_0"] == ("RUNNING", "None", "a|b")
    assert found["8"].state == "PENDING"


@pytest.mark.parametrize("names", [[], ["one", "two"]])
def test_the_queue_of_this_user_or_of_jobs_of_some_names_is_asked_for(command, tmp_path, names):
    command("squeue", "exit 0")
    assert commands.queue(names) == {}
    words = (tmp_path / "squeue.calls").read_text()
    assert words.rstrip().endswith(f"--name={','.join(names)}" if names else f"--user={os.getuid()}")


def test_a_script_may_hold_paths_of_any_encoding(command, tmp_path):
    command("sbatch", f"cat > {tmp_path}/script; echo '12;a-cluster'")
    script = f"exec true {os.fsdecode(b'caf%c' % 0xE9)}\n"
    assert commands.submit(script, "name", Path("/logs/50%"), 2, ["--time=1"]) == "12"
    assert (tmp_path / "script").read_bytes() == os.fsencode(script)
    assert "--output=/logs/50%%/%a.log --time=1" in (tmp_path / "sbatch.calls").read_text()


@pytest.mark.parametrize("answer", ["", "sbatch 22.05.8", "Usage: sbatch"])
def test_an_answer_without_a_number_is_none(command, answer):
    command("sbatch", f"echo '{answer}'")
    cancelled = command("scancel", "exit 0")
    with pytest.raises(ClusterError, match="sbatch printed no job number"):
        commands.submit("", "name", Path("/logs"), 1, [])
    assert cancelled() == 1


@pytest.mark.parametrize(
    ("private", "is_root", "hides"),
    [("none", False, False), ("accounts,jobs,usage", False, True), ("accounts", False, False),
     ("accounts,jobs", True, False)],
)  # fmt: skip
def test_whose_jobs_a_cluster_shows(command, monkeypatch, private, is_root, hides):
    monkeypatch.setattr(os, "geteuid", lambda: 0 if is_root else 1000)
    told = [f"PrivateData   = {private}", "ClusterName   = blue", "SlurmctldHost[0]    = ctl(10.0.0.1)"]
    command("scontrol", "\n".join(["cat <<'END'", *told, "END"]))
    assert commands.cluster() == ("blue (ctl(10.0.0.1))", hides)


def test_a_cluster_that_does_not_answer_is_not_known(command):
    command("scontrol", "exit 1")
    assert commands.cluster() is None


def test_the_largest_machine(command):
    command("sinfo", "printf '64000+\\n128000\\n'")
    assert commands.largest_memory() == 128000
    command("sinfo", "exit 1")
    assert commands.largest_memory() is None


@pytest.mark.parametrize(
    ("answer", "is_alive", "words"),
    [
        ("JobId=8 JobState=PENDING Reason=BeginTime ExitCode=0:0", True, "SLURM reports PENDING, BeginTime"),
        (
            "JobId=8 JobState=COMPLETING Reason=None ExitCode=0:0",
            True,
            "SLURM reports COMPLETING, exit code 0:0",
        ),
        (
            "JobId=8 JobState=PREEMPTED Reason=None ExitCode=0:15",
            False,
            "SLURM reports PREEMPTED, exit code 0:15",
        ),
        ("slurm_load_jobs error: Invalid job id specified", False, "SLURM has no record of it any more"),
    ],
)
def test_a_task_that_is_queued_again_is_not_lost(command, answer, is_alive, words):
    command("scontrol", f"echo '{answer}'")
    found = commands.state_of("7_0")
    assert found[0] is is_alive
    assert found[1].startswith(words)
