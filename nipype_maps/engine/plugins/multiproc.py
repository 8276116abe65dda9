"""Several nodes at a time, each in a process that may die without harm to the others."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import wait

from nipype.pipeline.engine import Node

from ..nipype_api import name_in_graph, system_memory_gb
from .arguments import MultiProcArguments
from .executors import execute_node
from .failures import Failure, failure_of
from .graph import GraphPlugin
from .workers import Worker, WorkerDiedError


class MultiProcPlugin(GraphPlugin):
    """Executes nodes in several processes; for the rest see `GraphPlugin`.

    A node whose process is killed, for lack of memory for example, has failed; another process
    takes its place.  When the main process is killed, its workers exit too.

    Parameters
    ----------
    plugin_args : dict, optional
        In addition to those of `GraphPlugin`, as for nipype's plugin of this name: ``n_procs``, the
        largest number of processors to use at once (default: all), and ``memory_gb``, the most
        memory to use, by the nodes' own estimates (default: 90 % of this machine's).
    """

    arguments_class = MultiProcArguments

    @contextlib.contextmanager
    def _executor(self) -> Iterator[InWorkers]:
        n_procs = self._arguments.n_procs or multiprocessing.cpu_count()
        memory_gb = self._arguments.memory_gb or 0.9 * system_memory_gb()
        workers = InWorkers(n_procs, memory_gb, self._updatehash)
        try:
            yield workers
        finally:
            workers.stop()


class InWorkers:
    """Executes nodes in workers, as many as there are processors and memory for; see `Executor`."""

    divides = True
    cancels = False
    patience = 0.0

    def __init__(self, n_procs: int, memory_gb: float, updatehash: bool = False):
        self._n_procs, self._memory_gb, self._updatehash = n_procs, memory_gb, updatehash
        self.ahead = 4 * n_procs  # another graph is built while the last of these are executed
        self._idle: list[Worker] = []
        self._busy: dict[Worker, Node] = {}
        self._finished: list[tuple[Node, Failure | None]] = []  # without a worker

    @property
    def is_busy(self) -> bool:
        """See `Executor`."""
        return bool(self._busy or self._finished)

    def has_started(self, node: Node) -> bool:
        """See `Executor`."""
        return False

    def has_room_for(self, node: Node) -> bool:
        """Whether processors and memory are left; a node that requests more than all is executed alone."""
        n_procs = node.n_procs + sum(other.n_procs for other in self._busy.values())
        memory_gb = node.mem_gb_runtime + sum(other.mem_gb for other in self._busy.values())
        return not self._busy or (n_procs <= self._n_procs and memory_gb <= self._memory_gb)

    def submit(self, node: Node) -> None:
        """See `Executor`."""
        if node.run_without_submitting:
            self._finished.append((node, execute_node(node, self._updatehash)))
            return
        worker = self._idle.pop() if self._idle else Worker()
        try:
            worker.send(node, self._updatehash)
        except WorkerDiedError:
            worker = Worker()
            worker.send(node, self._updatehash)
        except Exception as error:  # a node that cannot be pickled
            self._idle.append(worker)
            self._finished.append((node, failure_of(node, error)))
            return
        self._busy[worker] = node

    def wait(self) -> tuple[Node, Failure | None]:
        """See `Executor`."""
        if self._finished:
            return self._finished.pop()
        ready = wait([worker.connection for worker in self._busy])
        worker = next(worker for worker in self._busy if worker.connection in ready)
        node = self._busy.pop(worker)
        try:
            failure = worker.receive()
        except WorkerDiedError as error:
            return node, Failure(name_in_graph(node), str(error))
        self._idle.append(worker)
        return node, failure

    def stop(self) -> None:
        """End all workers."""
        for worker in [*self._idle, *self._busy]:
            worker.stop()
