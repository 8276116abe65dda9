"""Execution plugins for ``Workflow.run(plugin=...)`` that neither hang nor lose a failure.

>>> from nipype_maps.plugins import LinearPlugin, MultiProcPlugin
>>> plugin = MultiProcPlugin({"n_procs": 4})  # then: workflow.run(plugin=plugin)
"""

from .engine.plugins.arguments import read_plugin_args
from .engine.plugins.linear import LinearPlugin
from .engine.plugins.multiproc import MultiProcPlugin
from .engine.plugins.plan import PlanPlugin
from .engine.slurm.plugin import SLURMPlugin

__all__ = ["LinearPlugin", "MultiProcPlugin", "PlanPlugin", "SLURMPlugin", "read_plugin_args"]
