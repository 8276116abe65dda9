"""A real SLURM of one machine, for tests and benchmarks."""

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")
CONF = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
KillWait=2
OverTimeLimit=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ReturnToService=2
MpiDefault=none
NodeName=localhost CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
#: Notes the call, fails as often as a file says, else does as the command itself.
WRAPPER = """#!/bin/sh
echo "{name} $*" >> {log}
left=$(cat {failures} 2>/dev/null || echo 0)
if [ "$left" -gt 0 ]; then
    echo $((left - 1)) > {failures}
    echo "{name}: error: Socket timed out on send/recv operation" >&2
    exit 1
fi
exec {real} "$@"
"""


class Cluster:
    """The cluster's daemons, and its commands as tests and benchmarks see them."""

    def __init__(self, folder: Path):
        self.folder, self.log = folder, folder / "calls.log"
        for name in ("state", "spool", "bin"):
            (folder / name).mkdir()
        (folder / "slurm.conf").write_text(CONF.format(folder=folder))
        self._real = {name: shutil.which(name) for name in ("sbatch", "squeue", "scancel", "scontrol")}
        for name, real in self._real.items():
            path, failures = folder / "bin" / name, folder / f"fail-{name}"
            path.write_text(WRAPPER.format(name=name, log=self.log, failures=failures, real=real))
            path.chmod(0o755)

    @property
    def path(self) -> str:
        """PATH with the commands that note their calls before the real ones."""
        return f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def start(self, *daemons):
        for daemon in daemons or ("slurmctld", "slurmd"):
            subprocess.run([daemon, *(["-N", "localhost"] if daemon == "slurmd" else [])], check=True)
        for _ in range(60):
            states = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True)
            if any(state in states.stdout for state in ("idle", "mixed", "allocated")):
                return
            time.sleep(0.5)
        raise AssertionError((self.folder / "slurmctld.log").read_text()[-2000:])

    def stop(self, *daemons, by="TERM"):
        for daemon in daemons or ("slurmd", "slurmctld"):
            subprocess.run(["pkill", f"-{by}", "-x", daemon], check=False)
            while subprocess.run(["pgrep", "-x", daemon], capture_output=True).returncode == 0:
                time.sleep(0.1)

    def fail(self, name, times):
        """Let a command fail the next few times."""
        (self.folder / f"fail-{name}").write_text(str(times))

    def calls(self, name):
        """How often a command was called."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sum(line.startswith(f"{name} ") for line in lines)

    def jobs(self, state=""):
        """The tasks that are queued, or those in a state."""
        command = [self._real["squeue"], "-h", "-r", "-o", "%i %T"]
        rows = subprocess.run(command, capture_output=True, text=True)
        return [job for job, found in map(str.split, rows.stdout.splitlines()) if found.startswith(state)]

    def clear(self):
        """Cancel all jobs, and forget the calls."""
        subprocess.run([self._real["scancel"], "--me"], check=False)
        while self.jobs():
            time.sleep(0.2)
        self.log.unlink(missing_ok=True)
        for failures in self.folder.glob("fail-*"):
            failures.unlink()


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
