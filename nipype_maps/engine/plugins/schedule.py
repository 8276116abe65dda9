"""Which nodes can be executed next."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import networkx as nx

from ..nipype_api import in_topological_order

#: A node; in examples anything hashable.
AnyNode = Any


class Schedule:
    """The unfinished nodes of a graph, or of several.

    Parameters
    ----------
    graph : networkx.DiGraph
    key : callable, optional
        Nodes of several graphs are the same if they have the same key.

    Attributes
    ----------
    ready : list of Node
        Those whose dependencies have all finished.  What becomes ready comes first: the signals of
        one run are finished before those of the next are started.

    Examples
    --------
    >>> schedule = Schedule(nx.DiGraph([("a", "b"), ("b", "c"), ("x", "y")]))
    >>> sorted(schedule.ready)
    ['a', 'x']
    >>> schedule.start("a"); schedule.finish("a"); schedule.ready
    ['b', 'x']
    >>> schedule.start("b"); schedule.drop("b"); schedule.ready
    ['x']

    A node with two dependencies is dropped when one of them fails, whatever happens to the other:

    >>> schedule = Schedule(nx.DiGraph([("a", "c"), ("b", "c")]))
    >>> schedule.start("a"); schedule.start("b"); schedule.drop("a"); schedule.finish("b"); schedule.ready
    []

    Nodes of another graph that have finished or were dropped are not added again:

    >>> schedule.add(nx.DiGraph([("a", "d"), ("b", "e")])), schedule.ready
    (['e'], ['e'])
    """

    def __init__(self, graph: nx.DiGraph, key: Callable[[AnyNode], Hashable] = lambda node: node):
        self._graph, self._key = nx.DiGraph(), key
        # of finished nodes only the keys are kept
        self._nodes: dict[Hashable, AnyNode] = {}
        self._known: set[Hashable] = set()
        self._dropped: set[Hashable] = set()
        self.ready: list[AnyNode] = []
        self.add(graph)

    def __len__(self) -> int:
        """How many nodes are unfinished."""
        return len(self._graph)

    def add(self, graph: nx.DiGraph) -> list[AnyNode]:
        """Add the nodes of another graph, except those that are known; return the new ones."""
        new, earlier = [], set(self._known)
        for node in in_topological_order(graph):
            key, dependencies = self._key(node), list(graph.predecessors(node))
            if key in earlier:
                continue
            self._known.add(key)
            if not self._dropped.isdisjoint(map(self._key, dependencies)):
                self._dropped.add(key)
                continue
            new.append(node)
            self._nodes[key] = node
            self._graph.add_node(node)
            # the same node of an earlier graph, if it is unfinished
            same = [
                other if other in self._graph else self._nodes.get(self._key(other)) for other in dependencies
            ]
            unfinished = [other for other in same if other is not None]
            self._graph.add_edges_from((other, node) for other in unfinished)
            if not unfinished:
                self.ready.append(node)
        return new

    def start(self, node: AnyNode) -> None:
        """Take a node from those that are ready."""
        self.ready.remove(node)

    def finish(self, node: AnyNode) -> None:
        """Remove a node that was started and has finished."""
        dependants = list(self._graph.successors(node))
        self._graph.remove_node(node)
        self._nodes.pop(self._key(node), None)  # items of a MapNode are not in it
        self.ready[:0] = [other for other in dependants if not self._graph.in_degree(other)]

    def drop(self, node: AnyNode) -> None:
        """Remove a node that was started and has failed, and all its descendants."""
        lost = {node, *nx.descendants(self._graph, node)}
        self._graph.remove_nodes_from(lost)
        for key in map(self._key, lost):
            self._dropped.add(key)
            self._nodes.pop(key, None)

    def with_descendants(
        self, nodes: Sequence[AnyNode], at_most: int, may_follow: Callable[[AnyNode], bool]
    ) -> list[AnyNode]:
        """Nodes and the descendants that depend only on them, in topological order.

        Parameters
        ----------
        nodes : sequence of Node
        at_most : int
            Where more than this depend on one node, they are left out.
        may_follow : callable
            Whether a node may be among the descendants.

        Examples
        --------
        >>> edges = [("a", "b"), ("x", "y"), ("y", "z"), ("b", "z"), ("y", "other")]
        >>> schedule = Schedule(nx.DiGraph(edges))
        >>> schedule.with_descendants(["a", "x"], at_most=2, may_follow=lambda node: node != "other")
        ['a', 'b', 'x', 'y', 'z']
        >>> schedule.with_descendants(["a"], at_most=1, may_follow=lambda node: True)
        ['a', 'b']
        >>> schedule.with_descendants(["a"], at_most=0, may_follow=lambda node: True)
        ['a']
        """
        order: dict[AnyNode, None] = {}

        def visit(node: AnyNode) -> None:
            order[node] = None
            dependants = [
                other
                for other in self._graph.successors(node)
                if other not in order
                and may_follow(other)
                and all(dependency in order for dependency in self._graph.predecessors(other))
            ]
            for other in dependants if len(dependants) <= at_most else ():
                visit(other)

        for node in nodes:
            visit(node)
        return list(order)

    def dependencies_among(self, node: AnyNode, nodes: Sequence[AnyNode]) -> list[AnyNode]:
        """Those of some nodes that a node depends on directly."""
        dependencies = set(self._graph.predecessors(node))
        return [other for other in nodes if other in dependencies]

    def put_before(self, node: AnyNode, items: Sequence[AnyNode]) -> None:
        """Make a node that is ready depend on further ones."""
        self.start(node)
        self._graph.add_edges_from((item, node) for item in items)
        self.ready[:0] = items
