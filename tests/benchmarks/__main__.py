"""``python3 -m tests.benchmarks``: see the package."""

import argparse
import json
import os
import platform
import tempfile
import time
from importlib import metadata
from pathlib import Path

import numpy as np

from . import clusters
from .tables import TABLES as OF_RUNS

TABLES = OF_RUNS | {function.__name__: function for function in (clusters.cluster, clusters.many)}


def machine() -> dict:
    """Cores, load, versions, and what a gigabyte costs that no process has used before."""
    began = time.perf_counter()
    np.ones(1 << 27)
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "fresh memory, s per GB": round(time.perf_counter() - began, 2),
        "python": platform.python_version(),
        **{
            name: metadata.version(name)
            for name in ("numpy", "scipy", "nibabel", "nipype", "nilearn", "isal")
        },
    }


def main() -> None:
    """Print the tables asked for, and write their figures as JSON."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "nipype-maps-benchmarks")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    if unknown := set(options.tables) - set(TABLES):
        parser.error(f"no table is called {', '.join(sorted(unknown))}")
    options.folder.mkdir(parents=True, exist_ok=True)
    results = options.folder / "benchmarks.json"
    found = json.loads(results.read_text()) if results.exists() else {}
    for name in options.tables or TABLES:
        here = machine()
        table = TABLES[name](options.folder, options.repeats)
        found[name] = {"machine": here, "repeats": options.repeats, **table}
        results.write_text(json.dumps(found, indent=2))
        print(f"\n### {table['title']}\n")
        print(", ".join(f"{key} {value}" for key, value in here.items()), "\n")
        for row in (table["columns"], ["---"] * len(table["columns"]), *table["rows"]):
            print(f"| {' | '.join(row)} |", flush=True)
    print(f"\nall figures: {results}")


main()
