"""A disk that is too small, a tmpfs; needs root to mount it."""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from .command import extract, left_behind, results
from .data import dataset


@contextmanager
def small_disk(folder: Path, size: int):
    """A file system of so many kB; yields a function that gives it another size."""
    folder.mkdir(parents=True, exist_ok=True)

    def mount(*options):
        subprocess.run(["mount", *options, str(folder)], check=True)

    mount("-t", "tmpfs", "-o", f"size={size}k", "tmpfs")
    try:
        yield lambda size: mount("-o", f"remount,size={size}k")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def disk(folder: Path, times: int) -> list[list[str]]:
    """Rows: size of the disk, what was said, and what came of the next run with more room."""
    runs, maps = dataset(folder / "data", 3)
    out = folder / "undisturbed"
    shutil.rmtree(out, ignore_errors=True)
    whole = extract(runs, maps, out)
    expected = results(out)
    need = sum(path.stat().st_blocks for path in out.rglob("*")) // 2
    rows = []
    for plugin in ("Linear", "MultiProc"):
        for step in range(times):
            size = max(40, need * (step + 1) // (times + 1))
            with small_disk(folder / "disk", size) as resize:
                out = folder / "disk" / "out"
                full = extract(runs, maps, out, "--plugin", plugin)
                resize(4 * need)
                again = extract(runs, maps, out, "--plugin", plugin)
                told = [line for line in full["errors"].splitlines() if line]
                first = told[0].replace(str(folder), "") if told else "-"
                rows.append([
                    plugin, f"{size} of {need} kB", str(full["status"]), f"{full['wall']:.1f}",
                    f"{first[:110]}{' (and more)' * (len(told) > 2)}", str("Traceback" in full["errors"]),
                    f"{again['executed']} of {whole['executed']}", str(results(out) == expected),
                    str(len(left_behind(out))),
                ])  # fmt: skip
    return rows


COLUMNS = [
    "plugin", "disk", "status", "s", "said first", "traceback", "then run", "right results", "left behind",
]  # fmt: skip
