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
#: States of a job that has not ended, or begins anew.
ALIVE = {
    "COMPLETING", "CONFIGURING", "PENDING", "REQUEUED", "REQUEUE_FED", "RESIZING", "RUNNING", "SIGNALING",
    "STAGE_OUT", "STOPPED", "SUSPENDED",
}  # fmt: skip
#: What SLURM does with a job that could not be launched: it keeps it for ever.
HELD = "launch failed"
#: What is said of a job that was killed for memory, by SLURM or on the job's own page or log; and of
#: one that was killed by signal 9, as the system does for lack of memory, and others for other reasons.
FOR_MEMORY = re.compile(
    r"OUT_OF_MEMORY|OutOfMemory|oom[-_ ]?kill|exceeded (?:job |step )?memory limit|out of memory", re.I
)
KILLED = re.compile(r"exit code (?:0:9|137:0)")
#: What scancel says of jobs that need not be cancelled any more.
OVER = re.compile(r"Invalid job id|already complet", re.I)
#: Variables by which users change what SLURM's commands do, that would change what is done here.
FOREIGN = re.compile(
    r"S(?:QUEUE|CANCEL|INFO)_\w+|SBATCH_(?:ARRAY_INX|CLUSTERS|ERROR|JOB_NAME|OUTPUT|TEST_ONLY|WAIT)"
)


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
    # of a path with a backslash SLURM would replace nothing: see `require_writable`
    logs = str(folder).replace("%", "%%")
    own = [f"--job-name={name}", f"--array=0-{n_tasks - 1}", f"--output={logs}/%a.log"]
    try:
        return _submit(["sbatch", "--parsable", *own, *arguments], script, name)
    except BaseException:  # Ctrl-C, above all: the job may be queued, whatever sbatch came to say
        cancel(name=name)
        raise


def require_writable(folder: Path) -> None:
    r"""Raise ClusterError if SLURM cannot write the words of jobs into a folder.

    Examples
    --------
    >>> require_writable(Path("/data/100% of it"))
    >>> require_writable(Path("/data/a\\b"))
    Traceback (most recent call last):
    ...
    nipype_maps.engine.slurm.commands.ClusterError: SLURM writes no logs into a folder with a ...
    """
    if "\\" in str(folder):
        raise ClusterError(
            f"SLURM writes no logs into a folder with a backslash in its path, as {folder} has; "
            "choose another work folder."
        )


def _submit(command: Sequence[str], script: str, name: str) -> str:
    for pause in (*PAUSES, 0.0):
        done = _call(command, script)
        if done.returncode == 0:
            job = done.stdout.strip().rpartition("\n")[2].partition(";")[0]
            if not job.isdigit():
                raise ClusterError(f"sbatch gave no number of a job but {job!r}; see sbatch_args.")
            return job
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


def queue(names: Sequence[str] = ()) -> dict[str, Queued] | None:
    """Every task of this user that is waiting or running; None if squeue fails.

    Parameters
    ----------
    names : sequence of str
        Of jobs: those of all users that have one of these, instead.

    Returns
    -------
    dict of str to Queued
        By ``<job>_<task>``.
    """
    which = f"--name={','.join(names)}" if names else f"--user={os.getuid()}"
    done = _call(["squeue", "--noheader", "--array", "--format=%i|%T|%r|%j", which])
    if done.returncode != 0:
        logger.warning("squeue failed (%s); asking again.", " ".join(done.stderr.split()))
        return None
    rows = (line.strip().split("|", 3) for line in done.stdout.splitlines() if line.count("|") >= 3)
    return {task: Queued(*told) for task, *told in rows}


def state_of(task: str) -> tuple[bool, str]:
    """Whether SLURM will run a task still, and what it knows of it, as long as it remembers.

    squeue may leave out for a moment a task that is queued again.
    """
    told = _call(["scontrol", "--oneliner", "show", "job", task]).stdout
    fields = dict(re.findall(r"(JobState|Reason|ExitCode)=(\S+)", told))
    if "JobState" not in fields:
        return False, "SLURM does not know it any more"
    reason = f", {fields['Reason']}" if fields.get("Reason") not in (None, "None") else ""
    words = f"SLURM says {fields['JobState']}{reason}, exit code {fields.get('ExitCode', '?')}"
    return fields["JobState"] in ALIVE, words


class Cluster(NamedTuple):
    """What there is to know of the cluster whose commands these are.

    Attributes
    ----------
    name : str
        With its controller's, since not all choose a name of their own.
    hides_others : bool
        Whether jobs of other users are not shown.
    """

    name: str
    hides_others: bool


def cluster() -> Cluster | None:
    """The cluster; None if it does not answer."""
    done = _call(["scontrol", "show", "config"])
    told = dict(re.findall(r"^(ClusterName|SlurmctldHost\[0\]|PrivateData)\s*= (.*?)\s*$", done.stdout, re.M))
    if done.returncode != 0 or "ClusterName" not in told:
        logger.warning("scontrol failed (%s); asking again.", " ".join(done.stderr.split()))
        return None
    name = f"{told['ClusterName']} ({told.get('SlurmctldHost[0]', '')})"
    private = re.split(r"\W+", told.get("PrivateData", ""))
    return Cluster(name, os.geteuid() != 0 and bool({"jobs", "all"}.intersection(private)))


def largest_memory() -> float | None:
    """Megabytes of the machine that has most; None if that is not known."""
    told = re.findall(r"^(\d+)", _call(["sinfo", "--noheader", "--format=%m"]).stdout, re.M)
    return max(map(float, told), default=None)


def cancel(tasks: Sequence[str] = (), name: str = "") -> None:
    """Cancel tasks, or whole jobs, or that of a name."""
    which = [*tasks, *([f"--name={name}"] if name else [])]
    for pause in (*PAUSES[:2], 0.0) if which else ():
        done = _call(["scancel", *which])
        if done.returncode == 0 or OVER.search(done.stderr):
            return
        time.sleep(pause)
    if which:
        logger.warning("scancel %s failed (%s).", " ".join(which), " ".join(done.stderr.split()))


def _call(command: Sequence[str], script: str | None = None) -> subprocess.CompletedProcess:
    try:
        # bytes: paths in a script, and other users' names in a queue, may be in any encoding
        done = subprocess.run(
            command,
            input=None if script is None else os.fsencode(script),
            capture_output=True,
            timeout=120,
            env={name: value for name, value in os.environ.items() if not FOREIGN.fullmatch(name)},
        )
        output, errors = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(command, done.returncode, output, errors)
    except FileNotFoundError:
        return subprocess.CompletedProcess(
            command, 127, "", f"invalid: the command {command[0]} is not there; is this a SLURM cluster?"
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", "no answer within 120 s")
