"""Exception handlers that nipype leaves on the stack of traits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from traits.api import (  # type: ignore[attr-defined]  # missing in the types that traits ships
    pop_exception_handler,
    push_exception_handler,
)


@contextmanager
def handlers_restored() -> Iterator[None]:
    """Remove the exception handlers that are added meanwhile to the stack of traits.

    nipype adds one with each interface that is created and removes none: some ten kilobytes per
    graph.
    """
    push_exception_handler(reraise_exceptions=True)
    ours = _top()
    try:
        yield
    finally:
        while _top() is not ours:
            pop_exception_handler()
        pop_exception_handler()


def _top() -> Any:
    top = push_exception_handler()
    pop_exception_handler()
    return top
