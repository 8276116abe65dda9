"""What a job of a cluster runs: some nodes, one after the other.

    python -m nipype_maps.plugins.task FOLDER NUMBER

In the folder of a batch lies, for each task, a file of nodes; the outcome of each node is
written beside it as soon as there is one.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from ..files.atomic import replacing
from .failures import Failure
from .linear import run_pickled


def write_task(folder: Path, number: int, nodes: Sequence[bytes], updatehash: bool) -> None:
    """Write the nodes of a task, each pickled apart: one that cannot be read there leaves the others."""
    with replacing(_nodes_file(folder, number)) as temporary:
        temporary.write_bytes(pickle.dumps((list(nodes), updatehash)))


def read_outcome(folder: Path, number: int, index: int) -> dict | None:
    """What came of a node: empty if it is done, else its failure; None while nothing is known."""
    try:
        return json.loads(outcome_file(folder, number, index).read_text())
    except (OSError, ValueError):
        return None


def run_task(folder: Path, number: int) -> None:
    """Run the nodes of a task, but for those that an earlier job of the task has run."""
    nodes, updatehash = pickle.loads(_nodes_file(folder, number).read_bytes())
    began_in = os.getcwd()
    for index, node in enumerate(nodes):
        if read_outcome(folder, number, index) is not None:
            continue
        failure = run_pickled(node, updatehash)
        os.chdir(began_in)
        told = {} if failure is None else _as_dict(failure)
        with replacing(outcome_file(folder, number, index)) as temporary:
            temporary.write_text(json.dumps(told))


def _as_dict(failure: Failure) -> dict:
    return {"sentence": failure.sentence, "kind": failure.kind, "traceback": failure.traceback}


def _nodes_file(folder: Path, number: int) -> Path:
    return folder / f"task-{number}.pkl"


def outcome_file(folder: Path, number: int, index: int) -> Path:
    """Where the outcome of a task's node is written."""
    return folder / f"task-{number}-node-{index}.json"


if __name__ == "__main__":
    run_task(Path(sys.argv[1]), int(sys.argv[2]))
