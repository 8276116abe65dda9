"""What a command says when it is done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from .words import in_own_words

if TYPE_CHECKING:
    from ..bids.sidecars import Sidecar


def say_results(path, sidecar: Sidecar, run) -> None:
    """One line on a run's signals, with the files that were given for the run.

    Parameters
    ----------
    path : path-like
        Of the signals.
    sidecar : Sidecar
        Theirs.
    run : RunInputs
    """
    n_kept, frames = len(sidecar.frames_kept), f"{sidecar.frames_in_run} frames"
    if n_kept < sidecar.frames_in_run:
        frames = f"{n_kept} of {frames}"
    frames += _given(run.frames_files)
    maps = f"{len(sidecar.map_names)} maps, covered {_range(sidecar.coverage)}"
    maps += f", by signal {_range(sidecar.signal_coverage)}"
    n_confounds = len(sidecar.confound_columns)
    tables = _given(run.confounds_files)
    confounds = f"{n_confounds} confounds{tables}, " if n_confounds or tables else ""
    click.echo(f"{os.path.relpath(path)}: {frames}, {confounds}{maps}")


def _given(files) -> str:
    """Files in parentheses; nothing where there are none."""
    return f" ({', '.join(map(os.path.relpath, files))})" if files else ""


def _range(shares: list[float]) -> str:
    return f"{min(shares):.0%} to {max(shares):.0%}" if shares else "n/a"


def say_nodes(outcome) -> None:
    """How many nodes were run, and how many found done."""
    n_run = len(outcome.executed)
    click.echo(f"{n_run} nodes run, {len(outcome.done) - n_run} found done")


def say_plan(steps: Iterable) -> None:
    """One line on each node that would be run or is cached, and how many there are of each."""
    counts = dict.fromkeys(("run", "depends", "cached"), 0)
    for step in steps:
        counts[step.state] += 1
        reasons = "; ".join(step.reasons)
        because = {"run": f": {reasons}", "depends": f" on {reasons}", "cached": ""}[step.state]
        click.echo(f"{step.state:8}{step.name}{because}")
    click.echo(
        f"{counts['run']} nodes would be run, {counts['depends']} depend on what those give, "
        f"{counts['cached']} are cached"
    )


def warn(sentences: Iterable[str]) -> None:
    """Warnings, each once, on standard error."""
    for sentence in dict.fromkeys(sentences):
        click.echo(f"warning: {in_own_words(sentence)}", err=True)


def fail(failures: Iterable, logs=None) -> None:
    """Failures on standard error, then exit status 1; returns if there are none."""
    failures = list(failures)
    for failure in failures:
        click.echo(f"failed: {failure.node}: {in_own_words(failure.reason)}", err=True)
    if failures and logs:
        click.echo(f"crash reports and nipype's log are in {os.path.relpath(logs)}", err=True)
    if failures:
        raise SystemExit(1)
