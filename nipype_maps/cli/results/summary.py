"""The table of a data set: a row per result, its figures, and where its run failed, why."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...storage.paths import PathLike
from ..messages import counted
from ..reports.run_names import part_of, results_label
from .extracted import Extracted
from .figures import FIGURES, figures_of
from .folder import ResultFolder
from .motion import mean_framewise_displacement
from .removed_runs import removed_runs
from .summary_columns import Row, compared_settings, differing_settings, in_columns, settings_in_words

if TYPE_CHECKING:
    from ...graphs import RunInputs

SUMMARY = "summary.tsv"
#: What rows keep from call to call; the other columns follow from names and records.
KEPT = ("status", *FIGURES, "seconds", "reason")
#: The first columns, in this version and in earlier ones.
FIRST = ("file",), ("run", "status")
NO_RUN = "its run does not exist any more"
NOT_KNOWN = "n/a"
NOT_BEGUN = "not executed"


def require_summary(path: Path) -> None:
    """Raise ValueError if a file in the place of the summary is another program's."""
    if os.path.lexists(path) and not any(_header(path)[: len(first)] == [*first] for first in FIRST):
        raise ValueError(f"{path} is not a summary that nipype-maps wrote; move it, or choose another OUT.")


def write_summary(
    path: Path,
    runs: Sequence[RunInputs],
    extracted: Extracted,
    folder: ResultFolder,
    source: PathLike,
    tables: Mapping[str, PathLike] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> list[str]:
    """Write a row per result; rows of other results, from other calls, stay.

    Rows of results that do not exist any more go, and results that have no row get one.  Rows of runs that
    failed and do not exist any more go, too; where a table of such a run is left, its status becomes
    'removed'.

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
    tables : mapping, optional
        By the names of results, the tables of confounds of their runs, which have their motion.
    settings : mapping, optional
        Of this call, by their keys in sidecars.

    Returns
    -------
    list of str
        A warning where tables of removed runs are left.
    """
    from ...storage.atomic import replacing
    from ...storage.json_files import as_utf8

    existing = folder.tables(is_dataset=True)
    recorded, known = {}, {run.name: settings_in_words(settings or {}) for run in runs}
    rows = _earlier_rows(path, folder)
    rows |= _rows_of_tables(existing - rows.keys() - extracted.published.keys(), path.parent)
    for name, record in folder.records():
        recorded[name], known[name] = record.get("Run"), compared_settings(record)
    others = rows.keys() - {run.name for run in runs}
    removed = removed_runs(others, recorded, folder, source)
    for name in others:
        row = rows[name]
        if name not in existing and (name in removed or row["status"] != "failed"):
            del rows[name]
        elif name in removed:
            rows[name] = row | {"status": "removed", "reason": NO_RUN}
        elif row["status"] == "removed":
            rows[name] = row | {"status": "done", "reason": NOT_KNOWN}
    new = _new_rows(runs, extracted, tables or {})
    # a table of a run that was not begun is what the call would have made; of others it was removed
    kept = existing & rows.keys()
    rows |= {name: row for name, row in new.items() if name not in kept or _was_begun(row)}
    differing = differing_settings({name: known[name] for name in rows if name in known})
    lines = in_columns(rows, KEPT, differing)
    text = as_utf8("".join("\t".join(line) + "\n" for line in lines))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
    left = sorted(removed & existing)
    if not left:
        return []
    do, have = ("does", "has") if len(left) == 1 else ("do", "have")
    return [
        f"{counted(len(left), 'run')} of {path}, such as {results_label(left[0])}, {do} not exist any more "
        f"and {have} the status 'removed'; delete the results unless they are needed."
    ]


def removed_in(folder: ResultFolder) -> set[str]:
    """The names of results whose status in the summary is 'removed'; none without a summary."""
    path = folder.out / SUMMARY
    if not any(_header(path)[: len(first)] == [*first] for first in FIRST):
        return set()
    rows = _earlier_rows(path, folder)
    return {name for name, row in rows.items() if row["status"] == "removed"}


def _new_rows(
    runs: Sequence[RunInputs], extracted: Extracted, tables: Mapping[str, PathLike]
) -> dict[str, Row]:
    """The rows of the runs of this call."""
    from ...bids.sidecars import Sidecar

    seconds: dict[str, float] = defaultdict(float)
    reasons: dict[str, str] = {}
    for name, node in extracted.done.items():
        seconds[part_of(name)] += getattr(node.result.runtime, "duration", None) or 0.0
    for failure in extracted.failures:
        reasons.setdefault(part_of(failure.node), failure.reason)
    own = {name for run in runs for name in (run.workflow_name, run.fit_name)}
    of_shared_fit = next((reason for part, reason in reasons.items() if part not in own), NOT_BEGUN)
    rows = {}
    for run in runs:
        row = dict.fromkeys(KEPT, NOT_KNOWN)
        if run.name in extracted.published:
            row |= figures_of(Sidecar.beside(extracted.published[run.name]))
            row |= {"status": "done", "seconds": f"{seconds[run.workflow_name]:.2f}"}
        else:
            reason = reasons.get(run.workflow_name, reasons.get(run.fit_name, of_shared_fit))
            row |= {"status": "failed", "reason": " ".join(reason.split())}
        if (mean := mean_framewise_displacement(tables.get(run.name))) is not None:
            row["mean_fd"] = f"{mean:.4f}"
        rows[run.name] = row
    return rows


def _was_begun(row: Row) -> bool:
    return not row["reason"].startswith(NOT_BEGUN)


def _rows_of_tables(names: set[str], out: Path) -> dict[str, Row]:
    """Rows of tables that have none, by their sidecars as far as these tell."""
    from ...bids.sidecars import Sidecar

    rows = {}
    for name in names:
        with suppress(OSError, ValueError):
            figures = figures_of(Sidecar.beside(out / f"{name}.tsv"))
            rows[name] = dict.fromkeys(KEPT, NOT_KNOWN) | figures | {"status": "done"}
    return rows


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.readline(4096).rstrip("\n").split("\t")
    except (OSError, ValueError):
        return []


def _earlier_rows(path: Path, folder: ResultFolder) -> dict[str, Row]:
    """The rows that an earlier call wrote, by the names of results; damaged rows are left out.

    Those of versions before this have labels in place of names.
    """
    try:
        header, *lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):
        return {}
    names = header.split("\t")
    fields = (line.split("\t") for line in lines)
    known = [dict(zip(names, row, strict=True)) for row in fields if len(row) == len(names)]
    if "file" in names:
        by_name = {row["file"].removesuffix(".tsv"): row for row in known}
    else:
        by_label = {results_label(name): name for name in folder.tables(is_dataset=True)}
        by_name = {by_label.get(row["run"], row["run"]): row for row in known}
    return {name: {column: row.get(column, NOT_KNOWN) for column in KEPT} for name, row in by_name.items()}
