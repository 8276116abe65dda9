"""A plugin that executes nothing, but lists what would be executed."""

from __future__ import annotations

from typing import Any

import networkx as nx

from ...storage.checksums import remembering
from ..nipype_api import PluginBase
from ..workfolder.plan import Step, plan
from .arguments import PlanArguments
from .graph import memory_of


class PlanPlugin(PluginBase):
    """Executes nothing.

    Attributes
    ----------
    steps : list of Step
        What would be done with each node, after ``workflow.run(plugin=...)`` has returned.
    """

    def __init__(self, plugin_args: dict[str, Any] | None = None):
        PlanArguments.of(plugin_args)
        super().__init__(plugin_args)
        self.steps: list[Step] = []

    def run(self, graph: nx.DiGraph, config: Any, updatehash: bool = False) -> None:
        """Plan all nodes."""
        memory = memory_of(graph)
        # a dry run does not create the folder
        with remembering(memory if memory and memory.is_dir() else None):
            self.steps = plan(graph)
