"""Calls of a process, one at a time."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ..engine.execution.log_handlers import handlers_restored

P = ParamSpec("P")
R = TypeVar("R")

_lock = threading.RLock()


def serialized(method: Callable[P, R]) -> Callable[P, R]:
    """A decorator: calls of all methods that have it are serialized by one lock.

    nipype's log and the number of BLAS's threads belong to the process, and so does the working
    directory where threads cannot have their own.
    """

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with _lock, handlers_restored():
            return method(*args, **kwargs)

    return call


def _renew() -> None:
    """In a forked process: replace the lock, whose holder may not exist there."""
    global _lock
    _lock = threading.RLock()


os.register_at_fork(after_in_child=_renew)
