"""What is kept of a node that has ended."""

from __future__ import annotations

from dataclasses import dataclass

from nipype.interfaces.base.support import InterfaceResult

from ..workfolder.reading import own_interface, read_result
from ..workfolder.results import result_file


@dataclass(frozen=True)
class EndedNode:
    """A node that is done; without its inputs and settings, which of thousands take a gigabyte.

    Attributes
    ----------
    name, fullname : str
        As nipype's nodes have them.
    """

    name: str
    fullname: str
    _file: str
    _interface: type | None = None

    @classmethod
    def of(cls, node) -> EndedNode:
        """What is kept of a node."""
        return cls(node.name, node.fullname, str(result_file(node)), own_interface(node))

    @property
    def result(self) -> InterfaceResult:
        """What the node gave, read from its folder."""
        return read_result(self._file, self._interface)
