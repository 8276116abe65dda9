"""How the builders make nodes."""

from __future__ import annotations

from nipype.interfaces.base import SimpleInterface
from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node

#: nipype's own default deletes outputs that nothing is connected to.
CACHING = {"execution": {"remove_unnecessary_outputs": "false"}}

#: Of one node: a thousand maps, smoothed, took 0.9 GB.
MEM_GB = 1.0


def node(interface: SimpleInterface, name: str, **settings) -> Node:
    """A node whose outputs all stay, and which asks a cluster for what the largest of them take."""
    made = Node(interface, name=name, mem_gb=MEM_GB, **settings)
    made.config = CACHING
    return made


def fields(name: str, *names: str) -> Node:
    """A node that only hands values on: the door of a workflow."""
    return Node(IdentityInterface(fields=list(names)), name=name)
