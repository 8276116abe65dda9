"""Messages and their kinds in sidecars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..notes import Note


def warning_entries(*sources: Mapping[str, Sequence[str]] | Iterable[Note]) -> dict[str, list[str]]:
    """``Warnings`` and ``WarningKinds``, lists of one length, from earlier sidecars and from notes.

    Parameters
    ----------
    *sources : dict, or iterable of Note
        The content of a sidecar, or the notes of a step.  A message that comes again is left out.

    Returns
    -------
    dict
        Messages in the order in which they first come; the kind of one that has none is empty.

    Examples
    --------
    >>> earlier = {"Warnings": ["map-03 is empty."], "WarningKinds": []}
    >>> warning_entries(earlier, [Note("no t_r.", "Timing"), Note("map-03 is empty.", "EmptyMaps")])
    {'Warnings': ['map-03 is empty.', 'no t_r.'], 'WarningKinds': ['EmptyMaps', 'Timing']}
    """
    kinds: dict[str, str] = {}
    for source in sources:
        if isinstance(source, Mapping):
            messages = source.get("Warnings", [])
            given = [*source.get("WarningKinds", []), *[""] * len(messages)]
            pairs = list(zip(messages, given, strict=False))
        else:
            pairs = [(str(note), note.kind) for note in source]
        for message, kind in pairs:
            kinds[message] = kinds.get(message) or kind
    return {"Warnings": list(kinds), "WarningKinds": list(kinds.values())}
