"""How a workflow is executed: settings, log, progress, outcome."""

from ..plugins.arguments import read_plugin_args
from ..plugins.failures import Failure, message_of
from .execute import PLUGINS, InterruptedRunError, Outcome, plan_workflow, run_workflow, run_workflows
from .progress import Progress

__all__ = [
    "PLUGINS",
    "Failure",
    "InterruptedRunError",
    "Outcome",
    "Progress",
    "message_of",
    "plan_workflow",
    "read_plugin_args",
    "run_workflow",
    "run_workflows",
]
