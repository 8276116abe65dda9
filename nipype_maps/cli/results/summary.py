"""The table of a data set: a row per run, its figures, and where it failed, why."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...storage.paths import PathLike
from ..messages import counted
from ..reports.run_names import part_of, results_label
from .extracted import Extracted
from .folder import ResultFolder
from .removed_runs import removed_runs

if TYPE_CHECKING:
    from ...bids.sidecars import Sidecar
    from ...graphs import RunInputs

COLUMNS = (
    "run", "status", "columns", "frames", "frames_kept", "repetition_time", "degrees_of_freedom",
    "coverage_min", "coverage_mean", "signal_coverage_min", "warnings", "seconds", "reason",
)  # fmt: skip
#: The first columns in all versions.
OURS = list(COLUMNS[:2])
NO_TABLE = "its table does not exist any more"
NO_RUN = "its run does not exist any more"

#: What a row has after the name of its run.
Row = tuple[Any, ...]


def require_summary(path: Path) -> None:
    """Raise ValueError if a file in the place of the summary is another program's."""
    if os.path.lexists(path) and _header(path)[:2] != OURS:
        raise ValueError(f"{path} is not a summary that nipype-maps wrote; move it, or choose another --out.")


def write_summary(
    path: Path, runs: Sequence[RunInputs], extracted: Extracted, folder: ResultFolder, source: PathLike
) -> list[str]:
    """Write a row per run; rows of other runs, from calls that selected those, stay.

    The status of other runs becomes 'failed' where their tables do not exist any more, and 'removed'
    where their images do not.

    Parameters
    ----------
    path : pathlib.Path
    runs : sequence of RunInputs
        Of this call.
    extracted : Extracted
        Their results.
    folder : ResultFolder
    source : path-like
        The data set that the runs are from.

    Returns
    -------
    list of str
        A warning where tables of removed runs are left.
    """
    from ...storage.atomic import replacing
    from ...storage.json_files import as_utf8

    rows = _earlier_rows(path)
    tables = path.parent.glob("sub-*/**/*.tsv")
    existing = {results_label(table.relative_to(path.parent).with_suffix("").as_posix()) for table in tables}
    others = rows.keys() - {results_label(run.name) for run in runs}
    removed = removed_runs(others, folder, source)
    for name, (status, *figures, _) in list(rows.items()):
        if name in removed:
            rows[name] = ("removed", *figures, NO_RUN)
        elif status in ("done", "removed"):
            rows[name] = ("done", *figures, "n/a") if name in existing else _failed(NO_TABLE)
    rows |= _new_rows(runs, extracted)
    lines = [COLUMNS, *((name, *row) for name, row in sorted(rows.items()))]
    text = as_utf8("".join("\t".join(map(str, line)) + "\n" for line in lines))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
    left = sorted(removed & existing)
    if not left:
        return []
    do, have = ("does", "has") if len(left) == 1 else ("do", "have")
    return [
        f"{counted(len(left), 'run')} of {path}, such as {left[0]}, {do} not exist any more and {have} the "
        "status 'removed'; delete the results unless they are needed."
    ]


def _new_rows(runs: Sequence[RunInputs], extracted: Extracted) -> dict[str, Row]:
    """The rows of the runs of this call."""
    from ...bids.sidecars import Sidecar

    seconds: dict[str, float] = defaultdict(float)
    reasons: dict[str, str] = {}
    for name, node in extracted.done.items():
        seconds[part_of(name)] += getattr(node.result.runtime, "duration", None) or 0.0
    for failure in extracted.failures:
        reasons.setdefault(part_of(failure.node), failure.reason)
    own = {name for run in runs for name in (run.workflow_name, run.fit_name)}
    of_shared_fit = next((reason for part, reason in reasons.items() if part not in own), "not executed")
    rows = {}
    for run in runs:
        if run.name in extracted.published:
            figures = _figures(Sidecar.beside(extracted.published[run.name]))
            row = ("done", *figures, f"{seconds[run.workflow_name]:.2f}", "n/a")
        else:
            row = _failed(reasons.get(run.workflow_name, reasons.get(run.fit_name, of_shared_fit)))
        rows[results_label(run.name)] = row
    return rows


def _failed(reason: str) -> Row:
    return ("failed", *["n/a"] * (len(COLUMNS) - 3), " ".join(reason.split()))


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.readline(4096).rstrip("\n").split("\t")
    except (OSError, ValueError):
        return []


def _earlier_rows(path: Path) -> dict[str, Row]:
    """The rows that an earlier call wrote, maybe of an older version, by run; damaged rows are left out."""
    try:
        header, *lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):
        return {}
    names = header.split("\t")
    rows = (line.split("\t") for line in lines)
    known = [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]
    return {row["run"]: tuple(row.get(name, "n/a") for name in COLUMNS[1:]) for row in known if "run" in row}


def _figures(sidecar: Sidecar) -> Row:
    """The figures of a run's signals."""
    coverage, signal_coverage = sidecar.coverage, sidecar.signal_coverage
    return (
        len(sidecar.map_names),
        sidecar.frames_in_run,
        len(sidecar.frames_kept),
        sidecar.t_r or "n/a",
        min(sidecar.degrees_of_freedom),
        f"{min(coverage):.4f}",
        f"{sum(coverage) / len(coverage):.4f}",
        f"{min(signal_coverage):.4f}" if signal_coverage else "n/a",
        len(sidecar.warnings),
    )
