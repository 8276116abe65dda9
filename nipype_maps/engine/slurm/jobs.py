"""Nodes in jobs: what is submitted when, and what is done about tasks that were lost."""

from __future__ import annotations

import contextlib
import logging
import shlex
import shutil
import sys
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

from nipype.pipeline.engine import MapNode, Node

from ..nipype_api import name_in_graph
from ..plugins.arguments import SLURMArguments
from ..plugins.executors import execute_node
from ..plugins.failures import Failure
from ..plugins.schedule import Schedule
from .batch import Task, take_outcomes, write_tasks
from .commands import (
    FOR_MEMORY,
    HELD,
    KILLED,
    NEVER,
    ClusterError,
    Queued,
    TooManyTasksError,
    cancel,
    cluster,
    largest_memory,
    queue,
    state_of,
    submit,
)
from .earlier import job_name, record, record_end
from .request import Request, request_of
from .task import LEFT_OUT

logger = logging.getLogger("nipype.workflow")

#: Seconds that squeue may fail before the execution is given up.
PATIENCE = 600.0


class OnCluster:
    """Executes nodes in jobs; see `executors.Executor`."""

    divides = True
    cancels = True

    def __init__(self, schedule: Schedule, folder: Path, arguments: SLURMArguments, updatehash: bool = False):
        self._schedule, self._folder, self._updatehash = schedule, folder, updatehash
        self._arguments = arguments
        self.patience = arguments.nfs_wait
        self._waiting_since = self._full_until = time.monotonic()
        self._unsubmitted: list[Node] = []
        self._tasks: list[Task] = []
        self._finished: deque[tuple[Node, Failure | None]] = deque()
        self._submitted: Counter[Node] = Counter()  # how often, except in tasks lost by another node
        self._alone: set[Node] = set()  # nodes of lost tasks, which must not take others with them again
        self._killed: Counter[Node] = Counter()  # how often a node's job was, probably for memory
        self._more: dict[Node, Request] = {}  # requests of such nodes
        self._batches: list[Path] = []
        self._cluster = ""  # its name
        self._followers: set[Node] = set()  # nodes in tasks that depend on others of their task
        self._has_queried = False  # the queue, since a node was started

    @property
    def is_busy(self) -> bool:
        """See `Executor`."""
        return bool(self._unsubmitted or self._tasks or self._finished)

    @property
    def ahead(self) -> int:
        """How many nodes it needs at hand: as many as an array can have.

        Between one graph and the next it queries the queue: building a graph takes seconds, in
        which jobs finish and others could be submitted.
        """
        return self._arguments.nodes_per_task * self._arguments.max_tasks if self._has_queried else 1

    def has_started(self, node: Node) -> bool:
        """See `Executor`."""
        return node in self._followers

    def has_room_for(self, node: Node) -> bool:
        """Always: the cluster queues what it has no room for."""
        return True

    def submit(self, node: Node) -> None:
        """Start a node: here if it is light, else with the next array, unless it is in one already."""
        self._has_queried = False
        if node in self._followers:
            self._followers.remove(node)
            return
        if node.run_without_submitting:
            self._finished.append((node, execute_node(node, self._updatehash)))
            return
        if not self._unsubmitted:
            self._waiting_since = time.monotonic()
        self._unsubmitted.append(node)

    def wait(self) -> tuple[Node, Failure | None] | None:
        """See `Executor`."""
        answered_at = time.monotonic()
        while True:
            if self._is_time_to_submit():
                self._submit_all()
            if not self._finished:
                self._collect()
            if self._finished:
                node, failure = self._finished.popleft()
                for kept in (self._submitted, self._killed, self._more):
                    kept.pop(node, None)
                self._alone.discard(node)
                return node, failure
            if not self.is_busy:
                return None
            tasks = queue()
            if tasks is not None:
                answered_at = time.monotonic()
                self._has_queried = True
                self._check_tasks(tasks)
            require_answer(answered_at)
            if not self._finished:
                time.sleep(self._arguments.poll)

    def stop(self) -> None:
        """Cancel what is still queued."""
        waiting = [task for task in self._tasks if task.waiting]
        cancel(sorted({task.job.partition("_")[0] for task in waiting if task.job}))
        for folder in {task.folder for task in waiting if not task.job}:  # interrupted while submitting
            cancel(name=job_name(folder))
        for folder in set(self._batches).difference(task.folder for task in waiting):
            record_end(folder)

    def remove_batches(self) -> None:
        """Remove the batches that were submitted."""
        for folder in self._batches:
            shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # it contains others
            self._folder.rmdir()

    def _is_time_to_submit(self) -> bool:
        """Whether the nodes at hand fill a task, no others can come, or they have waited long enough.

        Nodes become ready one by one, as their dependencies finish; a job for each would keep the
        cluster busy with starting Python.
        """
        if not self._unsubmitted or time.monotonic() < self._full_until:
            return False
        waited = time.monotonic() - self._waiting_since
        is_full = len(self._unsubmitted) >= self._arguments.nodes_per_task
        if self._finished:  # their descendants become ready at once
            return is_full and waited >= self._arguments.poll
        return is_full or not self._tasks or waited >= self._arguments.linger

    def _submit_all(self) -> None:
        by_request = defaultdict(list)
        for node in self._unsubmitted:
            by_request[self._request_of(node), node in self._alone].append(node)
        self._unsubmitted = []
        # jobs in the queue, including others of the user, make room when they finish; queried before
        # sbatch is called, which may be refused because of a job that finishes the moment after
        room_will_come = bool(self._tasks) or queue() != {}
        for (request, alone), nodes in by_request.items():
            groups = [[node] for node in nodes] if alone else self._groups(nodes)
            refused, error = self._submit_groups(groups, request)
            ready = set(nodes)
            left = [node for group in refused for node in group if node in ready]
            if isinstance(error, TooManyTasksError) and (room_will_come or self._tasks):
                logger.info("%s; %d nodes wait until there is room.", error, len(left))
                self._unsubmitted += left
                self._full_until = time.monotonic() + self._arguments.linger
            else:
                for node in left:
                    self._fail(node, self._refusal(node, error))

    def _refusal(self, node: Node, error: ClusterError | None) -> str:
        if not self._killed[node]:
            return str(error)
        return f"its job was killed, probably for lack of memory, and with {self._more[node].amount} {error}"

    def _request_of(self, node: Node) -> Request:
        return self._more.get(node) or request_of(node, self._arguments.options)

    def _groups(self, nodes: list[Node]) -> list[list[Node]]:
        """The nodes of each task: some that are ready, with their descendants."""
        request = self._request_of(nodes[0])

        def may_follow(node: Node) -> bool:
            same = self._request_of(node) == request
            return same and not (node.run_without_submitting or isinstance(node, MapNode))

        return [
            self._schedule.with_descendants(chunk, self._arguments.nodes_per_task, may_follow)
            for chunk in _chunks(nodes, self._arguments.nodes_per_task)
        ]

    def _submit_groups(
        self, groups: list[list[Node]], request: Request
    ) -> tuple[list[list[Node]], ClusterError | None]:
        """Submit tasks in arrays as large as the cluster accepts; return those that it refused, and why."""
        size = self._arguments.max_tasks
        while groups:
            some = groups[:size]
            try:
                self._submit_array(some, request)
                groups = groups[size:]
            except ClusterError as error:
                if len(some) == 1 or not isinstance(error, TooManyTasksError):
                    return groups, error
                size = len(some) // 2
        return [], None

    def _submit_array(self, groups: list[list[Node]], request: Request) -> None:
        folder = self._folder / uuid.uuid4().hex
        tasks, failures = write_tasks(folder, groups, request, self._schedule, self._updatehash)
        self._batches.append(folder)
        if tasks:
            if not self._cluster and (here := cluster()):
                self._cluster = here.name
            record(folder, self._cluster, [len(task.waiting) for task in tasks])
            words = [sys.executable, "-m", "nipype_maps.engine.slurm.task", str(folder)]
            script = f'#!/bin/sh\nexec {shlex.join(words)} "$SLURM_ARRAY_TASK_ID"\n'
            before, self._tasks = self._tasks, [*self._tasks, *tasks]
            try:
                job = submit(script, job_name(folder), folder, len(tasks), request.words)
            except ClusterError:
                self._tasks = before
                shutil.rmtree(folder, ignore_errors=True)
                raise
            for task in tasks:
                task.job = f"{job}_{task.number}"
                self._submitted.update(task.waiting.values())
                self._followers.update(task.followers)
        self._finished += failures

    def _collect(self) -> None:
        """Take the outcomes that have been written."""
        for node, outcome in take_outcomes(self._tasks):
            if outcome == LEFT_OUT:
                self._followers.discard(node)
            else:
                self._finished.append((node, outcome.failure))
        self._tasks = [task for task in self._tasks if task.waiting]

    def _check_tasks(self, queued_tasks: dict[str, Queued]) -> None:
        """Find tasks that have ended without all outcomes, and those that can never start."""
        now = time.monotonic()
        for task in self._tasks:
            queued = queued_tasks.get(task.job)
            if queued is None:
                task.gone_since = task.gone_since or now
                continue
            task.gone_since = None  # SLURM may have queued it again
            if queued.state == "PENDING" and queued.reason in NEVER:
                cancel([task.job])
                self._give_up(
                    task, f"its job can never start: SLURM reports {queued.reason}; correct sbatch_args."
                )
            elif queued.state == "PENDING" and queued.reason.startswith(HELD):
                logger.warning("job %s is held by SLURM (%s); it is cancelled.", task.job, queued.reason)
                cancel([task.job])
        self._collect()
        for task in self._tasks:
            if task.gone_since is not None and now - task.gone_since >= self._arguments.nfs_wait:
                self._handle_lost(task)
        self._tasks = [task for task in self._tasks if task.waiting]

    def _handle_lost(self, task: Task) -> None:
        """Submit the unfinished nodes of a lost task again, or give them up."""
        is_alive, state = state_of(task.job)
        if is_alive:
            task.gone_since = None
            return
        # the first unfinished one was being executed: no other can be the reason
        current, *others = task.waiting.values()
        self._submitted.subtract(others)
        self._alone.update(task.waiting.values())
        is_for_memory = any(FOR_MEMORY.search(line) for line in (state, *task.log[-20:]))
        log = f"; its log ends with: {task.log[-1]}" if task.log else ""
        has_more = not is_for_memory
        if is_for_memory or KILLED.search(state):
            has_more = self._give_more(current, task.request) or has_more
        for node in self._take_ready(task).values():
            times = self._submitted[node]
            if times < self._arguments.tries and (has_more or node is not current):
                more = f" with {self._more[node].amount} of memory" if node in self._more else ""
                logger.warning(
                    "%s: its job %s was lost (%s)%s; submitted again%s.",
                    node.fullname, task.job, state, log, more,
                )  # fmt: skip
                self._unsubmitted.append(node)
            elif is_for_memory and node is current:
                self._fail(
                    node,
                    f"its job was killed for lack of memory {self._killed[node]} times, the last time with "
                    f"{task.request.amount} ({state}); request more for the node (mem_gb, or --mem in "
                    f"sbatch_args), or allow more (max_memory_gb, tries){log}",
                )
            else:
                self._fail(node, f"its job was lost {times} times ({state}){log}")
        task.waiting = {}

    def _give_more(self, node: Node, had: Request) -> bool:
        """Let a node whose job was killed have more memory; whether there is more."""
        self._killed[node] += 1
        first, arguments = request_of(node, self._arguments.options), self._arguments
        largest = largest_memory() if had.memory.startswith("--mem=") else None
        more = had.with_more(first, arguments.max_memory_gb, largest)
        if more is not None:
            self._more[node] = more
        return more is not None

    def _fail(self, node: Node, reason: str) -> None:
        self._finished.append((node, Failure(name_in_graph(node), reason)))

    def _give_up(self, task: Task, reason: str) -> None:
        """Record that the unfinished nodes of a task have failed."""
        for node in self._take_ready(task).values():
            self._fail(node, reason)
        task.waiting = {}

    def _take_ready(self, task: Task) -> dict[int, Node]:
        """The unfinished nodes of a task whose dependencies have finished; the others are released."""
        ready = {index: node for index, node in task.waiting.items() if node not in self._followers}
        self._followers.difference_update(task.waiting.values())
        return ready


def require_answer(answered_at: float) -> None:
    """Raise ClusterError if squeue has not answered for too long."""
    if time.monotonic() - answered_at > PATIENCE:
        raise ClusterError(f"squeue has failed for {PATIENCE:g} s; check whether the cluster is up.")


def _chunks(values: list[Node], size: int) -> Iterator[list[Node]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
