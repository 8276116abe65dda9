"""What all plugins share: a work folder held and checked, nodes in order, failures told."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterable
from pathlib import Path

from nipype.pipeline.engine import MapNode, Workflow
from nipype.pipeline.plugins.base import PluginBase, report_crash
from nipype.utils.misc import str2bool

from ...storage.checksums import remembering
from ..workfolder.dependencies import note_needs
from ..workfolder.lock import locked
from ..workfolder.results import damage, has_results, mend, runs_always
from .arguments import Arguments
from .failures import Failure, failure_of
from .finished import EndedNode
from .schedule import Agenda

logger = logging.getLogger("nipype.workflow")


class NodesFailedError(RuntimeError):
    """Nodes failed, and all that do not depend on them were run."""


class GraphPlugin(PluginBase):
    """Runs a graph's nodes, each as soon as those before it are done.

    Before the first node the work folder is locked, and results in it that cannot be trusted
    are removed, so that their nodes are run again.  A node is done when its results are on
    disk and can be read, whatever its process says.  Where one fails, a crash report is
    written, the nodes behind it are left out, and all others go on.

    Parameters
    ----------
    plugin_args : dict, optional
        ``status_callback``: called with a node and 'start', 'end' or 'exception'; 'start' only
        where a node is run, not where it is found done.  ``wait``: whether to wait for another
        run that uses the work folder; by default that is an error.

    Attributes
    ----------
    executed, cached : list of EndedNode
        Nodes that were run, and those found done.
    failures : list of Failure

    Raises
    ------
    ValueError
        If an argument is unknown, or not of its kind.
    """

    #: Its arguments.
    takes = Arguments

    def __init__(self, plugin_args=None):
        self._arguments = self.takes.of(plugin_args)
        super().__init__(plugin_args)
        self.executed, self.cached, self.failures = [], [], []
        self._agenda: Agenda | None = None
        self._more: Iterable[Workflow] = iter(())

    def run_workflows(self, workflows: Iterable[Workflow]) -> None:
        """Run workflows as if they were one, each of them made only when nodes run short.

        What nipype does to run a graph takes time that grows with the square of its nodes, and
        memory: of thousands of runs it takes many graphs.

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

    def run(self, graph, config, updatehash=False):
        """Run all nodes.

        Raises
        ------
        FolderInUseError
            If another run uses the work folder.
        NodesFailedError
            If nodes failed, after all that do not depend on them have been run.
        """
        if self._agenda is not None:  # a further one of `run_workflows`
            self._prepare(graph, self._agenda.add(graph))
            return
        self.executed, self.cached, self.failures = [], [], []
        self._stops_at_once = str2bool(config["execution"]["stop_on_first_crash"])
        self._updatehash = updatehash
        began_in = os.getcwd()
        try:
            with contextlib.ExitStack() as stack:
                for folder in folders_of(graph):
                    stack.enter_context(locked(folder, self._arguments.wait))
                for folder in folders_of(graph):
                    self._settle(folder)
                stack.enter_context(remembering(memory_of(graph)))
                self._prepare(graph, graph)
                self._agenda = Agenda(graph, key=lambda node: node.itername)
                self._run_all(self._agenda, stack.enter_context(self._executor()))
        finally:
            self._agenda = None
            os.chdir(began_in)
        if self.failures:
            first, *others = self.failures
            more = f" ({len(others)} more failed.)" if others else ""
            raise NodesFailedError(f"{first.node.fullname}: {first.sentence}{more}\n{first.traceback}")

    def _prepare(self, graph, nodes):
        """Check what some nodes of a graph have left, and note what the graph needs."""
        for node in nodes:
            mend(node)
        for folder in folders_of(graph):
            note_needs(graph, folder)

    def _settle(self, folder: Path) -> None:
        """Wait for what an earlier run has left running in a folder that is held now."""

    def _executor(self):
        """A context that gives what runs nodes: see `linear.InThisProcess`."""
        raise NotImplementedError

    def _run_all(self, agenda, executor):
        while self._takes_more(agenda, executor) or agenda.ready or executor.is_busy:
            for node in list(agenda.ready):
                if self._is_stopped():
                    agenda.ready.clear()
                elif executor.has_room_for(node):
                    self._begin(node, agenda, executor)
            if executor.is_busy and (ended := executor.wait()) is not None:
                node, failure = ended
                if failure is None and not is_done(node, executor.patience):
                    failure = Failure(node, "it ended without leaving results that can be read.")
                self._end(node, failure, agenda, self.executed)

    def _is_stopped(self) -> bool:
        return bool(self.failures) and self._stops_at_once

    def _takes_more(self, agenda, executor) -> bool:
        """Add the next workflow's nodes if nodes run short; whether there was one."""
        if self._is_stopped() or len(agenda) >= executor.ahead:
            return False
        workflow = next(self._more, None)
        if workflow is not None:
            workflow.run(plugin=self)
        return workflow is not None

    def _begin(self, node, agenda, executor):
        if executor.has_begun(node):
            agenda.take(node)
            self._tell(node, "start")
            executor.submit(node)
            return
        try:
            found = has_results(node) and not (self._updatehash or runs_always(node))
            items = [] if found or not executor.divides else _items(node)
        except Exception as error:
            agenda.take(node)
            self._end(node, failure_of(node, error), agenda, self.executed)
            return
        if items:
            agenda.put_before(node, items)
            return
        agenda.take(node)
        if found:
            self._end(node, None, agenda, self.cached)
        else:
            self._tell(node, "start")
            executor.submit(node)

    def _end(self, node, failure, agenda, done: list):
        if failure is None:
            done.append(EndedNode.of(node))
            agenda.done(node)
            self._tell(node, "end")
            return
        self.failures.append(failure)
        agenda.drop(node)
        logger.error("%s failed: %s", node.fullname, failure.sentence)
        try:
            report_crash(node, traceback=[failure.traceback or f"{failure.sentence}\n"])
        except Exception as error:  # a full disk, above all
            logger.error("no crash report of %s could be written (%s).", node.fullname, error)
        self._tell(node, "exception")

    def _tell(self, node, status):
        if self._status_callback is None:
            return
        try:
            self._status_callback(node, status)
        except Exception:  # whoever only listens must not stop the run
            logger.exception("the status callback failed at %s (%s).", node.fullname, status)


def folders_of(graph) -> list[Path]:
    """The folders that a graph's nodes lie in; none where each has a new one of its own."""
    return sorted({
        Path(os.path.abspath(node.base_dir), (node._hierarchy or node.name).partition(".")[0])
        for node in graph
        if node.base_dir is not None
    })  # fmt: skip


def memory_of(graph) -> Path | None:
    """Where the fingerprints of the files that a graph reads are kept."""
    return next((folder.parent / ".fingerprints" for folder in folders_of(graph)), None)


def is_done(node, patience: float) -> bool:
    """Whether a node's results are there, or come to be seen within some seconds."""
    began = time.monotonic()
    while True:
        try:
            if has_results(node) and not damage(node):
                return True
        except Exception:  # whatever is wrong, it is not done
            logger.exception("the results of %s cannot be checked.", node.fullname)
        if time.monotonic() - began >= patience:
            return False
        time.sleep(min(0.5, patience))
        with contextlib.suppress(OSError):  # to list a folder makes NFS look again
            os.listdir(node.output_dir())


def _items(node) -> list:
    """The items of a MapNode that are to be run before it collects their results."""
    if not isinstance(node, MapNode) or node.num_subnodes() < 2:
        return []
    return [item for item in node.get_subnodes() if not has_results(item)]
