"""What a call costs that finds everything done, beside nipype's own plugins."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .command import ROOT, extract
from .data import dataset

STOCK = """
import os, sys, time, json
os.environ["NIPYPE_NO_ET"] = "1"
began = time.perf_counter()
from nipype_maps.bids.atlas import atlas_of
from nipype_maps.bids.result_names import result_names
from nipype_maps.graphs import RunInputs, init_dataset_wf
out, plugin, maps, *runs = sys.argv[1:]
names = result_names(runs, atlas_of([maps]))
workflow = init_dataset_wf(
    runs=[RunInputs(name, run) for name, run in zip(names, runs)], name="stock", smoothing_fwhm=8.0
)
workflow.base_dir = out
workflow.get_node("inputnode").inputs.maps_file = [maps]
workflow.config["execution"] = {
    "create_report": "false", "check_version": "false", "remove_unnecessary_outputs": "false",
    "poll_sleep_duration": "0.05",
}
workflow.run(plugin=plugin)
print(json.dumps(time.perf_counter() - began))
"""


def cost(folder: Path, times: int) -> list[list[str]]:
    """Rows: how, nodes, seconds in all and per node."""
    runs, maps = dataset(folder / "data100", 100, 10)
    out, stock = folder / "out100", folder / "stock100"
    for path in (out, stock):
        shutil.rmtree(path, ignore_errors=True)
    first = extract(runs, maps, out)
    assert first["status"] == 0, first["errors"]
    n_nodes = first["executed"]
    rows = [
        ["ours, Linear, nothing cached", str(n_nodes), f"{first['wall']:.2f}", _each(first["wall"], n_nodes)]
    ]
    for plugin in ("Linear", "MultiProc"):
        walls = [extract(runs, maps, out, "--plugin", plugin) for _ in range(times)]
        assert all(one["executed"] == 0 and one["cached"] == n_nodes for one in walls)
        wall = statistics.median(one["wall"] for one in walls)
        rows.append([f"ours, {plugin}, all cached", str(n_nodes), f"{wall:.2f}", _each(wall, n_nodes)])
    _stock(stock, "Linear", maps, runs)
    for plugin in ("Linear", "MultiProc"):
        wall = statistics.median(_stock(stock, plugin, maps, runs) for _ in range(times))
        rows.append(
            [
                f"nipype's {plugin} (polling at 0.05 s), all cached",
                str(n_nodes),
                f"{wall:.2f}",
                _each(wall, n_nodes),
            ]
        )
    return rows


COLUMNS = ["100 runs, extract", "nodes", "s", "ms per node"]


def _each(wall, n_nodes) -> str:
    return f"{1000 * wall / n_nodes:.1f}"


def _stock(out, plugin, maps, runs) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-c", STOCK, str(out), plugin, str(maps), *map(str, runs)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    json.loads(done.stdout.splitlines()[-1])
    return time.perf_counter() - began
