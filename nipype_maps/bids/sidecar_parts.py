"""The sidecar of a table of signals is made in parts, which the interfaces merge.

A part is a sidecar that lacks entries.  What FitProjector knows of the maps is the first, Project
adds the run, SelectConfounds has one of its own, and Clean merges all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..notes import Note
from .provenance import source_names
from .sidecar_schema import ENTRIES


def section(name: str, values: Mapping[str, object]) -> dict[str, object]:
    """Entries of one object of the sidecar, in the declared order.

    Parameters
    ----------
    name : str
        Path of the object, such as ``Maps.Grid``; empty for the sidecar itself.
    values : dict
        By key.  Declared entries that are missing are left out.

    Raises
    ------
    KeyError
        If an entry is not declared.

    Examples
    --------
    >>> section("Maps.Grid", {"Affine": [], "Shape": [91, 109, 91]})
    {'Shape': [91, 109, 91], 'Affine': []}
    >>> section("Maps.Grid", {"Size": 2})
    Traceback (most recent call last):
    KeyError: "'Maps.Grid' has no entry 'Size'"
    """
    if unknown := sorted(values.keys() - set(_declared(name))):
        raise KeyError(f"{name!r} has no entry {unknown[0]!r}")
    return _ordered(values, name)


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """One sidecar of several parts, in the declared order.

    Of an entry that several parts have, the last counts; objects that are declared with their
    entries are merged, and so are ``Warnings``.  ``Sources`` follows from ``Provenance``.  Entries
    that are not declared, as in sidecars of others, stay, behind the others.

    Examples
    --------
    >>> merged({"Versions": {}, "Maps": {"Rank": 2}}, {"Maps": {"Names": ["a"]}, "FramesInRun": 9})
    {'FramesInRun': 9, 'Maps': {'Rank': 2, 'Names': ['a']}, 'Versions': {}}
    """
    content = _merged("", parts)
    if any("Warnings" in part for part in parts):
        content |= warning_entries(*parts)
    content = _ordered(content, "")
    if content.get("Provenance"):
        content["Sources"] = source_names(content["Provenance"])
    return _ordered(content, "")


def warning_entries(*sources: Mapping[str, Sequence[str]] | Iterable[Note]) -> dict[str, object]:
    """``Warnings`` and ``WarningKinds``, lists of one length, from earlier sidecars and from notes.

    Parameters
    ----------
    *sources : dict, or iterable of Note
        A sidecar's content (or any part that has these entries), or what
        `nipype_maps.notes.collected` gives.  A message that comes again is left out.

    Returns
    -------
    dict
        Messages in the order in which they first come; the kind of one that has none is empty.

    Examples
    --------
    >>> earlier = {"Warnings": ["map-03 is empty."], "WarningKinds": ["EmptyMaps"]}
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
    return section("", {"Warnings": list(kinds), "WarningKinds": list(kinds.values())})


def _declared(name: str) -> list[str]:
    return [entry.key for entry in ENTRIES if entry.section == name]


def _merged(name: str, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            path = f"{name}.{key}".lstrip(".")
            earlier = content.get(key, {})
            are_objects = isinstance(value, Mapping) and isinstance(earlier, Mapping)
            content[key] = _merged(path, [earlier, value]) if are_objects and _declared(path) else value
    return content


def _ordered(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The same content in the declared order, objects in it too."""
    declared = _declared(name)
    keys = [key for key in declared if key in content] + [key for key in content if key not in declared]
    return {key: _ordered_value(content[key], f"{name}.{key}".lstrip(".")) for key in keys}


def _ordered_value(value: Any, path: str) -> Any:
    return _ordered(value, path) if isinstance(value, Mapping) and _declared(path) else value
