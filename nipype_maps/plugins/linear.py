"""One node after the other, in this process."""

from __future__ import annotations

import contextlib

from .failures import Failure, failure_of
from .graph import GraphPlugin


class LinearPlugin(GraphPlugin):
    """Runs nodes one after the other, in this process; for the rest see `GraphPlugin`."""

    @contextlib.contextmanager
    def _executor(self):
        yield InThisProcess(self._updatehash)


class InThisProcess:
    """Runs one node at a time.

    Attributes
    ----------
    running : list of Node
        Nodes submitted whose end `wait` has not told yet.
    divides : bool
        Whether items of a MapNode shall be submitted one by one.
    """

    divides = False

    def __init__(self, updatehash: bool = False):
        self.running = []
        self._updatehash = updatehash

    def has_room_for(self, node) -> bool:
        """Whether a node can be submitted now."""
        return not self.running

    def submit(self, node) -> None:
        """Begin a node."""
        self.running.append(node)

    def wait(self) -> tuple[object, Failure | None]:
        """Wait until any node has ended; which, and what went wrong."""
        node = self.running.pop()
        return node, run_node(node, self._updatehash)


def run_node(node, updatehash: bool) -> Failure | None:
    """Run a node; what went wrong."""
    try:
        node.run(updatehash=updatehash)
    except Exception as error:
        failure = failure_of(node, error)
        # nipype takes Ctrl-C for an error of the node that it hit
        if failure.traceback.rstrip().endswith("KeyboardInterrupt"):
            raise KeyboardInterrupt from error
        return failure
    return None
