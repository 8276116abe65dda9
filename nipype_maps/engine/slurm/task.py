"""What a job of a cluster executes: several nodes, one after the other.

    python -m nipype_maps.engine.slurm.task FOLDER NUMBER

The folder of a batch contains a file of nodes for each task; the outcome of each node is
written beside it as soon as it is known.  A node is left out if one that it depends on has failed.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ...storage.atomic import replacing
from ..plugins.executors import execute_pickled
from ..plugins.failures import Failure


class SentNode(NamedTuple):
    """A node in a task.

    Attributes
    ----------
    name : str
        In the graph.
    content : bytes
        The node, pickled apart from the others, so that one that cannot be read leaves these.
    dependencies : list of int
        The places in the task of the nodes that it depends on.
    """

    name: str
    content: bytes
    dependencies: list[int]


@dataclass(frozen=True)
class NodeOutcome:
    """The outcome of a node in a job.

    Attributes
    ----------
    state : {'finished', 'failed', 'left out'}
    failure : Failure or None
        Of one that failed.
    """

    state: Literal["finished", "failed", "left out"]
    failure: Failure | None = None

    @classmethod
    def from_json(cls, content: Any) -> NodeOutcome | None:
        """Read an outcome; None if the content is something else."""
        if not isinstance(content, dict) or content.keys() != {"state", "failure"}:
            return None
        state, failure = content["state"], content["failure"]
        if state in ("finished", "left out") and failure is None:
            return cls(state)
        names = {"node", "reason", "kind", "traceback"}
        if state != "failed" or not isinstance(failure, dict) or failure.keys() != names:
            return None
        return cls(state, Failure(**failure)) if all(isinstance(t, str) for t in failure.values()) else None


FINISHED, LEFT_OUT = NodeOutcome("finished"), NodeOutcome("left out")


def write_task(folder: Path, number: int, nodes: Sequence[SentNode], updatehash: bool) -> None:
    """Write the nodes of a task, each after those that it depends on."""
    with replacing(_nodes_file(folder, number)) as temporary:
        temporary.write_bytes(pickle.dumps(([tuple(node) for node in nodes], updatehash)))


def read_outcome(folder: Path, number: int, index: int) -> NodeOutcome | None:
    """The outcome of a task's node; None while it is unknown."""
    try:
        content = json.loads(outcome_file(folder, number, index).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return NodeOutcome.from_json(content)


def execute_task(folder: Path, number: int) -> None:
    """Execute the nodes of a task, except those that an earlier job of the task has executed."""
    nodes, updatehash = pickle.loads(_nodes_file(folder, number).read_bytes())
    directory = os.getcwd()
    outcomes: list[NodeOutcome] = []
    for index, node in enumerate(SentNode(*fields) for fields in nodes):
        outcome = read_outcome(folder, number, index)
        if outcome is None:
            is_possible = all(outcomes[other] == FINISHED for other in node.dependencies)
            outcome = _execute(node, updatehash) if is_possible else LEFT_OUT
            os.chdir(directory)
            with replacing(outcome_file(folder, number, index)) as temporary:
                temporary.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
        outcomes.append(outcome)


def _execute(node: SentNode, updatehash: bool) -> NodeOutcome:
    failure = execute_pickled(node.name, node.content, updatehash)
    return FINISHED if failure is None else NodeOutcome("failed", failure)


def _nodes_file(folder: Path, number: int) -> Path:
    return folder / f"task-{number}.pkl"


def outcome_file(folder: Path, number: int, index: int) -> Path:
    """Where the outcome of a task's node is written."""
    return folder / f"task-{number}-node-{index}.json"


if __name__ == "__main__":
    execute_task(Path(sys.argv[1]), int(sys.argv[2]))
