"""What is noticed while something is computed: into the sidecar of its results, else a warning.

Python's warnings belong to the whole process: who records them takes those of other threads
too.  A note belongs to the call during which it was made, whatever else goes on.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_collector: ContextVar[list[str] | None] = ContextVar("notes", default=None)


def note(sentence: str) -> None:
    """Note something for the sidecar; outside of `collected` it is a UserWarning.

    Examples
    --------
    >>> with collected() as notes:
    ...     note("map-03 is empty.")
    ...     note("map-03 is empty.")
    >>> notes
    ['map-03 is empty.']
    """
    notes = _collector.get()
    if notes is None:
        warnings.warn(sentence, stacklevel=3)
    elif sentence not in notes:
        notes.append(sentence)


@contextmanager
def collected() -> Iterator[list[str]]:
    """A list of the notes that are made in this context, each once, in the order in which they come.

    Threads that are started meanwhile belong to it if they run in a copy of this context
    (`contextvars.copy_context`), as those of `files.threads` do.
    """
    notes: list[str] = []
    token = _collector.set(notes)
    try:
        yield notes
    finally:
        _collector.reset(token)
