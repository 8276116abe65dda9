"""The table of a data set: a row per run, what came of it, and where it failed, why."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .removed import removed_runs
from .results import ResultFolder
from .runs import Extracted
from .words import in_own_words

if TYPE_CHECKING:
    from ..bids.sidecars import Sidecar

COLUMNS = (
    "run", "status", "columns", "frames", "frames_kept", "repetition_time", "degrees_of_freedom",
    "coverage_min", "coverage_mean", "signal_coverage_min", "warnings", "seconds", "reason",
)  # fmt: skip
OURS = list(COLUMNS[:2])  # which the tables of all versions begin with
GONE = "its table is not there any more"
REMOVED = "its run is not there any more"


def require_summary(path: Path) -> None:
    """ValueError where a file in the summary's place is somebody else's."""
    if os.path.lexists(path) and _header(path)[:2] != OURS:
        raise ValueError(f"{path} is not a summary that nipype-maps wrote; move it, or choose another --out.")


def write_summary(
    path: Path, runs: Sequence, extracted: Extracted, folder: ResultFolder, source
) -> list[str]:
    """Write a row per run; the rows of other runs, from calls that chose those, stay.

    Of those, only runs whose tables are there are done, and runs that are not there are removed.

    Parameters
    ----------
    path : pathlib.Path
    runs : sequence of RunInputs
        Of this call.
    extracted : Extracted
        What came of them.
    folder : ResultFolder
    source : path-like
        The data set that the runs are from.

    Returns
    -------
    list of str
        A warning where tables of runs stay that were removed.
    """
    from ..bids.sidecars import Sidecar
    from ..storage.atomic import replacing
    from ..storage.json_files import as_utf8

    seconds, reasons = defaultdict(float), {}
    for name, node in extracted.outcome.done.items():
        seconds[_part(name)] += getattr(node.result.runtime, "duration", None) or 0.0
    for failure in extracted.failures:
        reasons.setdefault(_part(failure.node), failure.reason)
    # what runs share
    own = {name for run in runs for name in (run.workflow_name, run.fit_name)}
    other = next((reason for part, reason in reasons.items() if part not in own), "not run")
    rows = _rows_of_before(path)
    tables = path.parent.glob("sub-*/**/*.tsv")
    there = {_label(table.relative_to(path.parent).with_suffix("").as_posix()) for table in tables}
    others = rows.keys() - {_label(run.name) for run in runs}
    removed = removed_runs(others, folder, source, _label)
    for name, (status, *figures, _) in list(rows.items()):
        if name in removed:
            rows[name] = ("removed", *figures, REMOVED)
        elif status in ("done", "removed"):
            rows[name] = ("done", *figures, "n/a") if name in there else _failed(GONE)
    for run in runs:
        name, part = _label(run.name), run.workflow_name
        if run.name in extracted.published:
            figures = _figures(Sidecar.beside(extracted.published[run.name]))
            rows[name] = ("done", *figures, f"{seconds[part]:.2f}", "n/a")
        else:
            rows[name] = _failed(reasons.get(part, reasons.get(run.fit_name, other)))
    lines = [COLUMNS, *((name, *row) for name, row in sorted(rows.items()))]
    text = as_utf8("".join("\t".join(map(str, line)) + "\n" for line in lines))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
    left = sorted(removed & there)
    if not left:
        return []
    many = len(left) > 1
    return [
        f"{len(left)} run{'s' * many} of {path}, such as {left[0]}, {'are' if many else 'is'} not there any "
        f"more, which the status 'removed' says; delete the table{'s' * many} too if not to be used."
    ]


def _label(name: str) -> str:
    """What a run is called in the table: its name, with its folders where they say what the name does not.

    Examples
    --------
    >>> _label("sub-01/func/sub-01_task-rest"), _label("sub-01/ses-1/func/sub-01_task-rest")
    ('sub-01_task-rest', 'sub-01/ses-1/func/sub-01_task-rest')
    """
    *folders, own = name.split("/")
    known = {*own.split("_"), "func"}
    return own if known.issuperset(folders) else name


def _failed(reason: str) -> tuple:
    return ("failed", *["n/a"] * (len(COLUMNS) - 3), " ".join(in_own_words(reason).split()))


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.readline(4096).rstrip("\n").split("\t")
    except (OSError, ValueError):
        return []


def _rows_of_before(path: Path) -> dict[str, tuple]:
    """What an earlier call wrote, maybe of an older version, by run; rows that are damaged are left out."""
    try:
        header, *lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):
        return {}
    names = header.split("\t")
    rows = (line.split("\t") for line in lines)
    known = [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]
    return {row["run"]: tuple(row.get(name, "n/a") for name in COLUMNS[1:]) for row in known if "run" in row}


def _part(node: str) -> str:
    """The part of the graph that a node is of: a run's transform, or a fit."""
    return node.partition(".")[0]


def _figures(sidecar: Sidecar) -> tuple:
    """What the summary says of a run's signals."""
    shares, met = sidecar.coverage, sidecar.signal_coverage
    return (
        len(sidecar.map_names),
        sidecar.frames_in_run,
        len(sidecar.frames_kept),
        sidecar.t_r or "n/a",
        min(sidecar.degrees_of_freedom),
        f"{min(shares):.4f}",
        f"{sum(shares) / len(shares):.4f}",
        f"{min(met):.4f}" if met else "n/a",
        len(sidecar.warnings),
    )
