"""Kinds of options that click does not know."""

from __future__ import annotations

from pathlib import Path

import click

EXISTING_FILE = click.Path(exists=True, dir_okay=False, readable=True)
FOLDER = click.Path(file_okay=False, path_type=Path)


class Positive(click.FloatRange):
    """A finite number above 0."""

    def __init__(self):
        super().__init__(min=0, min_open=True)

    def convert(self, value, param, ctx):
        """Return a float."""
        number = super().convert(value, param, ctx)
        if not number < float("inf"):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


SECONDS = HERTZ = Positive()


class Files(click.ParamType):
    """Existing files, joined by commas."""

    name = "file[,file]"

    def convert(self, value, param, ctx):
        """Return a tuple of paths."""
        if isinstance(value, tuple):
            return value
        # a file whose own name has a comma is taken as it is
        parts = [value] if Path(value).exists() else value.split(",")
        return tuple(EXISTING_FILE.convert(part.strip(), param, ctx) for part in parts)


class Widths(click.ParamType):
    """One width in mm, or three joined by commas."""

    name = "mm[,mm,mm]"

    def convert(self, value, param, ctx):
        """Return a float, or a list of three."""
        if isinstance(value, (float, list)):
            return value
        try:
            widths = [float(part) for part in value.split(",")]
        except ValueError:
            widths = []
        if len(widths) not in (1, 3) or not all(0 <= width < float("inf") for width in widths):
            self.fail(f"{value!r} is neither one width in mm (0 or more) nor three joined by commas.")
        return widths[0] if len(widths) == 1 else widths


def per_run(values: tuple, n_runs: int, option: str) -> list:
    """One value for each run, from an option given never, once for all, or once per run.

    Examples
    --------
    >>> per_run((2.0,), 3, "--t-r"), per_run((), 2, "--t-r")
    ([2.0, 2.0, 2.0], [None, None])
    """
    if not values:
        return [None] * n_runs
    if len(values) == 1:
        return list(values) * n_runs
    if len(values) != n_runs:
        raise click.UsageError(
            f"{option} is given {len(values)} times for {n_runs} run{'s' * (n_runs != 1)}; give it once "
            "for all runs, or once per run (several tables of one run joined by commas)."
        )
    return list(values)
