"""A plugin that runs nothing, but tells what would run."""

from __future__ import annotations

from nipype.pipeline.plugins.base import PluginBase

from ...storage.checksums import remembering
from ..workfolder.plan import plan
from .arguments import PlanArguments
from .graph import memory_of


class PlanPlugin(PluginBase):
    """Runs nothing.

    Attributes
    ----------
    steps : list of Step
        What would become of each node, once ``workflow.run(plugin=...)`` has returned.
    """

    def __init__(self, plugin_args=None):
        PlanArguments.of(plugin_args)
        super().__init__(plugin_args)
        self.steps = []

    def run(self, graph, config, updatehash=False):
        """Look at all nodes."""
        memory = memory_of(graph)
        # a folder that is not there yet is not made by a look at what would be done
        with remembering(memory if memory and memory.is_dir() else None):
            self.steps = plan(graph)
