"""Warnings that point at the user's own line."""

from __future__ import annotations

import sys
import warnings

#: Modules whose lines are not the user's: this package, and what runs its context managers.
INTERNAL = (__name__.partition(".")[0], "contextlib")


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line that called this package."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in INTERNAL:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
