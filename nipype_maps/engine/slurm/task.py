"""What a job of a cluster runs: some nodes, one after the other.

    python -m nipype_maps.engine.slurm.task FOLDER NUMBER

In the folder of a batch lies, for each task, a file of nodes; the outcome of each node is
written beside it as soon as there is one.  A node that waits for one of its task that failed
is left out.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from ...storage.atomic import replacing
from ..plugins.failures import Failure
from ..plugins.linear import run_pickled

#: The outcome of a node that was left out.
LEFT_OUT = {"left_out": True}


def write_task(folder: Path, number: int, nodes: Sequence[tuple[bytes, list[int]]], updatehash: bool) -> None:
    """Write the nodes of a task.

    Each is pickled apart, so that one that cannot be read there leaves the others, and comes
    with the places of those that it waits for.
    """
    with replacing(_nodes_file(folder, number)) as temporary:
        temporary.write_bytes(pickle.dumps((list(nodes), updatehash)))


def read_outcome(folder: Path, number: int, index: int) -> dict | None:
    """What came of a node: empty if it is done, its failure, or LEFT_OUT; None while nothing is known."""
    try:
        told = json.loads(outcome_file(folder, number, index).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return told if told in ({}, LEFT_OUT) or _is_failure(told) else None


def _is_failure(told) -> bool:
    known = isinstance(told, dict) and told.keys() == {"sentence", "kind", "traceback"}
    return known and all(isinstance(text, str) for text in told.values())


def run_task(folder: Path, number: int) -> None:
    """Run the nodes of a task, but for those that an earlier job of the task has run."""
    nodes, updatehash = pickle.loads(_nodes_file(folder, number).read_bytes())
    began_in, outcomes = os.getcwd(), []
    for index, (node, waits_for) in enumerate(nodes):
        told = read_outcome(folder, number, index)
        if told is None:
            told = LEFT_OUT if any(outcomes[other] for other in waits_for) else _run(node, updatehash)
            os.chdir(began_in)
            with replacing(outcome_file(folder, number, index)) as temporary:
                temporary.write_text(json.dumps(told), encoding="utf-8")
        outcomes.append(told)


def _run(node: bytes, updatehash: bool) -> dict:
    failure = run_pickled(node, updatehash)
    return {} if failure is None else _as_dict(failure)


def _as_dict(failure: Failure) -> dict:
    return {"sentence": failure.sentence, "kind": failure.kind, "traceback": failure.traceback}


def _nodes_file(folder: Path, number: int) -> Path:
    return folder / f"task-{number}.pkl"


def outcome_file(folder: Path, number: int, index: int) -> Path:
    """Where the outcome of a task's node is written."""
    return folder / f"task-{number}-node-{index}.json"


if __name__ == "__main__":
    run_task(Path(sys.argv[1]), int(sys.argv[2]))
