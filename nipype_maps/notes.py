"""Warnings collected while something is computed: for the sidecar of its results.

Python's warnings belong to the whole process: code that records them also gets those of other
threads.  A note belongs to the call during which it was made, whatever else is going on.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

_collector: ContextVar[list[Note] | None] = ContextVar("notes", default=None)


class Note(str):
    """A message, and its kind, by which those of many runs are grouped and counted.

    Attributes
    ----------
    kind : str
        One word, such as ``DegreesOfFreedom``; docs/checks.md lists them.
    """

    kind: str

    def __new__(cls, message: str, kind: str) -> Note:
        """Make a note of a message and its kind."""
        made = super().__new__(cls, message)
        made.kind = kind
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override] # two arguments
        return str(self), self.kind


def note(message: str, kind: str = "") -> None:
    """Add a note to the collected ones; outside of `collected` issue a UserWarning.

    Examples
    --------
    >>> with collected() as notes:
    ...     note("map-03 is empty.", "EmptyMaps")
    ...     note("map-03 is empty.", "EmptyMaps")
    >>> notes, notes[0].kind
    (['map-03 is empty.'], 'EmptyMaps')
    """
    notes = _collector.get()
    if notes is None:
        warnings.warn(message, stacklevel=3)
    elif message not in notes:
        notes.append(Note(message, kind))


@contextmanager
def collected() -> Iterator[list[Note]]:
    """A list of the notes made in this context, each once, in order.

    Threads started meanwhile contribute if they are executed in a copy of this context
    (`contextvars.copy_context`), as those of `storage.threads` do.
    """
    notes: list[Note] = []
    token = _collector.set(notes)
    try:
        yield notes
    finally:
        _collector.reset(token)


def listed(names: Sequence[str], most: int = 8) -> str:
    """The first of some names, for a message, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b"]), listed("abcd", most=2)
    ('a, b', 'a, b and 2 more')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
