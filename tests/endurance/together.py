"""Two commands at once on one work folder."""

import shutil
from pathlib import Path

from .command import begin, extract, results
from .data import dataset


def together(folder: Path, times: int) -> list[list[str]]:
    """Rows: what the second was told to do, and what came of both."""
    runs, maps = dataset(folder / "data", 3)
    out = folder / "undisturbed"
    shutil.rmtree(out, ignore_errors=True)
    extract(runs, maps, out)
    expected = results(out)
    rows = []
    for options in ((), ("--wait",)):
        statuses, right, said = [], 0, set()
        for _ in range(times):
            out = folder / "out"
            shutil.rmtree(out, ignore_errors=True)
            both = [begin(runs, maps, out, *options) for _ in range(2)]
            ended = [process.communicate(timeout=120) for process in both]
            statuses.append(tuple(sorted(process.returncode for process in both)))
            right += results(out) == expected
            lines = [line for _, errors in ended for line in errors.splitlines()]
            said |= {line.split(" is in use by ")[1][:15] for line in lines if " is in use by " in line}
        counts = ", ".join(f"{statuses.count(pair)} times {pair}" for pair in sorted(set(statuses)))
        rows.append([" ".join(options) or "-", counts, f"{right} of {times}", "; ".join(said)])
    return rows


COLUMNS = ["option of both", "exit statuses", "right results", "said"]
