"""SLURM's commands: submit, query, cancel; each tried again where the cluster is only busy.

submitit (version 1.5.4) submits arrays too, but queries the state of jobs with sacct, which needs an
accounting database that not every cluster has, calls sbatch only once, and identifies jobs by numbers
that are lost if it is killed before it has stored them; it has no tasks of several nodes.
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
#: sbatch's messages about requests that it will never accept.
HOPELESS = re.compile(
    r"invalid|unrecognized|unknown|not permitted|denied|violates|requested node configuration|"
    r"more processors|memory specification",
    re.I,
)
#: sbatch's messages where fewer tasks might be accepted, or the same ones later: a limit on what a
#: user or a group has queued, or on an array; the general message only where no other limit is named.
TOO_MANY = re.compile(r"SubmitJob|job array specification|^(?!.*(?:QOS|Assoc)\w*Limit).*submit limit")
#: Reasons for which a job stays pending for ever.
NEVER = {
    "BadConstraints", "PartitionConfig", "PartitionNodeLimit", "PartitionTimeLimit", "InvalidAccount",
    "InvalidQOS", "AssocMaxCpuPerJobLimit", "AssocMaxMemPerJob",
}  # fmt: skip
#: States of a job that has not finished, or is started again.
ALIVE = {
    "COMPLETING", "CONFIGURING", "PENDING", "REQUEUED", "REQUEUE_FED", "RESIZING", "RUNNING", "SIGNALING",
    "STAGE_OUT", "STOPPED", "SUSPENDED",
}  # fmt: skip
#: The reason of a job that could not be launched, which SLURM holds for ever.
HELD = "launch failed"
#: Messages about a job that was killed for lack of memory, in SLURM's state or in the job's log; and
#: about one that was killed by signal 9, as the system does for lack of memory, among other reasons.
FOR_MEMORY = re.compile(
    r"OUT_OF_MEMORY|OutOfMemory|oom[-_ ]?kill|exceeded (?:job |step )?memory limit|out of memory", re.I
)
KILLED = re.compile(r"exit code (?:0:9|137:0)")
#: scancel's messages about jobs that have finished already.
OVER = re.compile(r"Invalid job id|already complet", re.I)
#: Environment variables of SLURM's commands that would interfere with what is done here.
INTERFERING = re.compile(
    r"S(?:QUEUE|CANCEL|INFO)_\w+|SBATCH_(?:ARRAY_INX|CLUSTERS|ERROR|JOB_NAME|OUTPUT|TEST_ONLY|WAIT)"
)


class ClusterError(RuntimeError):
    """A command of SLURM failed for good; the message contains its own."""


class TooManyTasksError(ClusterError):
    """The cluster accepts no array of so many tasks, or not now."""


def submit(script: str, name: str, folder: Path, n_tasks: int, arguments: Sequence[str]) -> str:
    """Submit a job array; return its number.

    Parameters
    ----------
    script : str
    name : str
        Of the job; unique.
    folder : pathlib.Path
        Where the logs of the tasks are written.
    n_tasks : int
    arguments : sequence of str
        For sbatch.

    Raises
    ------
    ClusterError
        With sbatch's own message; nothing is queued then.
    """
    # in a path with a backslash SLURM replaces nothing: see `require_writable`
    logs = str(folder).replace("%", "%%")
    own = [f"--job-name={name}", f"--array=0-{n_tasks - 1}", f"--output={logs}/%a.log"]
    try:
        return _submit(["sbatch", "--parsable", *own, *arguments], script, name)
    except BaseException:  # Ctrl-C, above all: the job may be queued before sbatch has answered
        cancel(name=name)
        raise


def require_writable(folder: Path) -> None:
    r"""Raise ClusterError if SLURM cannot write the logs of jobs into a folder.

    Examples
    --------
    >>> require_writable(Path("/data/100% of it"))
    >>> require_writable(Path("/data/a\\b"))
    Traceback (most recent call last):
    ...
    nipype_maps.engine.slurm.commands.ClusterError: SLURM cannot write logs into a folder with a ...
    """
    if "\\" in str(folder):
        raise ClusterError(
            f"SLURM cannot write logs into a folder with a backslash in its path ({folder}); "
            "choose another work folder."
        )


def _submit(command: Sequence[str], script: str, name: str) -> str:
    for pause in (*PAUSES, 0.0):
        answer = _call(command, script)
        if answer.status == 0:
            job = answer.output.strip().rpartition("\n")[2].partition(";")[0]
            if not job.isdigit():
                raise ClusterError(f"sbatch printed no job number but {job!r}; check sbatch_args.")
            return job
        message = f"sbatch: {answer.message or f'status {answer.status}'}"
        if TOO_MANY.search(message):
            raise TooManyTasksError(message)
        if answer.is_missing or HOPELESS.search(message):
            break
        logger.warning("%s; trying again in %g s.", message, pause)
        time.sleep(pause)
        # a busy controller may have accepted the job, and only its answer have come too late
        taken = [task for task, queued in (queue() or {}).items() if queued.name == name]
        if taken:
            return taken[0].partition("_")[0]
    raise ClusterError(message)


class Queued(NamedTuple):
    """A task in the queue: its state, why it is pending, and its job's name."""

    state: str
    reason: str
    name: str


def queue(names: Sequence[str] = ()) -> dict[str, Queued] | None:
    """Every task of this user that is waiting or running; None if squeue fails.

    Parameters
    ----------
    names : sequence of str
        Instead, the jobs of all users that have one of these names.

    Returns
    -------
    dict of str to Queued
        By ``<job>_<task>``.
    """
    which = f"--name={','.join(names)}" if names else f"--user={os.getuid()}"
    answer = _call(["squeue", "--noheader", "--array", "--format=%i|%T|%r|%j", which])
    if answer.status != 0:
        logger.warning("squeue failed (%s); trying again.", answer.message)
        return None
    rows = (line.strip().split("|", 3) for line in answer.output.splitlines() if line.count("|") >= 3)
    return {task: Queued(*fields) for task, *fields in rows}


def state_of(task: str) -> tuple[bool, str]:
    """Whether a task is still to be executed, and its state in words, as long as SLURM remembers it.

    squeue may omit for a moment a task that is queued again.
    """
    output = _call(["scontrol", "--oneliner", "show", "job", task]).output
    fields = dict(re.findall(r"(JobState|Reason|ExitCode)=(\S+)", output))
    if "JobState" not in fields:
        return False, "SLURM has no record of it any more"
    reason = f", {fields['Reason']}" if fields.get("Reason") not in (None, "None") else ""
    state = f"SLURM reports {fields['JobState']}{reason}, exit code {fields.get('ExitCode', '?')}"
    return fields["JobState"] in ALIVE, state


class Cluster(NamedTuple):
    """The cluster whose commands these are.

    Attributes
    ----------
    name : str
        Followed by its controller's, since many clusters share a default name.
    hides_others : bool
        Whether jobs of other users are hidden.
    """

    name: str
    hides_others: bool


def cluster() -> Cluster | None:
    """The cluster; None if it does not answer."""
    answer = _call(["scontrol", "show", "config"])
    pattern = r"^(ClusterName|SlurmctldHost\[0\]|PrivateData)\s*= (.*?)\s*$"
    config = dict(re.findall(pattern, answer.output, re.M))
    if answer.status != 0 or "ClusterName" not in config:
        logger.warning("scontrol failed (%s); trying again.", answer.message)
        return None
    name = f"{config['ClusterName']} ({config.get('SlurmctldHost[0]', '')})"
    private = re.split(r"\W+", config.get("PrivateData", ""))
    return Cluster(name, os.geteuid() != 0 and bool({"jobs", "all"}.intersection(private)))


def largest_memory() -> float | None:
    """Megabytes of memory of the largest machine; None if unknown."""
    sizes = re.findall(r"^(\d+)", _call(["sinfo", "--noheader", "--format=%m"]).output, re.M)
    return max(map(float, sizes), default=None)


def cancel(tasks: Sequence[str] = (), name: str = "") -> None:
    """Cancel tasks, or whole jobs, or the job of a name."""
    which = [*tasks, *([f"--name={name}"] if name else [])]
    for pause in (*PAUSES[:2], 0.0) if which else ():
        answer = _call(["scancel", *which])
        if answer.status == 0 or OVER.search(answer.message):
            return
        time.sleep(pause)
    if which:
        logger.warning("scancel %s failed (%s).", " ".join(which), answer.message)


class Answer(NamedTuple):
    """What a command of SLURM has answered.

    Attributes
    ----------
    status : int
        Exit status.
    output : str
    message : str
        What it wrote to standard error, on one line.
    is_missing : bool
        Whether the command does not exist.
    """

    status: int
    output: str
    message: str
    is_missing: bool = False


def _call(command: Sequence[str], script: str | None = None) -> Answer:
    try:
        # bytes: paths in a script, and other users' names in a queue, may be in any encoding
        done = subprocess.run(
            command,
            input=None if script is None else os.fsencode(script),
            capture_output=True,
            timeout=120,
            env={name: value for name, value in os.environ.items() if not INTERFERING.fullmatch(name)},
        )
    except FileNotFoundError:
        message = f"the command {command[0]} was not found; is SLURM installed on this machine?"
        return Answer(127, "", message, is_missing=True)
    except subprocess.TimeoutExpired:
        return Answer(124, "", "no answer within 120 s")
    output, errors = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return Answer(done.returncode, output, " ".join(errors.split()))
