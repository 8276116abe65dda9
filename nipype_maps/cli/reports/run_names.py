"""What users read in place of names of results and of nodes: runs, the shared fit, and steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...engine.execution import Failure
    from ...graphs import RunInputs

#: What the name of results has after that of the run.
ATLAS = "_atlas-"
SHARED_FIT = "shared fit"


def results_label(name: str) -> str:
    """The name of results, with its folders only where these say what the name does not.

    Examples
    --------
    >>> results_label("sub-01/func/sub-01_task-rest"), results_label("sub-01/ses-1/func/sub-01_task-rest")
    ('sub-01_task-rest', 'sub-01/ses-1/func/sub-01_task-rest')
    """
    *folders, own = name.split("/")
    known = {*own.split("_"), "func"}
    return own if known.issuperset(folders) else name


def run_label(name: str) -> str:
    """The name of a run, from that of its results.

    Examples
    --------
    >>> run_label("sub-01/func/sub-01_task-rest_atlas-msdl_timeseries")
    'sub-01_task-rest'
    """
    return results_label(name).rpartition(ATLAS)[0] or results_label(name)


def part_of(node: str) -> str:
    """The part of the graph that a node is in: a run's transform, or a fit.

    Examples
    --------
    >>> part_of("fit_0a1b.atlas.mask")
    'fit_0a1b'
    """
    return node.partition(".")[0]


class RunNames:
    """The runs of a call, by the parts of the graph that are theirs.

    Parameters
    ----------
    runs : sequence of RunInputs
    """

    def __init__(self, runs: Sequence[RunInputs]) -> None:
        self._of_part = {
            part: run_label(run.name) for run in runs for part in (run.workflow_name, run.fit_name)
        }

    def of(self, node: str) -> str:
        """The run that a node, or part, of the graph is of; else the shared fit."""
        return self._of_part.get(part_of(node), SHARED_FIT)

    def failures(self, failures: Iterable[Failure]) -> list[str]:
        """One message for each reason for which a run, or the shared fit, failed, with the steps."""
        steps: dict[tuple[str, str], list[str]] = {}
        for failure in failures:
            part, _, step = failure.node.partition(".")
            # what fails before any node, as a locked work folder does, has the name of the graph
            is_graph = part not in self._of_part and not step
            found = steps.setdefault(("" if is_graph else self.of(part), failure.reason), [])
            if step:
                found.append(step.rpartition(".")[2])
        return [
            ": ".join(filter(None, (f"{name} ({', '.join(found)})" if found else name, reason)))
            for (name, reason), found in steps.items()
        ]
