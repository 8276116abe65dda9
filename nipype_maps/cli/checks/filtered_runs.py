"""Whether runs that are to be filtered in time have all their frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..messages import counted
from .strictness import warn_or_refuse

if TYPE_CHECKING:
    from ...graphs import RunInputs


def check_filtered_runs(runs: Sequence[RunInputs], values: Mapping[str, Any]) -> None:
    """Refuse a temporal filter of runs that lack frames; warn of runs of which nobody knows.

    Parameters
    ----------
    runs : sequence of RunInputs
    values : mapping
        Of the call, by the names of the options.

    Raises
    ------
    click.UsageError
        On the first such run.
    """
    from ...bids.derivatives import PREPROCESSED
    from ...bids.entities import entities_of
    from ...bids.missing_frames import outlier_tables

    if values["low_pass"] is None and values["high_pass"] is None:
        return
    unknown = []
    for run in runs:
        if outlier_tables(run.first_file):
            _require_all_frames(run)
        elif entities_of(run.first_file).get("desc", PREPROCESSED) != PREPROCESSED:
            unknown.append(run.first_file)
    if unknown:
        desc = entities_of(unknown[0])["desc"]
        message = (
            f"{counted(len(unknown), 'run')}, such as {unknown[0]}, of desc-{desc} without a table of "
            "outliers (*_outliers.tsv), so that it is not known whether they lack frames, or were filtered "
            "before; use --low-pass and --high-pass only if neither is so."
        )
        warn_or_refuse([message], values["strict"])


def _require_all_frames(run: RunInputs) -> None:
    from ...bids.missing_frames import require_all_frames
    from ...bids.runs import Run

    try:
        image = Run(run.run_file, run.t_r, quiet=True)
    except (OSError, ValueError):
        return  # it fails alone, with its own message
    try:
        require_all_frames(str(run.first_file), image.missing)
    except (OSError, ValueError) as error:
        raise click.UsageError(str(error)) from error
