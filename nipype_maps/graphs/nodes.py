"""Nodes of the graphs."""

from __future__ import annotations

from typing import Any

from nipype.interfaces.base import SimpleInterface
from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node

#: nipype's own default deletes outputs that nothing is connected to.
CACHING = {"execution": {"remove_unnecessary_outputs": "false"}}

#: Memory of a node, in GB: a thousand maps, smoothed, took 0.9.
MEM_GB = 1.0


def node(interface: SimpleInterface, name: str, **settings: Any) -> Node:
    """A node that keeps all its outputs, and asks a cluster for as much memory as the largest need."""
    made = Node(interface, name=name, mem_gb=MEM_GB, **settings)
    made.config = CACHING
    return made


def fields(name: str, *names: str) -> Node:
    """The inputnode or outputnode of a workflow: a node that passes values on."""
    return Node(IdentityInterface(fields=list(names)), name=name)
