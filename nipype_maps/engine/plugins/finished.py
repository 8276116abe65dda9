"""What is kept in memory of a node that has finished."""

from __future__ import annotations

from dataclasses import dataclass

from nipype.pipeline.engine import Node

from ..nipype_api import InterfaceResult, name_in_graph, result_file
from ..workfolder.reading import own_interface, read_result


@dataclass(frozen=True)
class FinishedNode:
    """A node that has finished, without its inputs and settings: those of thousands take a gigabyte.

    Attributes
    ----------
    name, fullname : str
        As nipype's nodes have them.
    name_in_graph : str
        The full name without the workflow's.
    """

    name: str
    fullname: str
    name_in_graph: str
    _file: str
    _interface: type | None = None

    @classmethod
    def of(cls, node: Node) -> FinishedNode:
        """What is kept of a node."""
        file = str(result_file(node))
        return cls(node.name, node.fullname, name_in_graph(node), file, own_interface(node))

    @property
    def result(self) -> InterfaceResult:
        """The results of the node, read from its folder."""
        return read_result(self._file, self._interface)
