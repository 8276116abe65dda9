"""Frames as they are stored, and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class StoredBlock:
    """Consecutive frames of a run as stored; their values are ``slope * stored + inter``.

    Attributes
    ----------
    first : int
        Index of the first frame.
    stored : (n, S) array of any real type
    slope, inter : float

    Examples
    --------
    >>> StoredBlock(0, np.array([[1, 2, 3]], "int16"), 0.5, -1.0).values(slice(1, 3))
    array([[0. , 0.5]])
    """

    first: int
    stored: np.ndarray
    slope: float = 1.0
    inter: float = 0.0

    def values(self, columns: slice = slice(None), finite: bool = False) -> np.ndarray:
        """Values (n, S) of some columns, float64, with 0 for NaN and infinity if ``finite``."""
        return values_of(self.stored[:, columns], self.slope, self.inter, finite)


def values_of(stored: np.ndarray, slope: float, inter: float, finite: bool = False) -> np.ndarray:
    """Stored numbers of any shape as float64."""
    values = stored.astype(np.float64)
    if slope != 1:
        values *= slope
    if inter != 0:
        values += inter
    if finite and stored.dtype.kind == "f":
        values[~np.isfinite(values)] = 0.0
    return values


def has_non_finite(stored: np.ndarray) -> bool:
    """Whether any value of an array is NaN or infinite.

    Examples
    --------
    >>> has_non_finite(np.array([1.0, -np.inf])), has_non_finite(np.array([1, 2]))
    (True, False)
    """
    if stored.dtype.kind != "f" or not stored.size:
        return False
    # minimum and maximum are NaN if any value is; no array of the same size is made
    return not (np.isfinite(stored.min()) and np.isfinite(stored.max()))


class NonFiniteCheck:
    """Looks for NaN and infinity in arrays that pass by, until the first is found.

    Attributes
    ----------
    found : bool

    Examples
    --------
    >>> check = NonFiniteCheck()
    >>> total = sum(values.size for values in check.passing([np.array([1.0, np.nan])], lambda values: values))
    >>> total, check.found
    (2, True)
    """

    def __init__(self) -> None:
        self.found = False

    def passing(self, items: Iterable[Item], values: Callable[[Item], np.ndarray]) -> Iterator[Item]:
        """The same items, whose values are checked as they are taken."""
        for item in items:
            self.found = self.found or has_non_finite(values(item))
            yield item
