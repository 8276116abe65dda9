"""What an entry of a strategies file may contain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, TypeGuard

#: Keys of an entry, and those of objects in it.
KEYS: dict[str, set[str]] = {
    "Description": set(),
    "Parts": set(),
    "Columns": set(),
    "OptionalColumns": set(),
    "CompCor": {"Masks", "Components", "Variance"},
    "Scrub": {"FramewiseDisplacement", "StandardizedDVARS", "MinimumSegment"},
}


def check_entry(entry: object, where: str) -> None:
    """Raise ValueError unless an entry defines a strategy.

    Parameters
    ----------
    entry : object
        From a JSON file.
    where : str
        File and name, for the message.

    Examples
    --------
    >>> check_entry({"Columns": ["csf"]}, "ours.json: strategy 'ours'")
    >>> check_entry({"Column": ["csf"]}, "ours.json: strategy 'ours'")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: ours.json: strategy 'ours' has 'Column'; it may have Description, Parts, Columns, ...
    """
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be an object, not {type(entry).__name__}.")
    for key, value in entry.items():
        if key not in KEYS:
            raise ValueError(f"{where} has {key!r}; it may have {', '.join(KEYS)}.")
        if key in ("Parts", "Columns", "OptionalColumns"):
            if not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
                raise ValueError(f"{where}: {key} must be a list of names.")
        elif key == "Description":
            if not isinstance(value, str):
                raise ValueError(f"{where}: Description must be a text.")
        elif not (isinstance(value, dict) and set(value) <= KEYS[key]):
            raise ValueError(f"{where}: {key} must be an object of {', '.join(sorted(KEYS[key]))}.")
    if "CompCor" in entry:
        _check_compcor(entry["CompCor"], where)
    for key, value in entry.get("Scrub", {}).items():
        if not _is_number(value) or not 0 <= value < math.inf:
            raise ValueError(f"{where}: {key} must be a number of 0 or more, not {value!r}.")


def _check_compcor(value: Mapping[str, Any], where: str) -> None:
    masks = value.get("Masks")
    if not (isinstance(masks, list) and masks and all(mask in ("combined", "WM", "CSF") for mask in masks)):
        raise ValueError(f"{where}: Masks of CompCor must be a list of 'combined', 'WM' or 'CSF'.")
    count, share = value.get("Components"), value.get("Variance")
    counts = isinstance(count, int) and not isinstance(count, bool) and count > 0
    shares = _is_number(share) and 0 < share <= 1
    if not (counts if share is None else shares and count is None):
        raise ValueError(
            f"{where}: CompCor must have either Components, a number of them, or Variance, a share of 1."
        )


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool)
