"""The table of a data set: a row per run, what came of it, and where it failed, why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from .runs import Extracted

COLUMNS = (
    "run", "status", "frames", "frames_kept", "repetition_time", "degrees_of_freedom", "coverage_min",
    "coverage_mean", "seconds", "reason",
)  # fmt: skip


def write_summary(path: Path, runs: Sequence, extracted: Extracted) -> None:
    """Write a row per run; the rows of other runs, from calls that chose those, stay."""
    from ..files.atomic import replacing
    from ..files.sidecars import as_utf8, read_json, sidecar_of

    seconds, reasons = defaultdict(float), {}
    for name, node in extracted.outcome.done.items():
        seconds[_part(name)] += getattr(node.result.runtime, "duration", None) or 0.0
    for failure in extracted.failures:
        reasons.setdefault(_part(failure.node), failure.reason)
    # what runs share
    own = {name for run in runs for name in (run.workflow_name, run.fit_name)}
    other = next((reason for part, reason in reasons.items() if part not in own), "not run")
    rows = _rows_of_before(path)
    for run in runs:
        name, part = Path(run.name).name, run.workflow_name
        if run.name in extracted.published:
            figures = _figures(read_json(sidecar_of(extracted.published[run.name])))
            rows[name] = ("done", *figures, f"{seconds[part]:.2f}", "n/a")
        else:
            missing = ["n/a"] * (len(COLUMNS) - 3)
            rows[name] = ("failed", *missing, reasons.get(part, reasons.get(run.fit_name, other)))
    lines = [COLUMNS, *((name, *row) for name, row in sorted(rows.items()))]
    text = as_utf8("".join("\t".join(map(str, line)) + "\n" for line in lines))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")


def _rows_of_before(path: Path) -> dict[str, tuple]:
    """What an earlier call wrote, by run; nothing where the table is not there, or another."""
    try:
        header, *lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    rows = [tuple(line.split("\t")) for line in lines] if header.split("\t") == list(COLUMNS) else []
    return {row[0]: row[1:] for row in rows if len(row) == len(COLUMNS)}


def _part(node: str) -> str:
    """The part of the graph that a node is of: a run's transform, or a fit."""
    return node.partition(".")[0]


def _figures(sidecar: dict) -> tuple:
    """What the summary says of a run's signals."""
    n_frames, kept = sidecar["FramesInRun"], sidecar["FramesKept"]
    shares = [share for share in sidecar["Maps"]["Coverage"] if share != "n/a"]
    freedom = sidecar["DegreesOfFreedom"]
    return (
        n_frames,
        n_frames if kept == "all" else len(kept),
        sidecar["RepetitionTime"] or "n/a",
        min(freedom) if isinstance(freedom, list) else freedom,
        f"{min(shares):.4f}",
        f"{sum(shares) / len(shares):.4f}",
    )
