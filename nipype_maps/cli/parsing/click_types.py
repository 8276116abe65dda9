"""Kinds of values that click does not know: counts, frequencies, lists of files, widths."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import Any

import click

EXISTING_FILE = click.Path(exists=True, dir_okay=False, readable=True)
FOLDER = click.Path(file_okay=False, path_type=Path)
#: mm; a larger width is in another unit, or a typing error.
WIDEST = 1000.0

#: Numbers as people write them: Python also accepts 1_000, and the digits of other scripts.
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def number_of(text: str) -> float:
    """A finite number from the command line.

    Raises
    ------
    ValueError
        If the text is not one.

    Examples
    --------
    >>> number_of("2.5"), number_of(" 1e-2 ")
    (2.5, 0.01)
    """
    if not NUMBER.fullmatch(text.strip()) or not math.isfinite(number := float(text)):
        raise ValueError(f"{text!r} is not a finite number.")
    return number


class Positive(click.ParamType):
    """A finite number above 0."""

    name = "number"

    def __init__(self, unit: str, least: float = 0.0) -> None:
        self._unit, self._least = unit, least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return a float."""
        if isinstance(value, float):
            return value
        try:
            number = number_of(value)
        except ValueError as error:
            self.fail(f"{error} Give {self._unit}, such as 0.1 or 2.", param, ctx)
        if not number > 0:
            self.fail(f"{value} is not above 0; give {self._unit}.", param, ctx)
        if number < self._least:
            self.fail(
                f"{value} is below {self._least:g} {self._unit}, a period of more than a day.", param, ctx
            )
        return number


SECONDS, HERTZ = Positive("seconds"), Positive("Hz", least=1e-5)


class Count(click.ParamType):
    """A whole number above 0."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return an int."""
        if isinstance(value, int):
            return value
        if not re.fullmatch("[0-9]{1,9}", value.strip()) or not int(value):
            self.fail(f"{value!r} is not a whole number above 0.", param, ctx)
        return int(value)


class Memory(click.ParamType):
    """An amount of memory in MB, or with a unit: ``4000``, ``4000M``, ``4G``."""

    name = "mb"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return MB."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"([0-9]+\.?[0-9]*)\s*([KMGT]?)B?", value.strip(), re.I)
        if not found or not float(found[1]):
            self.fail(f"{value!r} is no amount of memory; give MB, or a number with a unit: 16G.", param, ctx)
        return float(found[1]) * {"K": 1e-3, "M": 1.0, "G": 1e3, "T": 1e6}[found[2].upper() or "M"]


class Files(click.ParamType):
    """Existing files, joined by commas."""

    name = "file[,file]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return a tuple of paths."""
        if isinstance(value, tuple):
            return value
        # the name of an existing file may have a comma
        parts = [value] if os.path.exists(value) else [part.strip() for part in value.split(",")]
        if not all(parts):
            self.fail(f"{value!r} has no file between two commas or at an end.", param, ctx)
        return tuple(str(EXISTING_FILE.convert(part, param, ctx)) for part in parts)


class Widths(click.ParamType):
    """One width in mm, or three joined by commas."""

    name = "mm[,mm,mm]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | list[float]:
        """Return a float, or a list of three."""
        if isinstance(value, (float, list)):
            return value
        try:
            widths = [number_of(part) for part in value.split(",")]
        except ValueError:
            widths = []
        if len(widths) not in (1, 3) or not all(width >= 0 for width in widths):
            self.fail(
                f"{value!r} is neither one width in mm (0 or more) nor three joined by commas.", param, ctx
            )
        if max(widths) > WIDEST:
            self.fail(f"{value!r} is wider than {WIDEST:g} mm; check the unit.", param, ctx)
        return widths[0] if len(widths) == 1 else widths
