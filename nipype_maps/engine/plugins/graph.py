"""What all plugins share: a locked and checked work folder, nodes in order, failures recorded."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import networkx as nx
from nipype.pipeline.engine import MapNode, Node, Workflow

from ...storage.checksums import MEMORY, remembering
from ..nipype_api import PluginBase, name_in_graph, runs_always, setting, workflow_name, write_crash_report
from ..workfolder.dependencies import record_dependencies
from ..workfolder.lock import locked
from ..workfolder.results import damage, has_results, mend
from .arguments import Arguments
from .executors import Executor
from .failures import Failure, failure_of
from .finished import FinishedNode
from .schedule import Schedule

logger = logging.getLogger("nipype.workflow")


class NodesFailedError(RuntimeError):
    """Nodes failed, and all that do not depend on them were executed."""


class GraphPlugin(PluginBase):
    """Executes a graph's nodes, each as soon as its dependencies have finished.

    Before the first node the work folder is locked, and results in it that cannot be trusted
    are removed, so that their nodes are executed again.  A node has finished when its results are
    on disk and can be read, whatever its process reports.  Where one fails, a crash report is
    written, its descendants are dropped, and all others go on.

    Parameters
    ----------
    plugin_args : dict, optional
        ``status_callback``: called with a node and 'start', 'end' or 'exception'; 'start' only
        where a node is executed, not where it is cached.  ``wait``: whether to wait for another
        process that uses the work folder; by default that is an error.

    Attributes
    ----------
    executed, cached : list of FinishedNode
        Nodes that were executed, and those whose results were there already.
    failures : list of Failure

    Raises
    ------
    ValueError
        If an argument is unknown, or has a wrong type or value.
    """

    arguments_class: ClassVar[type[Arguments]] = Arguments

    def __init__(self, plugin_args: dict[str, Any] | None = None):
        self._arguments: Any = self.arguments_class.of(plugin_args)
        super().__init__(plugin_args)
        self.executed: list[FinishedNode] = []
        self.cached: list[FinishedNode] = []
        self.failures: list[Failure] = []
        self._schedule: Schedule | None = None
        self._more: Iterable[Workflow] = iter(())
        self._updatehash = False

    def run_workflows(self, workflows: Iterable[Workflow]) -> None:
        """Execute workflows as if they were one, each built only when nodes run short.

        The time and memory that nipype needs to prepare a graph grow with the square of its nodes:
        thousands of runs need many graphs.

        Parameters
        ----------
        workflows : iterable of Workflow
            Of one name and base_dir.  Nodes of one full name are the same node.

        Raises
        ------
        FolderInUseError, NodesFailedError
            As `run` does.
        """
        workflows = iter(workflows)
        first = next(workflows, None)
        if first is None:
            return
        self._more = workflows
        try:
            first.run(plugin=self)
        finally:
            self._more = iter(())

    def run(self, graph: nx.DiGraph, config: Any, updatehash: bool = False) -> None:
        """Execute all nodes.

        Raises
        ------
        FolderInUseError
            If another process uses the work folder.
        NodesFailedError
            If nodes failed, after all that do not depend on them have been executed.
        """
        if self._schedule is not None:  # a further one of `run_workflows`
            self._prepare(graph, self._schedule.add(graph))
            return
        self.executed, self.cached, self.failures = [], [], []
        self._stops_at_once = setting(config, "stop_on_first_crash")
        self._updatehash = updatehash
        directory = os.getcwd()
        try:
            with contextlib.ExitStack() as stack:
                for folder in folders_of(graph):
                    stack.enter_context(locked(folder, self._arguments.wait))
                for folder in folders_of(graph):
                    self._settle(folder)
                stack.enter_context(remembering(memory_of(graph)))
                self._prepare(graph, graph)
                self._schedule = Schedule(graph, key=lambda node: node.itername)
                self._execute_all(self._schedule, stack.enter_context(self._executor()))
        finally:
            self._schedule = None
            os.chdir(directory)
        if self.failures:
            first, *others = self.failures
            more = f" ({len(others)} more failed.)" if others else ""
            raise NodesFailedError(f"{first.node}: {first.reason}{more}\n{first.traceback}")

    def _prepare(self, graph: nx.DiGraph, nodes: Iterable[Node]) -> None:
        """Check the results of some nodes of a graph, and record which the graph depends on."""
        for node in nodes:
            mend(node)
        for folder in folders_of(graph):
            record_dependencies(graph, folder)

    def _settle(self, folder: Path) -> None:
        """Wait for what an earlier process has left running in a folder that is locked now."""

    def _executor(self) -> contextlib.AbstractContextManager[Executor]:
        """A context in which nodes can be executed."""
        raise NotImplementedError

    def _execute_all(self, schedule: Schedule, executor: Executor) -> None:
        while self._adds_more(schedule, executor) or schedule.ready or executor.is_busy:
            if self._is_stopped() and executor.cancels:
                return
            for node in list(schedule.ready):
                if self._is_stopped():
                    schedule.ready.clear()
                elif executor.has_room_for(node):
                    self._start(node, schedule, executor)
            if executor.is_busy and (finished := executor.wait()) is not None:
                node, failure = finished
                if failure is None and not is_finished(node, executor.patience):
                    failure = Failure(name_in_graph(node), "it finished without results that can be read.")
                self._finish(node, failure, schedule, self.executed)

    def _is_stopped(self) -> bool:
        return bool(self.failures) and self._stops_at_once

    def _adds_more(self, schedule: Schedule, executor: Executor) -> bool:
        """Add the next workflow's nodes if nodes run short; whether there was one."""
        if self._is_stopped() or len(schedule) >= executor.ahead:
            return False
        workflow = next(iter(self._more), None)
        if workflow is not None:
            workflow.run(plugin=self)
        return workflow is not None

    def _start(self, node: Node, schedule: Schedule, executor: Executor) -> None:
        if executor.has_started(node):
            schedule.start(node)
            self._report(node, "start")
            executor.submit(node)
            return
        try:
            is_cached = has_results(node) and not (self._updatehash or runs_always(node))
            items = [] if is_cached or not executor.divides else _items(node)
        except Exception as error:
            schedule.start(node)
            self._finish(node, failure_of(node, error), schedule, self.executed)
            return
        if items:
            schedule.put_before(node, items)
            return
        schedule.start(node)
        if is_cached:
            self._finish(node, None, schedule, self.cached)
        else:
            self._report(node, "start")
            executor.submit(node)

    def _finish(
        self, node: Node, failure: Failure | None, schedule: Schedule, finished: list[FinishedNode]
    ) -> None:
        if failure is None:
            finished.append(FinishedNode.of(node))
            schedule.finish(node)
            self._report(node, "end")
            return
        self.failures.append(failure)
        schedule.drop(node)
        logger.error("%s failed: %s", node.fullname, failure.reason)
        try:
            write_crash_report(node, failure.traceback or f"{failure.reason}\n")
        except Exception as error:  # a full disk, above all
            logger.error("no crash report of %s could be written (%s).", node.fullname, error)
        self._report(node, "exception")

    def _report(self, node: Node, status: str) -> None:
        if self._arguments.status_callback is None:
            return
        try:
            self._arguments.status_callback(node, status)
        except Exception:  # a listener must not stop the execution
            logger.exception("the status callback failed at %s (%s).", node.fullname, status)


def folders_of(graph: nx.DiGraph) -> list[Path]:
    """The folders that a graph's nodes are in; none where each has a new temporary one."""
    return sorted({
        Path(os.path.abspath(node.base_dir), workflow_name(node))
        for node in graph
        if node.base_dir is not None
    })  # fmt: skip


def memory_of(graph: nx.DiGraph) -> Path | None:
    """Where the checksums of the files that a graph reads are remembered."""
    return next((folder.parent / MEMORY for folder in folders_of(graph)), None)


def is_finished(node: Node, patience: float) -> bool:
    """Whether a node's results are intact, or become visible within some seconds."""
    start = time.monotonic()
    while True:
        try:
            if has_results(node) and not damage(node):
                return True
        except Exception:  # whatever is wrong, it has not finished
            logger.exception("the results of %s cannot be checked.", node.fullname)
        if time.monotonic() - start >= patience:
            return False
        time.sleep(min(0.5, patience))
        with contextlib.suppress(OSError):  # to list a folder makes NFS look again
            os.listdir(node.output_dir())


def _items(node: Node) -> list[Node]:
    """The items of a MapNode that have to be executed before it collects their results."""
    if not isinstance(node, MapNode) or node.num_subnodes() < 2:
        return []
    return [item for item in node.get_subnodes() if not has_results(item)]
