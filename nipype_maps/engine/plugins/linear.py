"""One node after the other, in this process."""

from __future__ import annotations

import contextlib
import pickle

from .arguments import LinearArguments
from .failures import Failure, failure_of
from .graph import GraphPlugin


class LinearPlugin(GraphPlugin):
    """Runs nodes one after the other, in this process; for the rest see `GraphPlugin`.

    nipype changes the working directory of the whole process while a node is executed, and while results are
    read: run graphs in a process of their own, or let other threads use absolute paths meanwhile.

    Takes what `MultiProcPlugin` takes, so that one can stand for the other.
    """

    takes = LinearArguments

    @contextlib.contextmanager
    def _executor(self):
        yield InThisProcess(self._updatehash)


class InThisProcess:
    """Runs one node at a time.

    Attributes
    ----------
    divides : bool
        Whether items of a MapNode shall be submitted one by one.
    ahead : int
        How many nodes that have not ended it wants at hand, where there are more graphs than one.
    patience : float
        Seconds that the results of a node that has ended may take to be seen.
    """

    divides = False
    ahead = 1
    patience = 0.0

    def __init__(self, updatehash: bool = False):
        self._submitted = []
        self._updatehash = updatehash

    @property
    def is_busy(self) -> bool:
        """Whether there are nodes submitted whose end `wait` has not told yet."""
        return bool(self._submitted)

    def has_begun(self, node) -> bool:
        """Whether a node was begun together with the one that it waits for."""
        return False

    def has_room_for(self, node) -> bool:
        """Whether a node can be submitted now."""
        return not self._submitted

    def submit(self, node) -> None:
        """Begin a node."""
        self._submitted.append(node)

    def wait(self) -> tuple[object, Failure | None]:
        """Wait until any node has ended; which, and what went wrong."""
        node = self._submitted.pop()
        return node, run_node(node, self._updatehash)


def run_pickled(content: bytes, updatehash: bool) -> Failure | None:
    """Run a node that was sent from another process; what went wrong."""
    try:
        node = pickle.loads(content)
    except Exception as error:
        return failure_of(None, error)
    return run_node(node, updatehash)


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
