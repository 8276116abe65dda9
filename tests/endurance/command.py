"""The command in a process of its own."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def begin(runs, maps, out, *options) -> subprocess.Popen:
    """Start ``nipype-maps extract`` with smoothing."""
    return subprocess.Popen(
        [
            sys.executable, "-c", "from nipype_maps.cli import main; main()", "extract", *map(str, runs),
            "--maps", str(maps), "--out", str(out), "--smoothing-fwhm", "8", *map(str, options),
        ],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def extract(runs, maps, out, *options) -> dict:
    """Run it to its end: status, seconds, nodes run and found done, output, errors."""
    began = time.perf_counter()
    process = begin(runs, maps, out, *options)
    output, errors = process.communicate(timeout=300)
    counts = [line.split() for line in output.splitlines() if line.endswith(" cached")]
    executed, cached = (int(counts[0][0]), int(counts[0][3])) if counts else (0, 0)
    return {
        "status": process.returncode,
        "wall": time.perf_counter() - began,
        "executed": executed,
        "cached": cached,
        "output": output,
        "errors": errors,
    }


def results(out: Path) -> dict[str, bytes]:
    """The published results by name."""
    files = [*out.glob("*.tsv"), *out.glob("*.json")]
    return {path.name: path.read_bytes() for path in files}


def finished(out: Path) -> int:
    """How many nodes have results."""
    keys = [path for path in (out / "work").rglob("_0x*.json") if "_unfinished" not in path.name]
    return sum(any(key.parent.glob("result_*.pklz")) for key in keys)


def left_behind(out: Path) -> list[Path]:
    """Files that should have gone: half-written, unpacked, marked as unfinished."""
    patterns = (".draft-*", "*_unfinished.json", "*.tmp")
    return [path for pattern in patterns for path in out.rglob(pattern)]
