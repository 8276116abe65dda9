"""Whole processes, timed from outside."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Address space of a process, so that one that asks for too much fails instead of the machine.
MOST_MEMORY = 20 << 30


def process(*command) -> dict:
    """Run a command; seconds and peak memory as the system accounts them, and what it printed.

    Returns
    -------
    dict
        wall, cpu (seconds), peak (MB; of the largest process among it and its children),
        output (str), failed (its last line of errors, or None).
    """
    began = time.perf_counter()
    child = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"NIPYPE_NO_ET": "1", "PYTHONWARNINGS": "ignore"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
    )
    output, errors = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    lines = errors.strip().splitlines()
    return {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "output": output,
        "failed": (lines[-1] if lines else f"status {child.returncode}") if child.returncode else None,
    }


def measure(name: str, *arguments) -> dict:
    """Call a function of `measures` in a process of its own; what it returns, and the process's peak."""
    done = process(sys.executable, "-m", "tests.benchmarks.measures", name, *arguments)
    if done["failed"]:
        raise SystemExit(f"{name} {arguments}: {done['failed']}")
    return json.loads(done["output"].splitlines()[-1]) | {"peak": done["peak"]}


def spread(values) -> str:
    """Median and range, as '1.23 (1.20-1.31)'."""
    return f"{statistics.median(values):.3g} ({min(values):.3g}-{max(values):.3g})"


def ratio(values, others) -> str:
    """Median and range of the quotients of two series, taken pair by pair."""
    return spread([a / b for a, b in zip(values, others, strict=True)])
