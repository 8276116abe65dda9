"""``python3 -m tests.endurance``: see the package."""

import argparse
import os
import tempfile
from pathlib import Path

from . import cost, disk, kills, together, traps

PARTS = {module.__name__.rpartition(".")[2]: module for module in (kills, traps, disk, together, cost)}


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.endurance")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "nipype-maps-endurance")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    for name in options.parts or PARTS:
        module = PARTS[name]
        rows = getattr(module, name)(options.folder, options.times)
        print(f"\n### {name} ({os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})\n")
        for row in (module.COLUMNS, ["---"] * len(module.COLUMNS), *rows):
            print(f"| {' | '.join(row)} |", flush=True)


main()
