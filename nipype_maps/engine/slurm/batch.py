"""The tasks of a job array: nodes that are sent to jobs, and their outcomes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nipype.pipeline.engine import Node

from ..nipype_api import name_in_graph
from ..plugins.failures import Failure, failure_of
from ..plugins.schedule import Schedule
from .request import Request
from .task import NodeOutcome, SentNode, outcome_file, read_outcome, write_task


@dataclass
class Task:
    """Nodes that one job executes one after the other.

    Attributes
    ----------
    folder : pathlib.Path
        Of the batch.
    number : int
    waiting : dict of int to Node
        Those whose outcome is unknown, by their places in the task.
    followers : list of Node
        Those that depend on others of the task.
    request : Request
        Of each of them.
    job : str
        ``<job>_<task>`` of the array; empty until it is submitted.
    gone_since : float or None
        When the task disappeared from the queue.
    """

    folder: Path
    number: int
    waiting: dict[int, Node]
    followers: list[Node]
    request: Request
    job: str = ""
    gone_since: float | None = None

    @property
    def log(self) -> list[str]:
        """The lines that the job has written."""
        try:
            text = (self.folder / f"{self.number}.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        return [line.strip() for line in text.splitlines() if line.strip()]


def write_tasks(
    folder: Path,
    groups: Iterable[Sequence[Node]],
    request: Request,
    schedule: Schedule,
    updatehash: bool,
) -> tuple[list[Task], list[tuple[Node, Failure]]]:
    """Write a task for each group of nodes.

    Parameters
    ----------
    folder : pathlib.Path
        Of the batch; created here.
    groups : iterable of sequences of Node
        In topological order.
    request : Request
    schedule : Schedule
    updatehash : bool

    Returns
    -------
    list of Task
    list of (Node, Failure)
        Nodes that cannot be sent.
    """
    folder.mkdir(parents=True)
    tasks: list[Task] = []
    failures: list[tuple[Node, Failure]] = []
    for group in groups:
        sent: dict[Node, SentNode] = {}
        followers = []
        for node in group:
            dependencies = schedule.dependencies_among(node, group)
            if any(other not in sent for other in dependencies):
                continue  # it is submitted when they have finished
            try:
                content = pickle.dumps(node)
            except Exception as error:
                if not dependencies:  # else it fails when it is submitted itself
                    failures.append((node, failure_of(node, error)))
                continue
            places = [list(sent).index(other) for other in dependencies]
            sent[node] = SentNode(name_in_graph(node), content, places)
            if dependencies:
                followers.append(node)
        if sent:
            write_task(folder, len(tasks), list(sent.values()), updatehash)
            tasks.append(Task(folder, len(tasks), dict(enumerate(sent)), followers, request))
    return tasks, failures


def take_outcomes(tasks: Iterable[Task]) -> Iterator[tuple[Node, NodeOutcome]]:
    """Nodes whose outcome has become known, with it; they are removed from those waiting."""
    # each folder is listed once, not each file looked for: there may be ten thousand, far away
    existing = {folder: _names_in(folder) for folder in {task.folder for task in tasks}}
    for task in tasks:
        for index, node in list(task.waiting.items()):
            if outcome_file(task.folder, task.number, index).name not in existing[task.folder]:
                continue
            outcome = read_outcome(task.folder, task.number, index)
            if outcome is not None:
                del task.waiting[index]
                yield node, outcome


def _names_in(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:  # removed by somebody; its jobs are lost, as the queue shows
        return set()
