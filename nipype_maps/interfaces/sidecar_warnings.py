"""Messages and their kinds in sidecars."""

from __future__ import annotations

from collections.abc import Sequence

from ..notes import Note


def warning_entries(
    warnings: Sequence[str], kinds: Sequence[str], notes: Sequence[Note]
) -> dict[str, list[str]]:
    """The entries Warnings and WarningKinds: those of an earlier step, then new ones.

    Parameters
    ----------
    warnings : sequence of str
        Messages of an earlier step.
    kinds : sequence of str
        Their kinds; missing ones are empty.
    notes : sequence of Note

    Examples
    --------
    >>> warning_entries(["a is empty."], [], [Note("30 frames left.", "DegreesOfFreedom")])
    {'Warnings': ['a is empty.', '30 frames left.'], 'WarningKinds': ['', 'DegreesOfFreedom']}
    """
    padded = [*kinds, *[""] * len(warnings)][: len(warnings)]
    return {
        "Warnings": [*warnings, *map(str, notes)],
        "WarningKinds": [*padded, *(note.kind for note in notes)],
    }
