"""The tasks of a job array: nodes that are sent to jobs, and what comes back of them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..plugins.failures import Failure, failure_of
from ..plugins.schedule import Agenda
from .request import Request
from .task import outcome_file, read_outcome, write_task


@dataclass
class Task:
    """Some nodes that a job runs one after the other.

    Attributes
    ----------
    folder : pathlib.Path
        Of the batch.
    number : int
    waiting : dict of int to Node
        Those of which nothing is known yet, by their places in the task.
    behind : list of Node
        Those that wait for others of the task.
    request : Request
        Of each of them.
    job : str
        ``<job>_<task>`` of the array; empty until it is submitted.
    gone_since : float or None
        When the queue did not have the task any more.
    """

    folder: Path
    number: int
    waiting: dict
    behind: list
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
    folder: Path, parts: Iterable[Sequence], request: Request, agenda: Agenda, updatehash: bool
) -> tuple[list[Task], list[Failure]]:
    """Write a task for each part; also, the failures of nodes that cannot be sent.

    Parameters
    ----------
    folder : pathlib.Path
        Of the batch; made here.
    parts : iterable of sequences of Node
        Each node after those that it waits for.
    request : Request
    agenda : Agenda
    updatehash : bool
    """
    folder.mkdir(parents=True)
    tasks, failures = [], []
    for part in parts:
        sent, behind = {}, []
        for node in part:
            before = agenda.waits_for(node, part)
            if any(other not in sent for other in before):
                continue  # it is submitted when they are done
            try:
                sent[node] = pickle.dumps(node), [list(sent).index(other) for other in before]
            except Exception as error:
                if not before:  # else it is told when its turn comes
                    failures.append(failure_of(node, error))
                continue
            if before:
                behind.append(node)
        if sent:
            write_task(folder, len(tasks), list(sent.values()), updatehash)
            tasks.append(Task(folder, len(tasks), dict(enumerate(sent)), behind, request))
    return tasks, failures


def take_outcomes(tasks: Iterable[Task]) -> Iterator[tuple[object, dict]]:
    """Nodes of which something is known now, no longer waiting, and what: see `task.read_outcome`."""
    # one look at each folder, not one for each node: they may be ten thousand, far away
    there = {folder: _names_in(folder) for folder in {task.folder for task in tasks}}
    for task in tasks:
        for index, node in list(task.waiting.items()):
            if outcome_file(task.folder, task.number, index).name not in there[task.folder]:
                continue
            told = read_outcome(task.folder, task.number, index)
            if told is not None:
                del task.waiting[index]
                yield node, told


def _names_in(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:  # removed by somebody; its jobs are lost, which the queue tells
        return set()
