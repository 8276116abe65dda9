"""Which nodes can be run next."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import networkx as nx
from nipype.pipeline.engine.utils import topological_sort


class Agenda:
    """The nodes of a graph, or of several, that are still to be done.

    Parameters
    ----------
    graph : networkx.DiGraph
    key : callable, optional
        What two graphs' nodes have in common if they are the same.

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

    Of a further graph, what is done already need not be done again, and what is lost stays so:

    >>> agenda.add(nx.DiGraph([("a", "d"), ("b", "e")])), agenda.ready
    (['e'], ['e'])
    """

    def __init__(self, graph: nx.DiGraph, key: Callable[[object], Hashable] = lambda node: node):
        self._graph, self._key = nx.DiGraph(), key
        # of those that have ended only the keys are kept
        self._nodes: dict = {}
        self._known: set = set()
        self._lost: set = set()
        self.ready: list = []
        self.add(graph)

    def __len__(self) -> int:
        """How many nodes have not ended."""
        return len(self._graph)

    def add(self, graph: nx.DiGraph) -> list:
        """Take on the nodes of another graph, but for those that are known; which are new."""
        new, earlier = [], set(self._known)
        for node in topological_sort(graph)[0]:
            key, before = self._key(node), list(graph.predecessors(node))
            if key in earlier:
                continue
            self._known.add(key)
            if not self._lost.isdisjoint(map(self._key, before)):
                self._lost.add(key)
                continue
            new.append(node)
            self._nodes[key] = node
            self._graph.add_node(node)
            # that of an earlier graph, if it has not ended
            same = [other if other in self._graph else self._nodes.get(self._key(other)) for other in before]
            waits_for = [other for other in same if other is not None]
            self._graph.add_edges_from((other, node) for other in waits_for)
            if not waits_for:
                self.ready.append(node)
        return new

    def take(self, node) -> None:
        """Begin a node that is ready."""
        self.ready.remove(node)

    def done(self, node) -> None:
        """End a node that was begun."""
        behind = list(self._graph.successors(node))
        self._graph.remove_node(node)
        self._nodes.pop(self._key(node), None)  # the items of a MapNode are not there
        self.ready[:0] = [other for other in behind if not self._graph.in_degree(other)]

    def drop(self, node) -> None:
        """End a node that was begun, and leave out all that lie behind it."""
        lost = {node, *nx.descendants(self._graph, node)}
        self._graph.remove_nodes_from(lost)
        for key in map(self._key, lost):
            self._lost.add(key)
            self._nodes.pop(key, None)

    def with_those_behind(self, nodes: Sequence, at_most: int, may_follow: Callable) -> list:
        """Some nodes, each before those that wait for none but them and each other.

        Parameters
        ----------
        nodes : sequence of Node
        at_most : int
            Where more than this wait for one node, they are left out.
        may_follow : callable
            Whether a node may be among those behind.

        Examples
        --------
        >>> agenda = Agenda(nx.DiGraph([("a", "b"), ("x", "y"), ("y", "z"), ("b", "z"), ("y", "other")]))
        >>> agenda.with_those_behind(["a", "x"], at_most=2, may_follow=lambda node: node != "other")
        ['a', 'b', 'x', 'y', 'z']
        >>> agenda.with_those_behind(["a"], at_most=1, may_follow=lambda node: True)
        ['a', 'b']
        >>> agenda.with_those_behind(["a"], at_most=0, may_follow=lambda node: True)
        ['a']
        """
        order: dict = {}

        def visit(node):
            order[node] = None
            behind = [
                other
                for other in self._graph.successors(node)
                if other not in order
                and may_follow(other)
                and all(before in order for before in self._graph.predecessors(other))
            ]
            for other in behind if len(behind) <= at_most else ():
                visit(other)

        for node in nodes:
            visit(node)
        return list(order)

    def waits_for(self, node, nodes: Sequence) -> list:
        """Those among some nodes that a node waits for."""
        before = set(self._graph.predecessors(node))
        return [other for other in nodes if other in before]

    def put_before(self, node, items: Sequence) -> None:
        """Make a node that is ready wait for others."""
        self.take(node)
        self._graph.add_edges_from((item, node) for item in items)
        self.ready[:0] = items
