"""How the builders make nodes."""

from __future__ import annotations

from nipype.interfaces.base import SimpleInterface
from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node

#: nipype's own default compares size and time of a file only, so that it can take one
#: subject's file for another's; and it deletes outputs that nothing is connected to.
CACHING = {"execution": {"hash_method": "content", "remove_unnecessary_outputs": "false"}}


def node(interface: SimpleInterface, name: str, **settings) -> Node:
    """A node that is cached by the content of its inputs."""
    made = Node(interface, name=name, **settings)
    made.config = CACHING
    return made


def fields(name: str, *names: str) -> Node:
    """A node that only hands values on: the door of a workflow."""
    return Node(IdentityInterface(fields=list(names)), name=name)
