"""``python3 -m tests.fuzz``: see the package."""

import argparse
import collections
import os
import shutil
import tempfile
from pathlib import Path

from . import scene
from .cases import KINDS, Judge


def main() -> None:
    """Print a table of outcomes, and each case that went wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.fuzz")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "nipype-maps-fuzz")
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    (options.folder / "clean").mkdir(parents=True)
    scene.make(options.folder / "clean")
    judge = Judge(options.folder, options.jobs)
    columns = (
        "cases",
        "right",
        "refused",
        "refused, though a reference gives numbers",
        "bad",
        "MB, most",
        "s, most",
    )
    print(f"| kind | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}", flush=True)
    kinds = options.kinds or list(KINDS)
    bad = []
    for kind in kinds:
        outcomes = judge.run(kind, options.cases // len(kinds), options.seed)
        counts = collections.Counter(outcome.word for outcome in outcomes)
        figures = [
            len(outcomes), counts["right"], counts["refused"], counts["strict"], counts["bad"],
            f"{max(outcome.megabytes for outcome in outcomes):.0f}",
            f"{max(outcome.seconds for outcome in outcomes):.1f}",
        ]  # fmt: skip
        print(f"| {kind} | {' | '.join(map(str, figures))} |", flush=True)
        bad += [outcome for outcome in outcomes if outcome.word == "bad"]
        (options.folder / f"{kind}.txt").write_text(
            "".join(f"{outcome}\n" for outcome in outcomes), encoding="utf-8"
        )
    for outcome in bad:
        print(f"\n{outcome}")
    raise SystemExit(bool(bad))


main()
