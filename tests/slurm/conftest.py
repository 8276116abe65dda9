"""A real SLURM of one machine, started for these tests."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")
CONF = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
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
    """The cluster's daemons, and its commands as these tests see them."""

    def __init__(self, folder: Path):
        self.folder, self.log = folder, folder / "calls.log"
        for name in ("state", "spool", "bin"):
            (folder / name).mkdir()
        (folder / "slurm.conf").write_text(CONF.format(folder=folder))
        for name in ("sbatch", "squeue", "scancel", "scontrol"):
            path = folder / "bin" / name
            path.write_text(
                WRAPPER.format(
                    name=name, log=self.log, failures=folder / f"fail-{name}", real=shutil.which(name)
                )
            )
            path.chmod(0o755)

    def start(self, *daemons):
        for daemon in daemons or ("slurmctld", "slurmd"):
            subprocess.run([daemon, *(["-N", "localhost"] if daemon == "slurmd" else [])], check=True)
        for _ in range(60):
            states = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True)
            if any(state in states.stdout for state in ("idle", "mixed", "allocated")):
                return
            time.sleep(0.5)
        raise AssertionError((self.folder / "slurmctld.log").read_text()[-2000:])

    def stop(self, *daemons):
        for daemon in daemons or ("slurmd", "slurmctld"):
            subprocess.run(["pkill", "-TERM", "-x", daemon], check=False)
            while subprocess.run(["pgrep", "-x", daemon], capture_output=True).returncode == 0:
                time.sleep(0.1)

    def fail(self, name, times):
        """Let a command fail the next few times."""
        (self.folder / f"fail-{name}").write_text(str(times))

    def calls(self, name):
        """How often a command was called."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sum(line.startswith(f"{name} ") for line in lines)

    def jobs(self):
        """What is queued."""
        return subprocess.run(
            ["squeue", "-h", "-r", "-o", "%i %T"], capture_output=True, text=True
        ).stdout.splitlines()


@pytest.fixture(scope="session")
def daemons(tmp_path_factory):
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        reason = f"no SLURM to test against (missing: {', '.join(missing) or 'root'})"
        if os.environ.get("SLURM_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    if subprocess.run(["pgrep", "-x", "munged"], capture_output=True).returncode:
        key = Path("/etc/munge/munge.key")
        if not key.exists():
            key.write_bytes(os.urandom(1024))
        Path("/run/munge").mkdir(exist_ok=True)
        for folder in ("/run/munge", "/var/log/munge", "/var/lib/munge", "/etc/munge"):
            subprocess.run(["chown", "-R", "munge", folder], check=True)
        key.chmod(0o400)
        subprocess.run(["su", "-s", "/bin/sh", "munge", "-c", shutil.which("munged")], check=True)
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    before = os.environ.get("SLURM_CONF")
    os.environ["SLURM_CONF"] = str(cluster.folder / "slurm.conf")
    cluster.start()
    yield cluster
    cluster.stop()
    os.environ.pop("SLURM_CONF")
    if before is not None:
        os.environ["SLURM_CONF"] = before


@pytest.fixture
def cluster(daemons, monkeypatch):
    """The cluster with nothing queued; jobs find these tests' modules, and no LOGNAME."""
    subprocess.run(["scancel", "--me"], check=False)
    while daemons.jobs():
        time.sleep(0.2)
    daemons.log.unlink(missing_ok=True)
    monkeypatch.setenv("PATH", f"{daemons.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *sys.path[1:2]]))
    monkeypatch.delenv("LOGNAME", raising=False)
    return daemons
