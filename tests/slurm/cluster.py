"""A real SLURM of one machine, for tests and benchmarks."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")
CONF = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
KillWait=1
OverTimeLimit=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ReturnToService=2
MpiDefault=none
NodeName=localhost CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES PreemptMode=OFF
PartitionName=cancel Nodes=ALL PreemptMode=CANCEL
PartitionName=requeue Nodes=ALL PreemptMode=REQUEUE
PartitionName=dear Nodes=ALL PriorityTier=10 PreemptMode=OFF
"""
#: Read by the Python of each task before all else.  Where it is told to, a task of less memory than so
#: many megabytes takes more than it may, and keeps it until it is killed; and tasks stay at the gate, where
#: they say that they are, as long as it is closed.
IN_TASKS = """
import os, time
from pathlib import Path
told = os.environ.get
if "SLURM_ARRAY_TASK_ID" in os.environ:
    folder = Path({folder!r})
    needed = folder / "needed"
    has = int(told("SLURM_MEM_PER_NODE", 0))
    if needed.exists() and has < int(needed.read_text()):
        content = b"x" * ((has + 64) << 20)
        while True:
            time.sleep(1)
    if (folder / "closed").exists():
        name = "_".join([told("SLURM_ARRAY_JOB_ID"), told("SLURM_ARRAY_TASK_ID")])
        (folder / "at-gate" / name).touch()
    while (folder / "closed").exists():
        time.sleep(0.05)
"""
#: Notes the call; fails as often as one file says; does as the command itself but says, after some
#: seconds, that it failed, where another says so; and, as sites that count their users' tasks in a
#: database do, takes no more tasks than a third says.
WRAPPER = """#!/bin/sh
echo "{name} $*" >> {log}
left=$(cat {folder}/fail-{name} 2>/dev/null || echo 0)
if [ "$left" -gt 0 ]; then
    echo $((left - 1)) > {folder}/fail-{name}
    echo "{name}: error: Socket timed out on send/recv operation" >&2
    exit 1
fi
if late=$(cat {folder}/late-{name} 2>/dev/null); then
    rm {folder}/late-{name}
    {real} "$@" > /dev/null
    sleep $late
    echo "{name}: error: Socket timed out on send/recv operation" >&2
    exit 1
fi
if most=$(cat {folder}/most-{name} 2>/dev/null); then
    last=$(echo "$*" | sed 's/.*--array=0-\\([0-9]*\\).*/\\1/')
    if [ $(($(squeue -h -r | wc -l) + last + 1)) -gt $most ]; then
        echo "{name}: error: QOSMaxSubmitJobPerUserLimit" >&2
        echo "{name}: error: Batch job submission failed: Job violates accounting/QOS policy" \\
            "(job submit limit, user's size and/or time limits)" >&2
        exit 1
    fi
fi
exec {real} "$@"
"""


class Cluster:
    """The cluster's daemons, and its commands as tests and benchmarks see them."""

    def __init__(self, folder: Path):
        self.folder, self.log = folder, folder / "calls.log"
        for name in ("state", "spool", "bin", "python", "at-gate"):
            (folder / name).mkdir()
        (folder / "at-gate").chmod(0o777)
        (folder / "slurm.conf").write_text(CONF.format(folder=folder, ports=_free_ports(2)))
        (folder / "python" / "sitecustomize.py").write_text(IN_TASKS.format(folder=str(folder)))
        self._real = {name: shutil.which(name) for name in ("sbatch", "squeue", "scancel", "scontrol")}
        for name, real in self._real.items():
            path = folder / "bin" / name
            path.write_text(WRAPPER.format(name=name, log=self.log, folder=folder, real=real))
            path.chmod(0o755)

    @property
    def path(self) -> str:
        """PATH with the commands that note their calls before the real ones."""
        return f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def start(self, *daemons):
        for daemon in daemons or ("slurmctld", "slurmd"):
            subprocess.run([daemon, *(["-N", "localhost"] if daemon == "slurmd" else [])], check=True)
        for _ in range(600):
            states = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True)
            if any(state in states.stdout for state in ("idle", "mixed", "allocated")):
                return
            time.sleep(0.1)
        raise AssertionError((self.folder / "slurmctld.log").read_text()[-2000:])

    def stop(self, *daemons, by="TERM"):
        for daemon in daemons or ("slurmd", "slurmctld"):
            with contextlib.suppress(OSError):  # it may not have come as far as that
                process = int((self.folder / f"{daemon}.pid").read_text())
                os.kill(process, getattr(signal, f"SIG{by}"))
                until(lambda process=process: _has_ended(process))

    def close_gate(self):
        """Let tasks wait before their first node."""
        (self.folder / "closed").touch()

    def open_gate(self):
        """Let tasks go on."""
        (self.folder / "closed").unlink(missing_ok=True)

    def at_gate(self):
        """The tasks that have come to the gate."""
        return sorted(path.name for path in (self.folder / "at-gate").iterdir())

    def need(self, mb):
        """Let tasks be killed that have less memory."""
        (self.folder / "needed").write_text(str(mb))

    def fail(self, name, times):
        """Let a command fail the next few times."""
        (self.folder / f"fail-{name}").write_text(str(times))

    def lose_answer(self, name, after=0):
        """Let a command work once, and say after some seconds that it did not."""
        (self.folder / f"late-{name}").write_text(str(after))

    def limit(self, n_tasks):
        """Let sbatch refuse what would make the queue longer than this."""
        (self.folder / "most-sbatch").write_text(str(n_tasks))

    @contextlib.contextmanager
    def configured(self, **settings):
        """The cluster with other settings."""
        before = (self.folder / "slurm.conf").read_text()
        self._configure(before + "".join(f"{name}={value}\n" for name, value in settings.items()))
        try:
            yield
        finally:
            self._configure(before)

    def _configure(self, text):
        self.stop("slurmctld")
        (self.folder / "slurm.conf").write_text(text)
        self.start("slurmctld")

    def calls(self, name):
        """How often a command was called."""
        return len(self.words(name))

    def words(self, name):
        """What a command was called with."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if line.startswith(f"{name} ")]

    def jobs(self, state=""):
        """The tasks that are queued, or those in a state."""
        command = [self._real["squeue"], "-h", "-r", "-o", "%i %T"]
        rows = subprocess.run(command, capture_output=True, text=True)
        return [job for job, found in map(str.split, rows.stdout.splitlines()) if found.startswith(state)]

    def clear(self):
        """Cancel all jobs, and forget the calls."""
        while jobs := self.jobs():
            subprocess.run([self._real["scancel"], *jobs], check=False, capture_output=True)
            time.sleep(0.1)
        self.log.write_text("")
        self.log.chmod(0o666)
        for pattern in ("fail-*", "late-*", "most-*", "needed", "closed", "at-gate/*"):
            for path in self.folder.glob(pattern):
                path.unlink()


def _free_ports(n):
    """Ports beside those of a cluster that this machine may belong to."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _has_ended(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def until(condition, process=None):
    """Wait until something has happened; what.  The minutes are for what never happens."""
    deadline = time.monotonic() + 300
    while not (found := condition()):
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def missing() -> str:
    """What of SLURM, or of the rights to start it, is not here; empty if nothing."""
    names = [name for name in NEEDED if shutil.which(name) is None]
    return ", ".join(names) or ("" if os.geteuid() == 0 else "root")


@contextlib.contextmanager
def running(folder: Path):
    """A cluster whose files are in a folder, to which the commands speak meanwhile."""
    if subprocess.run(["pgrep", "-x", "munged"], capture_output=True).returncode:
        _start_munge()
    cluster = Cluster(folder)
    before = os.environ.get("SLURM_CONF")
    os.environ["SLURM_CONF"] = str(cluster.folder / "slurm.conf")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        os.environ.pop("SLURM_CONF")
        if before is not None:
            os.environ["SLURM_CONF"] = before


def _start_munge():
    key = Path("/etc/munge/munge.key")
    if not key.exists():
        key.write_bytes(os.urandom(1024))
    Path("/run/munge").mkdir(exist_ok=True)
    for folder in ("/run/munge", "/var/log/munge", "/var/lib/munge", "/etc/munge"):
        subprocess.run(["chown", "-R", "munge", folder], check=True)
    key.chmod(0o400)
    subprocess.run(["su", "-s", "/bin/sh", "munge", "-c", shutil.which("munged")], check=True)
