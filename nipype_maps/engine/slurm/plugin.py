"""nipype's plugin for SLURM: job arrays that lose no failure and survive the main process."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx

from ..plugins.arguments import SLURMArguments
from ..plugins.graph import GraphPlugin
from .commands import cluster, queue, require_writable
from .earlier import earlier_batches, job_name, require_visible
from .jobs import OnCluster, require_answer
from .request import request_of

logger = logging.getLogger("nipype.workflow")

#: The folder of job batches in a graph's folder.
BATCHES = "batch"


class SLURMPlugin(GraphPlugin):
    """Executes nodes on a SLURM cluster; for the rest see `GraphPlugin`.

    All nodes that are ready are submitted as one job array for each request of processors,
    memory and options, several nodes per task; a task continues with the descendants that depend
    only on its own nodes and have the same request, so that they need not be queued again.  The
    queue is queried once per poll.  A task that ends before its nodes have finished (cancelled, out
    of time or memory, lost with its machine) is submitted again, each of its nodes separately, a few
    times; then the node has failed, and SLURM's message and the end of the job's log are reported.
    A node whose job was killed is given twice the memory each time.  Light nodes
    (``run_without_submitting``) are executed in this process.

    When the main process is interrupted, its jobs are cancelled.  When it is killed, they go on:
    the next process that executes the graph, even another user's, waits for them, and submits what
    they have left.  Where they cannot be seen (jobs of another user that the cluster hides, or of
    another cluster) that is an error.

    ``plugin_args`` of a node may contain ``sbatch_args``, which follow those of all nodes, and
    ``overwrite``: whether they replace those instead.

    Parameters
    ----------
    plugin_args : dict, optional
        In addition to those of `GraphPlugin`: ``sbatch_args``, a str or list of arguments for sbatch
        (``--partition=long --time=60``); ``nodes_per_task``, how many nodes a task executes one
        after the other, each with its descendants (default 10); ``max_tasks``, the largest number
        of tasks in an array (default 1000); ``poll``, seconds between two queries of the queue
        (default 2); ``linger``, seconds that nodes wait for others to fill a task with (default
        30); ``tries``, how often a node is submitted (default 3); ``nfs_wait``, seconds that a
        file written elsewhere may take to become visible here (default 10); ``max_memory_gb``, the
        most memory for a node whose job was killed (default: 8 times its first request, or
        the memory of the largest machine).
    """

    arguments_class = SLURMArguments

    def __init__(self, plugin_args: dict[str, Any] | None = None):
        super().__init__(plugin_args)
        self._folder: Path | None = None

    def run(self, graph: nx.DiGraph, config: Any, updatehash: bool = False) -> None:
        """Execute all nodes, whose requests are checked before the first of them.

        Raises
        ------
        ValueError
            If a node's ``plugin_args`` are not valid.
        """
        for node in graph:
            try:
                request_of(node, self._arguments.options)
            except ValueError as error:
                raise ValueError(f"{node.fullname}: {error}") from error
        super().run(graph, config, updatehash)

    @contextlib.contextmanager
    def _executor(self) -> Iterator[OnCluster]:
        if self._folder is None or self._schedule is None:
            raise ValueError("a cluster needs a work folder that all its machines share; set base_dir.")
        jobs = OnCluster(self._schedule, self._folder / BATCHES, self._arguments, self._updatehash)
        try:
            yield jobs
        finally:
            jobs.stop()
        if not self.failures:  # else the jobs' logs may be of use
            jobs.remove_batches()

    def _settle(self, folder: Path) -> None:
        """Wait for the jobs of a process that was killed."""
        self._folder = folder
        require_writable(folder)
        batches = earlier_batches(folder / BATCHES)
        names = [job_name(batch.folder) for batch in batches]
        is_reported, answered_at = False, time.monotonic()
        while batches:
            here = cluster()
            if here is not None:
                require_visible(batches, here)
            tasks = None if here is None else queue(names)
            if tasks is not None and not tasks:
                break
            if tasks is not None:
                answered_at = time.monotonic()
            require_answer(answered_at)
            if tasks and not is_reported:
                is_reported = True
                owners = ", ".join(sorted({batch.owner for batch in batches}))
                logger.warning(
                    "%d tasks of an earlier call by %s are still queued; waiting for them.",
                    len(tasks),
                    owners,
                )
            time.sleep(self._arguments.poll)
        for batch in batches:
            shutil.rmtree(batch.folder, ignore_errors=True)
