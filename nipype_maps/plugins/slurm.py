"""Nodes as job arrays on a SLURM cluster."""

from __future__ import annotations

import contextlib
import logging
import math
import shlex
import shutil
import sys
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

from nipype.pipeline.engine import MapNode

from .agenda import Agenda
from .arguments import SLURMArguments
from .batch import Task, take_outcomes, write_tasks
from .cluster import HELD, NEVER, ClusterError, Queued, TooManyTasksError, cancel, epitaph, queue, submit
from .failures import Failure
from .graph import GraphPlugin
from .linear import run_node
from .task import LEFT_OUT

logger = logging.getLogger("nipype.workflow")

#: Where, in a graph's folder, batches of jobs lie.
BATCHES = "batch"
#: Seconds that squeue may fail before the run is given up.
PATIENCE = 600.0


class SLURMPlugin(GraphPlugin):
    """Runs nodes on a SLURM cluster; for the rest see `GraphPlugin`.

    All nodes that are ready are submitted as one job array for each request of processors and
    memory, several nodes a task; a task goes on with the nodes that wait for its own alone, so
    that they need not queue again.  The queue is asked once a poll.  A task that ends before its
    nodes have (cancelled, out of time or memory, lost with its machine) is submitted again,
    each of its nodes apart, a few times; then the node has failed, and SLURM's words and the
    job's are told.  Light nodes (``run_without_submitting``) run in this process.

    When the run is interrupted, its jobs are cancelled.  When it is killed, they go on: the
    next run of the graph waits for them, and submits what they have left.

    Parameters
    ----------
    plugin_args : dict, optional
        Besides those of `GraphPlugin`: ``sbatch_args``, a str or list of arguments for sbatch
        (``--partition=long --time=60``); ``nodes_per_task``, how many nodes a task runs one
        after the other, each with those behind it (default 10); ``max_tasks``, at most so many
        tasks of an array (default 1000); ``poll``, seconds between two looks at the queue
        (default 2); ``linger``, seconds that nodes wait for others to fill a task with (default
        30); ``tries``, how often a node is submitted (default 3); ``nfs_wait``, seconds that a
        file written elsewhere may take to be seen here (default 10).

    Raises
    ------
    ValueError
        If an argument is unknown, or not of its kind.
    """

    def __init__(self, plugin_args=None):
        super().__init__(plugin_args)
        self._arguments = SLURMArguments.of(self.plugin_args)
        self._folder: Path | None = None

    @contextlib.contextmanager
    def _executor(self):
        if self._folder is None:
            raise ValueError("a cluster runs a workflow in a folder that all its machines see; set base_dir.")
        jobs = OnCluster(self._agenda, self._folder / BATCHES, self._arguments, self._updatehash)
        try:
            yield jobs
        finally:
            jobs.stop()
        if not self.failures:  # else the jobs' logs may be wanted
            shutil.rmtree(self._folder / BATCHES, ignore_errors=True)

    def _settle(self, folder: Path) -> None:
        """Wait for the jobs of a run that was killed."""
        self._folder = folder
        batches = {_job_name(batch) for batch in (folder / BATCHES).glob("*")}
        told, answered_at = False, time.monotonic()
        while True:
            tasks = queue() if batches else {}
            left = [task for task in (tasks or {}).values() if task.name in batches]
            if tasks is not None and not left:
                break
            if tasks is not None:
                answered_at = time.monotonic()
            _require_answer(answered_at)
            if left and not told:
                told = True
                logger.warning("%d tasks of an earlier run are still queued; waiting for them.", len(left))
            time.sleep(self._arguments.poll)
        shutil.rmtree(folder / BATCHES, ignore_errors=True)


class OnCluster:
    """Runs nodes in jobs: see `linear.InThisProcess` for what an executor is."""

    divides = True

    def __init__(self, agenda: Agenda, folder: Path, arguments: SLURMArguments, updatehash: bool = False):
        self._agenda, self._folder, self._updatehash = agenda, folder, updatehash
        self._arguments = arguments
        self.patience = arguments.nfs_wait
        self._waiting_since = self._full_until = time.monotonic()
        self._unsubmitted: list = []
        self._tasks: list[Task] = []
        self._ended: deque[tuple[object, Failure | None]] = deque()
        self._submitted: Counter = Counter()  # how often each node was
        self._behind: set = set()  # nodes in tasks that wait for others of their task
        self._has_looked = False  # at the queue, since a node was begun

    @property
    def is_busy(self) -> bool:
        """Whether there are nodes submitted whose end `wait` has not told yet."""
        return bool(self._unsubmitted or self._tasks or self._ended)

    @property
    def ahead(self) -> int:
        """How many nodes it wants at hand: as many as an array takes.

        Between one graph and the next it looks at the queue: to make a graph takes seconds, in
        which jobs end and others could be submitted.
        """
        return self._arguments.nodes_per_task * self._arguments.max_tasks if self._has_looked else 1

    def has_begun(self, node) -> bool:
        """Whether a node was begun together with the one that it waits for."""
        return node in self._behind

    def has_room_for(self, node) -> bool:
        """Whether a node can be submitted now: the cluster queues what it has no room for."""
        return True

    def submit(self, node) -> None:
        """Begin a node: here if it is light, else with the next array, unless it is in one already."""
        self._has_looked = False
        if node in self._behind:
            self._behind.remove(node)
            return
        if node.run_without_submitting:
            self._ended.append((node, run_node(node, self._updatehash)))
            return
        if not self._unsubmitted:
            self._waiting_since = time.monotonic()
        self._unsubmitted.append(node)

    def wait(self) -> tuple[object, Failure | None]:
        """Wait until any node has ended; which, and what went wrong."""
        answered_at = time.monotonic()
        while True:
            if self._is_time_to_submit():
                self._submit_all()
            if not self._ended:
                self._collect()
            if self._ended:
                node, failure = self._ended.popleft()
                del self._submitted[node]
                return node, failure
            tasks = queue()
            if tasks is not None:
                answered_at = time.monotonic()
                self._has_looked = True
                self._look_after(tasks)
            _require_answer(answered_at)
            if not self._ended:
                time.sleep(self._arguments.poll)

    def stop(self) -> None:
        """Cancel what is still queued."""
        cancel(sorted({task.job.partition("_")[0] for task in self._tasks if task.waiting}))

    def _is_time_to_submit(self) -> bool:
        """Whether the nodes at hand fill a task, or nothing else will come, or they have waited enough.

        Nodes become ready one by one, as those before them end; a job for each would keep the
        cluster busy with starting Python.
        """
        if not self._unsubmitted or time.monotonic() < self._full_until:
            return False
        waited = time.monotonic() - self._waiting_since
        is_full = len(self._unsubmitted) >= self._arguments.nodes_per_task
        if self._ended:  # what lies behind these comes at once
            return is_full and waited >= self._arguments.poll
        return is_full or not self._tasks or waited >= self._arguments.linger

    def _submit_all(self) -> None:
        by_request = defaultdict(list)
        for node in self._unsubmitted:
            # a node whose task was lost goes alone, lest it takes others with it again
            alone = self._submitted[node] > 0
            by_request[node.n_procs, node.mem_gb, alone].append(node)
        self._unsubmitted = []
        # what is queued, be it of other work of the user, leaves room when it ends; asked before
        # sbatch is, which may be refused for a job that ends the moment after
        room_will_come = bool(self._tasks) or queue() != {}
        for (n_procs, mem_gb, alone), nodes in by_request.items():
            request = [f"--cpus-per-task={n_procs}", f"--mem={math.ceil(1024 * mem_gb)}M"]
            parts = [[node] for node in nodes] if alone else self._with_those_behind(nodes)
            left, error = self._submit_parts(parts, request)
            ready = set(nodes)
            begun = [node for part in left for node in part if node in ready]
            if isinstance(error, TooManyTasksError) and (room_will_come or self._tasks):
                logger.info("%s; %d nodes wait until there is room.", error, len(begun))
                self._unsubmitted += begun
                self._full_until = time.monotonic() + self._arguments.linger
            else:
                self._ended += [(node, Failure(node, str(error))) for node in begun]

    def _submit_parts(self, parts: list[list], request: list[str]) -> tuple[list[list], ClusterError | None]:
        """Submit tasks in arrays of as many as the cluster takes; those that it did not take, and why."""
        size = self._arguments.max_tasks
        while parts:
            some = parts[:size]
            try:
                self._submit_array(some, request)
                parts = parts[size:]
            except ClusterError as error:
                if len(some) == 1 or not isinstance(error, TooManyTasksError):
                    return parts, error
                size = len(some) // 2
        return [], None

    def _with_those_behind(self, nodes: list) -> list[list]:
        """The nodes of some tasks."""

        def may_follow(node) -> bool:
            same = (node.n_procs, node.mem_gb) == (nodes[0].n_procs, nodes[0].mem_gb)
            return same and not (node.run_without_submitting or isinstance(node, MapNode))

        return [
            self._agenda.with_those_behind(part, self._arguments.nodes_per_task, may_follow)
            for part in _chunks(nodes, self._arguments.nodes_per_task)
        ]

    def _submit_array(self, parts: list[list], request: list[str]) -> None:
        folder = self._folder / uuid.uuid4().hex
        tasks, failures = write_tasks(folder, parts, self._agenda, self._updatehash)
        if tasks:
            words = [sys.executable, "-m", "nipype_maps.plugins.task", str(folder)]
            script = f'#!/bin/sh\nexec {shlex.join(words)} "$SLURM_ARRAY_TASK_ID"\n'
            arguments = [*request, *self._arguments.options]
            # its name tells a later run whose it is, should this one be killed now
            try:
                job = submit(script, _job_name(folder), folder, len(tasks), arguments)
            except ClusterError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        for task in tasks:
            task.job = f"{job}_{task.number}"
            self._submitted.update(task.waiting.values())
            self._behind.update(task.behind)
        self._tasks += tasks
        self._ended += [(failure.node, failure) for failure in failures]

    def _collect(self) -> None:
        """Take the outcomes that are there."""
        for node, told in take_outcomes(self._tasks):
            if told == LEFT_OUT:
                self._behind.discard(node)
            else:
                self._ended.append((node, Failure(node, **told) if told else None))
        self._tasks = [task for task in self._tasks if task.waiting]

    def _look_after(self, tasks: dict[str, Queued]) -> None:
        """See which tasks have ended without telling, and which will never begin."""
        now = time.monotonic()
        for task in self._tasks:
            queued = tasks.get(task.job)
            if queued is None:
                task.gone_since = task.gone_since or now
                continue
            task.gone_since = None  # it may have been queued again by SLURM
            if queued.state == "PENDING" and queued.reason in NEVER:
                cancel([task.job])
                self._give_up(task, f"its job can never begin: SLURM says {queued.reason}; mend sbatch_args.")
            elif queued.state == "PENDING" and queued.reason.startswith(HELD):
                cancel([task.job])
        self._collect()
        for task in self._tasks:
            if task.gone_since is not None and now - task.gone_since >= self._arguments.nfs_wait:
                self._lost(task)
        self._tasks = [task for task in self._tasks if task.waiting]

    def _lost(self, task: Task) -> None:
        """Submit what a lost task has left once more, or give it up."""
        words, left = epitaph(task.job), self._begun_of(task)
        again = {index: node for index, node in left.items() if self._submitted[node] < self._arguments.tries}
        for node in again.values():
            logger.warning("%s: its job %s was lost (%s); submitted again.", node.fullname, task.job, words)
        self._unsubmitted += again.values()
        task.waiting = {index: node for index, node in left.items() if index not in again}
        said = f"; it said: {task.last_words}" if task.last_words else ""
        self._give_up(task, f"its job was lost {self._arguments.tries} times ({words}){said}")

    def _give_up(self, task: Task, sentence: str) -> None:
        """Tell that what a task has left has failed."""
        self._ended += [(node, Failure(node, sentence)) for node in self._begun_of(task).values()]
        task.waiting = {}

    def _begun_of(self, task: Task) -> dict:
        """What a task has left of the nodes whose turn has come; the others are let go."""
        begun = {index: node for index, node in task.waiting.items() if node not in self._behind}
        self._behind.difference_update(task.waiting.values())
        return begun


def _require_answer(answered_at: float) -> None:
    """Raise ClusterError if squeue has not answered for too long."""
    if time.monotonic() - answered_at > PATIENCE:
        raise ClusterError(f"squeue has failed for {PATIENCE:g} s; is the cluster there?")


def _job_name(batch: Path) -> str:
    return f"nipype-maps-{batch.name}"


def _chunks(values: list, size: int) -> Iterator[list]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
