"""Which nodes can be run next."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
from nipype.pipeline.engine.utils import topological_sort


class Agenda:
    """The nodes of a graph that are still to be done.

    Attributes
    ----------
    ready : list of Node
        Those that wait for no other.  What becomes ready comes first: the signals of one run
        are finished before those of the next are begun.

    Examples
    --------
    >>> agenda = Agenda(nx.DiGraph([("a", "b"), ("b", "c"), ("x", "y")]))
    >>> sorted(agenda.ready)
    ['a', 'x']
    >>> agenda.take("a"); agenda.done("a"); agenda.ready
    ['b', 'x']
    >>> agenda.take("b"); agenda.drop("b"); agenda.ready
    ['x']

    What waits for two is left out when one of them fails, whatever becomes of the other:

    >>> agenda = Agenda(nx.DiGraph([("a", "c"), ("b", "c")]))
    >>> agenda.take("a"); agenda.take("b"); agenda.drop("a"); agenda.done("b"); agenda.ready
    []
    """

    def __init__(self, graph: nx.DiGraph):
        self._graph = nx.DiGraph(graph)
        self.ready = [node for node in topological_sort(graph)[0] if not graph.in_degree(node)]

    def take(self, node) -> None:
        """Begin a node that is ready."""
        self.ready.remove(node)

    def done(self, node) -> None:
        """End a node that was begun."""
        behind = list(self._graph.successors(node))
        self._graph.remove_node(node)
        self.ready[:0] = [other for other in behind if not self._graph.in_degree(other)]

    def drop(self, node) -> None:
        """End a node that was begun, and leave out all that lie behind it."""
        self._graph.remove_nodes_from({node, *nx.descendants(self._graph, node)})

    def put_before(self, node, items: Sequence) -> None:
        """Make a node that is ready wait for others."""
        self.take(node)
        self._graph.add_edges_from((item, node) for item in items)
        self.ready[:0] = items
