"""Warnings and failures on standard error, and counts in words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click


def counted(n: int, noun: str) -> str:
    """A number and a noun that takes an s in the plural.

    Examples
    --------
    >>> counted(1, "step"), counted(0, "run")
    ('1 step', '0 runs')
    """
    return f"{n} {noun}{'s' * (n != 1)}"


def warn(messages: Iterable[str]) -> None:
    """Show warnings, each once."""
    for message in dict.fromkeys(messages):
        click.echo(f"warning: {message}", err=True)


def fail(messages: Iterable[str], logs: Path | None = None) -> None:
    """Show failures, each once, then exit with status 1; return if there are none."""
    shown = list(dict.fromkeys(messages))
    for message in shown:
        click.echo(f"failed: {message}", err=True)
    if shown and logs:
        click.echo(f"the log and crash reports are in {os.path.relpath(logs)}", err=True)
    if shown:
        raise SystemExit(1)
