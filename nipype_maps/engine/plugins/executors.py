"""What executes nodes: in this process, in workers, or in jobs of a cluster."""

from __future__ import annotations

import pickle
from typing import Protocol

from nipype.pipeline.engine import Node

from ..raised import Raised
from .failures import Failure, failure_from, failure_of


class Executor(Protocol):
    """Executes nodes that a `GraphPlugin` submits.

    Attributes
    ----------
    divides : bool
        Whether items of a MapNode are to be submitted one by one.
    ahead : int
        How many unfinished nodes it needs at hand, where there are several graphs.
    patience : float
        Seconds that the results of a finished node may take to become visible.
    cancels : bool
        Whether it is left when the execution stops, which cancels what has been submitted; else
        that is finished.
    is_busy : bool
        Whether any node has been submitted that `wait` has not returned yet.
    """

    divides: bool
    patience: float
    cancels: bool

    @property
    def ahead(self) -> int:
        """How many unfinished nodes it needs at hand."""

    @property
    def is_busy(self) -> bool:
        """Whether any node has been submitted that `wait` has not returned yet."""

    def has_started(self, node: Node) -> bool:
        """Whether a node was submitted together with the one that it depends on."""

    def has_room_for(self, node: Node) -> bool:
        """Whether a node can be submitted now."""

    def submit(self, node: Node) -> None:
        """Start a node."""

    def wait(self) -> tuple[Node, Failure | None] | None:
        """Wait until any node has finished; that node, and its failure.

        None where all that was left has been dropped: descendants of a node that failed.
        """


class InThisProcess:
    """Executes one node at a time, in this process; see `Executor`."""

    divides = False
    cancels = False
    ahead = 1
    patience = 0.0

    def __init__(self, updatehash: bool = False):
        self._submitted: list[Node] = []
        self._updatehash = updatehash

    @property
    def is_busy(self) -> bool:
        """See `Executor`."""
        return bool(self._submitted)

    def has_started(self, node: Node) -> bool:
        """See `Executor`."""
        return False

    def has_room_for(self, node: Node) -> bool:
        """See `Executor`."""
        return not self._submitted

    def submit(self, node: Node) -> None:
        """See `Executor`."""
        self._submitted.append(node)

    def wait(self) -> tuple[Node, Failure | None]:
        """See `Executor`."""
        node = self._submitted.pop()
        return node, execute_node(node, self._updatehash)


def execute_node(node: Node, updatehash: bool) -> Failure | None:
    """Execute a node; its failure, or None.

    Raises
    ------
    KeyboardInterrupt
        Also where nipype has taken it for an error of the node.
    """
    try:
        node.run(updatehash=updatehash)
    except Exception as error:
        failure = failure_of(node, error)
        if failure.kind == KeyboardInterrupt.__name__:
            raise KeyboardInterrupt from error
        return failure
    return None


def execute_pickled(name: str, content: bytes, updatehash: bool) -> Failure | None:
    """Execute a node that another process has sent; its failure, or None.

    Parameters
    ----------
    name : str
        Of the node in its graph.
    content : bytes
        The node.
    updatehash : bool
    """
    try:
        node = pickle.loads(content)
    except Exception as error:
        return failure_from(name, Raised.of(error), "the work folder", error)
    return execute_node(node, updatehash)
