"""Types of JSON values: what an entry of a sidecar may be, and how messages call it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from ..options import Option

#: The largest size that the header of a NIfTI-1 image can hold.
LONGEST_AXIS = 32767


@dataclass(frozen=True)
class Kind:
    """A type of JSON value.

    Attributes
    ----------
    name : str
        In documentation and messages.
    accepts : callable
        Whether a value is of this type.
    article : str
        Before the name, in messages.
    """

    name: str
    accepts: Callable[[object], bool]
    article: str = "a"

    def __str__(self) -> str:
        return f"{self.article} {self.name}".strip()


def is_text(value: object) -> bool:
    """Whether a JSON value is a text."""
    return isinstance(value, str)


def is_number(value: object) -> TypeGuard[float]:
    """Whether a JSON value is a finite number; ``true`` is none."""
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
    )


def is_whole_number(value: object) -> bool:
    """Whether a JSON value is a whole number; ``true`` is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def list_of(accepts: Callable[[object], bool]) -> Callable[[object], bool]:
    """A check of lists whose items all pass a check."""
    return lambda value: isinstance(value, list) and all(map(accepts, value))


def optional(accepts: Callable[[object], bool]) -> Callable[[object], bool]:
    """A check that ``null`` passes too."""
    return lambda value: value is None or accepts(value)


def _is_share(value: object) -> bool:
    return value == "n/a" or is_number(value)


def _is_magnitude(value: object) -> bool:
    return value in ("n/a", "inf") or is_number(value)


def _is_source(value: object) -> bool:
    return isinstance(value, dict) and all(is_text(value.get(key)) for key in ("File", "SHA256"))


def _is_shape(value: object) -> bool:
    if not (isinstance(value, list) and len(value) == 3):
        return False
    return all(is_whole_number(size) and 0 < size <= LONGEST_AXIS for size in value)


def _is_affine(value: object) -> bool:
    if not (isinstance(value, list) and len(value) == 4):
        return False
    rows = all(list_of(is_number)(row) and len(row) == 4 for row in value)
    if not rows or value[3] != [0, 0, 0, 1]:
        return False
    return bool(np.linalg.matrix_rank(np.array(value, dtype=float)[:3, :3]) == 3)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


TEXT = Kind("text", is_text)
TEXTS = Kind("list of texts", list_of(is_text))
BOOLEAN = Kind("boolean", lambda value: isinstance(value, bool))
WHOLE_NUMBER = Kind("whole number", is_whole_number)
FRAMES = Kind("list of whole numbers", list_of(is_whole_number))
NUMBER = Kind("number", is_number)
SECONDS = Kind("number or null", optional(is_number))
TIMES = Kind("list of numbers", list_of(is_number))
#: One value, or one for each run of a table that concatenates several.
COUNT_PER_RUN = Kind(
    "whole number, or list of whole numbers",
    lambda value: is_whole_number(value) or list_of(is_whole_number)(value),
)
SHARES = Kind('list of numbers or "n/a"', list_of(_is_share))
MAGNITUDE = Kind('number, "inf" or "n/a"', _is_magnitude)
MAGNITUDES = Kind('list of numbers, "inf" or "n/a"', list_of(_is_magnitude))
SOURCES = Kind("list of objects with File and SHA256", list_of(_is_source))
OBJECT = Kind("object", _is_object, article="an")
SHAPE = Kind(f"list of three whole numbers from 1 to {LONGEST_AXIS}", _is_shape)
AFFINE = Kind("invertible 4 x 4 affine, a list of four lists of four numbers", _is_affine, article="an")


def kind_of(option: Option) -> Kind:
    """The type of an option's value in sidecars."""
    if option.choices or option.is_switch:
        choices = option.choices or (False, True)
        # 0 equals False, but is another value in JSON
        return Kind(
            f"one of {', '.join(map(json.dumps, choices))}",
            lambda value: any(type(value) is type(choice) and value == choice for choice in choices),
            article="",
        )
    if option.type.startswith("float"):
        several = "Sequence" in option.type
        return Kind(
            "number, list of numbers, or null" if several else "number or null",
            lambda value: value is None or is_number(value) or (several and list_of(is_number)(value)),
        )
    return Kind("text or null", optional(is_text))
