"""SLURM's commands: submit, ask, cancel; each tried again where the cluster is only busy.

submitit (read in 1.5.4) submits arrays too, but learns the state of jobs from sacct, which needs an
accounting database that not every cluster has, calls sbatch once, and knows jobs by numbers that
are lost if it is killed before it has noted them; tasks of several nodes would be ours all the same.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger("nipype.workflow")

#: Seconds between tries of a command that failed.
PAUSES = (1.0, 2.0, 4.0, 8.0)
#: What sbatch says of a request that it will never take.
HOPELESS = re.compile(
    r"invalid|unrecognized|unknown|not permitted|denied|violates|requested node configuration|"
    r"more processors|memory specification",
    re.I,
)
#: What sbatch says where fewer tasks might be taken, or the same ones later: a limit on what a
#: user or a group has queued, or on an array; the words on all limits only where no other is named.
TOO_MANY = re.compile(r"SubmitJob|job array specification|^(?!.*(?:QOS|Assoc)\w*Limit).*submit limit")
#: Why a job waits that will wait for ever.
NEVER = {
    "BadConstraints", "PartitionConfig", "PartitionNodeLimit", "PartitionTimeLimit", "InvalidAccount",
    "InvalidQOS", "AssocMaxCpuPerJobLimit", "AssocMaxMemPerJob",
}  # fmt: skip
#: What SLURM does with a job that could not be launched: it keeps it for ever.
HELD = "launch failed"


class ClusterError(RuntimeError):
    """A command of SLURM failed for good; its words are the message."""


class TooManyTasksError(ClusterError):
    """The cluster takes no array of so many tasks, or not now."""


def submit(script: str, name: str, folder: Path, n_tasks: int, arguments: Sequence[str]) -> str:
    """Submit a job array; its number.

    Parameters
    ----------
    script : str
    name : str
        Of the job; no other has it.
    folder : pathlib.Path
        Where the tasks' words are written.
    n_tasks : int
    arguments : sequence of str
        For sbatch.

    Raises
    ------
    ClusterError
        With sbatch's own words; nothing is queued then.
    """
    own = [f"--job-name={name}", f"--array=0-{n_tasks - 1}", f"--output={folder}/%a.log"]
    try:
        return _submit(["sbatch", "--parsable", *own, *arguments], script, name)
    except BaseException:  # Ctrl-C, above all: the job may be queued, whatever sbatch came to say
        _call(["scancel", f"--name={name}"])
        raise


def _submit(command: Sequence[str], script: str, name: str) -> str:
    for pause in (*PAUSES, 0.0):
        done = _call(command, script)
        if done.returncode == 0:
            return done.stdout.strip().splitlines()[-1].partition(";")[0]
        words = f"sbatch: {' '.join(done.stderr.split()) or f'status {done.returncode}'}"
        if TOO_MANY.search(words):
            raise TooManyTasksError(words)
        if HOPELESS.search(words):
            break
        logger.warning("%s; trying again in %g s.", words, pause)
        time.sleep(pause)
        # a busy controller may have taken the job, and only its answer have come too late
        taken = [task for task, queued in (queue() or {}).items() if queued.name == name]
        if taken:
            return taken[0].partition("_")[0]
    raise ClusterError(words)


class Queued(NamedTuple):
    """A task in the queue: its state, why it waits, and its job's name."""

    state: str
    reason: str
    name: str


def queue() -> dict[str, Queued] | None:
    """Every task of this user that is waiting or running; None if squeue fails.

    Returns
    -------
    dict of str to Queued
        By ``<job>_<task>``.
    """
    done = _call(["squeue", "--noheader", "--array", "--format=%i|%T|%r|%j", f"--user={os.getuid()}"])
    if done.returncode != 0:
        logger.warning("squeue failed (%s); asking again.", " ".join(done.stderr.split()))
        return None
    rows = (line.strip().split("|", 3) for line in done.stdout.splitlines() if line.count("|") >= 3)
    return {task: Queued(*told) for task, *told in rows}


def epitaph(task: str) -> str:
    """What SLURM knows of a task that has ended: its state and exit code, as long as it remembers."""
    told = _call(["scontrol", "--oneliner", "show", "job", task]).stdout
    fields = dict(re.findall(r"(JobState|Reason|ExitCode)=(\S+)", told))
    if "JobState" not in fields:
        return "SLURM does not know it any more"
    reason = f", {fields['Reason']}" if fields.get("Reason") not in (None, "None") else ""
    return f"SLURM says {fields['JobState']}{reason}, exit code {fields.get('ExitCode', '?')}"


def cancel(tasks: Sequence[str]) -> None:
    """Cancel tasks, or whole jobs."""
    if tasks:
        _call(["scancel", *tasks])


def _call(command: Sequence[str], script: str | None = None) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(command, input=script, capture_output=True, text=True, timeout=120)
    except FileNotFoundError:
        return subprocess.CompletedProcess(
            command, 127, "", f"invalid: the command {command[0]} is not there; is this a SLURM cluster?"
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", "no answer within 120 s")
