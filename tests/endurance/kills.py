"""SIGKILL at random moments, of the master or of a worker; then the same command again."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

from .command import begin, extract, finished, left_behind, results
from .data import dataset

PLUGINS = (("Linear",), ("MultiProc", "--n-procs", "2"))


def kills(folder: Path, times: int) -> list[list[str]]:
    """Rows: plugin, victim, kills, what came of them."""
    runs, maps = dataset(folder / "data", 3)
    rows = []
    for plugin in PLUGINS:
        options = ("--plugin", *plugin)
        out = folder / "undisturbed"
        shutil.rmtree(out, ignore_errors=True)
        whole = extract(runs, maps, out, *options)
        assert whole["status"] == 0, whole
        expected = results(out)
        for victim in ("master", "worker") if plugin[0] == "MultiProc" else ("master",):
            n = times if plugin[0] == "Linear" else times // 2
            seen = [
                _one(runs, maps, folder / "out", options, victim, whole, expected, seed) for seed in range(n)
            ]
            struck = [one for one in seen if one["struck"]]
            rows.append([
                plugin[0], victim, f"{len(struck)} of {n}",
                f"{min(one['before'] for one in seen)} to {max(one['before'] for one in seen)}",
                str(sum(one["same"] for one in seen)), str(sum(one["left"] for one in seen)),
                str(sum(one["too_many"] for one in seen)),
            ])  # fmt: skip
    return rows


COLUMNS = [
    "plugin", "killed", "while at work", "nodes done before", "then the same bytes",
    "files left behind", "nodes run without need",
]  # fmt: skip


def _one(runs, maps, out, options, victim, whole, expected, seed) -> dict:
    shutil.rmtree(out, ignore_errors=True)
    # behind the imports, in which nothing is written
    moment = random.Random(seed).uniform(0.4, 1.0) * whole["wall"]
    process = begin(runs, maps, out, *options)
    time.sleep(moment)
    target = process.pid if victim == "master" else _worker_of(process.pid, seed)
    struck = process.poll() is None and target is not None
    if struck:
        try:
            os.kill(target, signal.SIGKILL)
        except ProcessLookupError:
            struck = False
    try:
        process.communicate(timeout=600)
    except Exception as error:
        raise SystemExit(f"hangs after seed {seed} ({options}, {victim})") from error
    before = finished(out) if out.exists() else 0
    again = extract(runs, maps, out, *options)
    if again["status"]:
        raise SystemExit(f"seed {seed} ({options}, {victim}): {again['errors']}")
    return {
        "struck": struck,
        "before": before,
        "same": results(out) == expected,
        "left": len(left_behind(out)),
        "too_many": max(0, again["executed"] - (whole["executed"] - before)),
    }


def _worker_of(master: int, seed: int) -> int | None:
    try:
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    except OSError:
        return None
    return int(random.Random(seed).choice(children)) if children else None
