"""What nipype leaves behind in a process that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from traits.api import pop_exception_handler, push_exception_handler


@contextmanager
def handlers_restored() -> Iterator[None]:
    """Take away the handlers of exceptions that are put on the stack of traits meanwhile.

    nipype puts one there with each interface that is made, and takes none away: of a graph some
    ten kilobytes.
    """
    push_exception_handler(reraise_exceptions=True)
    ours = _top()
    try:
        yield
    finally:
        while _top() is not ours:
            pop_exception_handler()
        pop_exception_handler()


def _top():
    top = push_exception_handler()
    pop_exception_handler()
    return top
