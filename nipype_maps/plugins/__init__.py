"""Execution plugins for ``Workflow.run(plugin=...)`` that neither hang nor lose a failure.

>>> from nipype_maps.plugins import LinearPlugin, MultiProcPlugin
>>> plugin = MultiProcPlugin({"n_procs": 4})  # then: workflow.run(plugin=plugin)
"""

from .arguments import read_plugin_args
from .linear import LinearPlugin
from .multiproc import MultiProcPlugin
from .plan import PlanPlugin
from .slurm import SLURMPlugin

__all__ = ["LinearPlugin", "MultiProcPlugin", "PlanPlugin", "SLURMPlugin", "read_plugin_args"]
