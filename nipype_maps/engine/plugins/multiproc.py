"""Several nodes at a time, each in a process that may die without harm to the others."""

from __future__ import annotations

import contextlib
import multiprocessing
from multiprocessing.connection import wait

from nipype.utils.profiler import get_system_total_memory_gb

from .arguments import MultiProcArguments
from .failures import Failure, failure_of
from .graph import GraphPlugin
from .linear import run_node
from .workers import Worker, WorkerDiedError


class MultiProcPlugin(GraphPlugin):
    """Runs nodes in several processes; for the rest see `GraphPlugin`.

    A node whose process is killed, by lack of memory for example, has failed; another process
    takes its place.  When the master is killed, its workers end too.

    Parameters
    ----------
    plugin_args : dict, optional
        Besides those of `GraphPlugin`, as for nipype's plugin of this name: ``n_procs``, at
        most so many processors at once (default: all), and ``memory_gb``, at most so much
        memory by the nodes' own estimates (default: 90 % of what there is).
    """

    takes = MultiProcArguments

    @contextlib.contextmanager
    def _executor(self):
        n_procs = self._arguments.n_procs or multiprocessing.cpu_count()
        memory_gb = self._arguments.memory_gb or 0.9 * get_system_total_memory_gb()
        workers = InWorkers(n_procs, memory_gb, self._updatehash)
        try:
            yield workers
        finally:
            workers.stop()


class InWorkers:
    """Runs nodes in workers, as many as there are processors and memory for."""

    divides = True
    patience = 0.0

    def __init__(self, n_procs: int, memory_gb: float, updatehash: bool = False):
        self._n_procs, self._memory_gb, self._updatehash = n_procs, memory_gb, updatehash
        self.ahead = 4 * n_procs  # a further graph is made while the last of these are run
        self._idle: list[Worker] = []
        self._busy: dict[Worker, object] = {}
        self._at_once: list[tuple[object, Failure | None]] = []

    @property
    def is_busy(self) -> bool:
        """Whether there are nodes submitted whose end `wait` has not told yet."""
        return bool(self._busy or self._at_once)

    def has_begun(self, node) -> bool:
        """Whether a node was begun together with the one that it waits for."""
        return False

    def has_room_for(self, node) -> bool:
        """Whether processors and memory are left; a node that asks for more than all runs alone."""
        n_procs = node.n_procs + sum(other.n_procs for other in self._busy.values())
        memory_gb = node.mem_gb_runtime + sum(other.mem_gb for other in self._busy.values())
        return not self._busy or (n_procs <= self._n_procs and memory_gb <= self._memory_gb)

    def submit(self, node) -> None:
        """Begin a node."""
        if node.run_without_submitting:
            self._at_once.append((node, run_node(node, self._updatehash)))
            return
        worker = self._idle.pop() if self._idle else Worker()
        try:
            worker.send(node, self._updatehash)
        except WorkerDiedError:
            worker = Worker()
            worker.send(node, self._updatehash)
        except Exception as error:  # a node that cannot be pickled
            self._idle.append(worker)
            self._at_once.append((node, failure_of(node, error)))
            return
        self._busy[worker] = node

    def wait(self) -> tuple[object, Failure | None]:
        """Wait until any node has ended; which, and what went wrong."""
        if self._at_once:
            return self._at_once.pop()
        ready = wait([worker.connection for worker in self._busy])
        worker = next(worker for worker in self._busy if worker.connection in ready)
        node = self._busy.pop(worker)
        try:
            outcome = worker.receive()
        except WorkerDiedError as error:
            return node, Failure(node, str(error))
        self._idle.append(worker)
        return node, outcome and Failure(node, *outcome)

    def stop(self) -> None:
        """End all workers."""
        for worker in [*self._idle, *self._busy]:
            worker.stop()
