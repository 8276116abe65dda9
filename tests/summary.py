"""Figures that the oracle tests measure, printed at the end of a session.

pytest-xdist executes tests in several processes, whose figures are sent to the one that prints.
"""

from collections import Counter
from dataclasses import dataclass, field

import pytest


@dataclass
class Measured:
    """Figures of a session.

    Attributes
    ----------
    largest : dict of str to float
        Largest difference seen in each group of comparisons.
    cases : Counter
        Number of comparisons in each group.
    verdicts : list of str
        nilearn's answer and ours where nilearn is known to be wrong.
    own_tests : Counter
        Outcomes of nilearn's own tests with our class in its place.
    """

    largest: dict[str, float] = field(default_factory=dict)
    cases: Counter = field(default_factory=Counter)
    verdicts: list[str] = field(default_factory=list)
    own_tests: Counter = field(default_factory=Counter)

    def add(self, other: "Measured") -> None:
        """Add the figures of another process."""
        for group, difference in other.largest.items():
            self.largest[group] = max(self.largest.get(group, 0.0), difference)
        self.cases += other.cases
        self.verdicts += other.verdicts
        self.own_tests += other.own_tests


MEASURED = Measured()


def pytest_sessionfinish(session):
    """Send the figures to the process that prints them."""
    if hasattr(session.config, "workeroutput"):
        plain = {name: getattr(MEASURED, name) for name in ("largest", "verdicts")}
        counts = {name: dict(getattr(MEASURED, name)) for name in ("cases", "own_tests")}
        session.config.workeroutput["measured"] = plain | counts


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """Receive the figures of a process that has finished."""
    figures = getattr(node, "workeroutput", {}).get("measured")
    if figures:
        counts = {name: Counter(figures[name]) for name in ("cases", "own_tests")}
        MEASURED.add(Measured(**(figures | counts)))


def pytest_terminal_summary(terminalreporter):
    """Print the largest difference of each group, and the outcomes of nilearn's own tests."""
    if MEASURED.largest:
        terminalreporter.section("largest differences, in standard deviations of the signals")
        for group, difference in MEASURED.largest.items():
            terminalreporter.write_line(f"{difference:.1e}  {MEASURED.cases[group]:5d} cases  {group}")
    if MEASURED.own_tests:
        terminalreporter.section("nilearn's own tests of NiftiMapsMasker, ours in its place")
        outcomes = MEASURED.own_tests.items()
        terminalreporter.write_line(", ".join(f"{count} {outcome}" for outcome, count in outcomes))
    if MEASURED.verdicts:
        terminalreporter.section("where nilearn is known to be wrong")
        for line in sorted(MEASURED.verdicts):
            terminalreporter.write_line(line)
