"""Warnings of many runs: those of one kind together, so that rare ones are noticed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...bids.sidecars import Sidecar


@dataclass(frozen=True)
class RunWarning:
    """A warning in a run's sidecar.

    Attributes
    ----------
    run : str
    message : str
    kind : str
        One word, such as ``DegreesOfFreedom``; the message itself where it has no kind.
    """

    run: str
    message: str
    kind: str


def warnings_of(run: str, sidecar: Sidecar) -> list[RunWarning]:
    """The warnings in a run's sidecar; one without a kind is of a kind of its own.

    Examples
    --------
    >>> from nipype_maps.bids.sidecars import Sidecar
    >>> content = {"Warnings": ["9 frames.", "a gap."], "WarningKinds": ["DegreesOfFreedom", ""]}
    >>> [warning.kind for warning in warnings_of("sub-01", Sidecar(content, "signals.json"))]
    ['DegreesOfFreedom', 'a gap.']
    """
    return [RunWarning(run, str(note), note.kind or str(note)) for note in sidecar.warnings]


def grouped(warnings: Iterable[RunWarning]) -> list[str]:
    """One message for each kind of warning that several runs have, with the first of them.

    Examples
    --------
    >>> first, second = RunWarning("sub-01", "9 frames.", "few"), RunWarning("sub-02", "a gap.", "gap")
    >>> grouped([first, second, RunWarning("sub-03", "8 frames.", "few")])
    ['2 runs, such as sub-01: 9 frames.', 'sub-02: a gap.']
    """
    kinds: dict[str, list[RunWarning]] = defaultdict(list)
    for warning in warnings:
        kinds[warning.kind].append(warning)
    return [message for same in kinds.values() for message in _messages(same)]


def _messages(same: list[RunWarning]) -> list[str]:
    n_runs, first = len({warning.run for warning in same}), same[0]
    if n_runs == 1:
        return [f"{warning.run}: {warning.message}" for warning in same]
    return [f"{n_runs} runs, such as {first.run}: {first.message}"]
