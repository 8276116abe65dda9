"""Tables on whole data sets: a real SLURM of one machine, and thousands of runs."""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from ..derivatives import REAL_MAPS, write_derivatives
from ..slurm.cluster import missing, running
from .timing import measure, process

DATASET = (sys.executable, "-c", "from nipype_maps.cli import main; main()", "dataset")
#: How a graph is run; nipype's own two want to be told the memory, lest a job takes all of it.
WAYS = {
    "LinearPlugin": "Linear, ours",
    "MultiProcPlugin": "MultiProc, ours, 2 processes",
    "SLURMPlugin": "SLURM, ours",
    "SLURM": "SLURM, nipype's",
    "SLURMGraph": "SLURMGraph, nipype's",
}


def cluster(folder: Path, repeats: int) -> dict:
    """One graph of 200 runs by each plugin, at its defaults."""
    del repeats  # nipype's plugin takes many minutes
    tree = _tree(folder, n_subjects=20, n_runs=10)
    rows, figures, expected = [], {}, None
    with _slurm() as slurm:
        for way, label in WAYS.items():
            work = folder / "graph"
            shutil.rmtree(work, ignore_errors=True)
            slurm.clear()
            os.environ["LOGNAME"] = "root"  # nipype's plugin asks for it
            before = os.environ["PATH"]
            os.environ["PATH"] = slurm.path
            try:
                taken = measure("graph", way, tree, work)
                while slurm.jobs():  # SLURMGraph only submits
                    time.sleep(0.5)
                seconds = time.time() - taken["began"] if way == "SLURMGraph" else taken["seconds"]
            finally:
                os.environ["PATH"] = before
            found = {path.name: path.read_bytes() for path in work.rglob("clean/*_signals_clean.*")}
            expected = expected or found
            calls = {name: slurm.calls(name) for name in ("sbatch", "squeue")}
            same = sum(found.get(name) == content for name, content in expected.items())
            figures[way] = {"seconds": seconds, "same": same, "of": len(expected), **calls}
            rows.append([
                label, f"{seconds:.1f}", f"{60 * 200 / seconds:.0f}", str(calls["sbatch"]),
                str(calls["squeue"]), f"{same} of {len(expected)}",
            ])  # fmt: skip
    columns = [
        "200 runs, two grids",
        "s",
        "runs per minute",
        "sbatch calls",
        "squeue calls",
        "files as Linear's",
    ]
    return {"title": "A data set on a cluster", "columns": columns, "rows": rows, "figures": figures}


def many(folder: Path, repeats: int) -> dict:
    """The command on 100, 1,000 and 10,000 tiny runs."""
    del repeats  # it takes half an hour
    rows, figures = [], {}
    maps = [word for path in REAL_MAPS for word in ("--maps", path)]
    arguments = folder / "slurm.json"
    arguments.write_text(json.dumps({"nodes_per_task": 50}))
    ways = {
        "planned": ["--dry-run"],
        "Linear": [],
        "again, all cached": [],
        "SLURM, 50 nodes a task": ["--plugin", "SLURM", "--plugin-args", arguments],
    }
    with _slurm() as slurm:
        for n_subjects in (10, 100, 1000):
            n_runs, tree, out = 10 * n_subjects, _tree(folder, n_subjects, 10, tiny=True), folder / "out"
            for way, options in ways.items():
                if way != "again, all cached":
                    shutil.rmtree(out, ignore_errors=True)
                before = os.environ["PATH"]
                os.environ["PATH"] = slurm.path
                slurm.clear()
                taken = process(
                    *DATASET, tree, out, *maps, "--confounds-strategy", "6P", "--detrend", *options
                )
                os.environ["PATH"] = before
                taken.pop("output")
                if taken["failed"]:
                    raise SystemExit(f"{way}, {n_runs} runs: {taken['failed']}")
                taken["sbatch"] = slurm.calls("sbatch")
                figures[f"{n_runs} runs, {way}"] = taken
                rows.append([
                    f"{n_runs:,} runs: {way}", f"{taken['wall']:.1f}", f"{1e3 * taken['wall'] / n_runs:.1f}",
                    f"{taken['peak']:.0f}",
                ])  # fmt: skip
                print(rows[-1], flush=True)
            shutil.rmtree(out)
    columns = ["tiny runs", "s", "ms per run", "peak of the master, MB"]
    return {"title": "Thousands of runs", "columns": columns, "rows": rows, "figures": figures}


def _tree(folder: Path, n_subjects: int, n_runs: int, tiny: bool = False) -> Path:
    """A data set, made once."""
    root = folder / f"derivatives{n_subjects * n_runs}{'tiny' * tiny}"
    if not root.exists():
        making = root.with_name(f"{root.name}-making")
        shutil.rmtree(making, ignore_errors=True)
        write_derivatives(making, n_subjects, n_runs, tiny).rename(root)
    return root


@contextlib.contextmanager
def _slurm():
    if absent := missing():
        raise SystemExit(f"this takes a SLURM to start (missing: {absent})")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as slurm:
        yield slurm
