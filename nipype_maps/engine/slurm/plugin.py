"""Nodes as job arrays on a SLURM cluster."""

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

from nipype.pipeline.engine import MapNode

from ..plugins.arguments import SLURMArguments
from ..plugins.failures import Failure
from ..plugins.graph import GraphPlugin
from ..plugins.linear import run_node
from ..plugins.schedule import Agenda
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
    require_writable,
    state_of,
    submit,
)
from .earlier import earlier_batches, job_name, note, note_end, require_in_sight
from .request import Request, request_of
from .task import LEFT_OUT

logger = logging.getLogger("nipype.workflow")

#: Where, in a graph's folder, batches of jobs lie.
BATCHES = "batch"
#: Seconds that squeue may fail before the run is given up.
PATIENCE = 600.0


class SLURMPlugin(GraphPlugin):
    """Runs nodes on a SLURM cluster; for the rest see `GraphPlugin`.

    All nodes that are ready are submitted as one job array for each request of processors,
    memory and options, several nodes a task; a task goes on with the nodes that wait for its own
    alone and ask for the same, so that they need not queue again.  The queue is asked once a poll.
    A task that ends before its nodes have (cancelled, out of time or memory, lost with its machine)
    is submitted again, each of its nodes apart, a few times; then the node has failed, and SLURM's
    words and the job's are told.  A node at which a job was killed is given twice the memory each
    time.  Light nodes (``run_without_submitting``) run in this process.

    When the run is interrupted, its jobs are cancelled.  When it is killed, they go on: the
    next run of the graph, be it another user's, waits for them, and submits what they have left.
    Where they cannot be seen (jobs of another user that the cluster does not show, or of another
    cluster) that is an error.

    ``plugin_args`` of a node may hold ``sbatch_args``, which follow those of all, and ``overwrite``:
    whether they replace those instead.

    Parameters
    ----------
    plugin_args : dict, optional
        Besides those of `GraphPlugin`: ``sbatch_args``, a str or list of arguments for sbatch
        (``--partition=long --time=60``); ``nodes_per_task``, how many nodes a task runs one
        after the other, each with those behind it (default 10); ``max_tasks``, at most so many
        tasks of an array (default 1000); ``poll``, seconds between two looks at the queue
        (default 2); ``linger``, seconds that nodes wait for others to fill a task with (default
        30); ``tries``, how often a node is submitted (default 3); ``nfs_wait``, seconds that a
        file written elsewhere may take to be seen here (default 10); ``max_memory_gb``, at most so
        much memory for a node whose job was killed (default: 8 times what it asked for first, or what
        the largest machine has).

    """

    takes = SLURMArguments

    def __init__(self, plugin_args=None):
        super().__init__(plugin_args)
        self._folder: Path | None = None

    def run(self, graph, config, updatehash=False):
        """Run all nodes, whose requests are checked before the first of them.

        Raises
        ------
        ValueError
            If a node's ``plugin_args`` are not what they may be.
        """
        for node in graph:
            try:
                request_of(node, self._arguments.options)
            except ValueError as error:
                raise ValueError(f"{node.fullname}: {error}") from error
        super().run(graph, config, updatehash)

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
            jobs.remove_batches()

    def _settle(self, folder: Path) -> None:
        """Wait for the jobs of a run that was killed."""
        self._folder = folder
        require_writable(folder)
        batches = earlier_batches(folder / BATCHES)
        names = [job_name(batch.folder) for batch in batches]
        is_told, answered_at = False, time.monotonic()
        while batches:
            here = cluster()
            if here is not None:
                require_in_sight(batches, here)
            tasks = None if here is None else queue(names)
            if tasks is not None and not tasks:
                break
            if tasks is not None:
                answered_at = time.monotonic()
            _require_answer(answered_at)
            if tasks and not is_told:
                is_told = True
                owners = ", ".join(sorted({batch.owner for batch in batches}))
                logger.warning(
                    "%d tasks of an earlier run of %s are still queued; waiting for them.", len(tasks), owners
                )
            time.sleep(self._arguments.poll)
        for batch in batches:
            shutil.rmtree(batch.folder, ignore_errors=True)


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
        self._submitted: Counter = Counter()  # how often each node was, but for tasks lost by another's
        self._alone: set = set()  # nodes whose task was lost go alone, lest one takes others with it again
        self._killed: Counter = Counter()  # how often each node's job was, for memory as it seems
        self._more: dict[object, Request] = {}  # what such nodes are given
        self._batches: list[Path] = []
        self._cluster = ""  # its name
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

    def wait(self) -> tuple[object, Failure | None] | None:
        """Wait until any node has ended; which, and what went wrong.

        None where all that was left has been let go: what waited for a node that failed.
        """
        answered_at = time.monotonic()
        while True:
            if self._is_time_to_submit():
                self._submit_all()
            if not self._ended:
                self._collect()
            if self._ended:
                node, failure = self._ended.popleft()
                for kept in (self._submitted, self._killed, self._more):
                    kept.pop(node, None)
                self._alone.discard(node)
                return node, failure
            if not self.is_busy:
                return None
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
        waiting = [task for task in self._tasks if task.waiting]
        cancel(sorted({task.job.partition("_")[0] for task in waiting if task.job}))
        for folder in {task.folder for task in waiting if not task.job}:  # interrupted just then
            cancel(name=job_name(folder))
        for folder in set(self._batches).difference(task.folder for task in waiting):
            note_end(folder)

    def remove_batches(self) -> None:
        """Remove the batches that were submitted."""
        for folder in self._batches:
            shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # others are in it
            self._folder.rmdir()

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
            by_request[self._request_of(node), node in self._alone].append(node)
        self._unsubmitted = []
        # what is queued, be it of other work of the user, leaves room when it ends; asked before
        # sbatch is, which may be refused for a job that ends the moment after
        room_will_come = bool(self._tasks) or queue() != {}
        for (request, alone), nodes in by_request.items():
            parts = [[node] for node in nodes] if alone else self._with_those_behind(nodes)
            left, error = self._submit_parts(parts, request)
            ready = set(nodes)
            begun = [node for part in left for node in part if node in ready]
            if isinstance(error, TooManyTasksError) and (room_will_come or self._tasks):
                logger.info("%s; %d nodes wait until there is room.", error, len(begun))
                self._unsubmitted += begun
                self._full_until = time.monotonic() + self._arguments.linger
            else:
                self._ended += [(node, Failure(node, self._refusal(node, error))) for node in begun]

    def _refusal(self, node, error: ClusterError) -> str:
        if not self._killed[node]:
            return str(error)
        return f"its job was killed, for memory as it seems, and with {self._more[node].amount} {error}"

    def _request_of(self, node) -> Request:
        return self._more.get(node) or request_of(node, self._arguments.options)

    def _submit_parts(self, parts: list[list], request: Request) -> tuple[list[list], ClusterError | None]:
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
        request = self._request_of(nodes[0])

        def may_follow(node) -> bool:
            same = self._request_of(node) == request
            return same and not (node.run_without_submitting or isinstance(node, MapNode))

        return [
            self._agenda.with_those_behind(part, self._arguments.nodes_per_task, may_follow)
            for part in _chunks(nodes, self._arguments.nodes_per_task)
        ]

    def _submit_array(self, parts: list[list], request: Request) -> None:
        folder = self._folder / uuid.uuid4().hex
        tasks, failures = write_tasks(folder, parts, request, self._agenda, self._updatehash)
        self._batches.append(folder)
        if tasks:
            if not self._cluster and (here := cluster()):
                self._cluster = here.name
            note(folder, self._cluster, [len(task.waiting) for task in tasks])
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
            self._behind.update(task.behind)
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
                logger.warning("job %s is held by SLURM (%s); it is cancelled.", task.job, queued.reason)
                cancel([task.job])
        self._collect()
        for task in self._tasks:
            if task.gone_since is not None and now - task.gone_since >= self._arguments.nfs_wait:
                self._lost(task)
        self._tasks = [task for task in self._tasks if task.waiting]

    def _lost(self, task: Task) -> None:
        """Submit what a lost task has left once more, or give it up."""
        is_alive, words = state_of(task.job)
        if is_alive:
            task.gone_since = None
            return
        # the first of those left was at work: no other can be the reason
        at_work, *others = task.waiting.values()
        self._submitted.subtract(others)
        self._alone.update(task.waiting.values())
        is_for_memory = any(FOR_MEMORY.search(line) for line in (words, *task.log[-20:]))
        said = f"; it said: {task.log[-1]}" if task.log else ""
        has_more = not is_for_memory
        if is_for_memory or KILLED.search(words):
            has_more = self._give_more(at_work, task.request) or has_more
        for node in self._begun_of(task).values():
            times = self._submitted[node]
            if times < self._arguments.tries and (has_more or node is not at_work):
                more = f" with {self._more[node].amount} of memory" if node in self._more else ""
                logger.warning(
                    "%s: its job %s was lost (%s)%s; submitted again%s.",
                    node.fullname, task.job, words, said, more,
                )  # fmt: skip
                self._unsubmitted.append(node)
                continue
            sentence = f"its job was lost {times} times ({words}){said}"
            if is_for_memory and node is at_work:
                sentence = (
                    f"its job was killed for memory {self._killed[node]} times, the last with "
                    f"{task.request.amount} ({words}); give the node more (mem_gb, or --mem in sbatch_args), "
                    f"or allow more (max_memory_gb, tries){said}"
                )
            self._ended.append((node, Failure(node, sentence)))
        task.waiting = {}

    def _give_more(self, node, had: Request) -> bool:
        """Let a node whose job was killed have more memory; whether there is more."""
        self._killed[node] += 1
        first, arguments = request_of(node, self._arguments.options), self._arguments
        largest = largest_memory() if had.memory.startswith("--mem=") else None
        more = had.with_more(first, arguments.max_memory_gb, largest)
        if more is not None:
            self._more[node] = more
        return more is not None

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


def _chunks(values: list, size: int) -> Iterator[list]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
