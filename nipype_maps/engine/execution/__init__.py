"""How a graph is run: settings, log, progress, and what came of it.  Knows nipype, not maps."""

from ..plugins.arguments import read_plugin_args
from ..plugins.failures import sentence_of
from .execute import (
    PLUGINS,
    Failure,
    InterruptedRunError,
    Outcome,
    plan_workflow,
    run_workflow,
    run_workflows,
)
from .progress import Progress

__all__ = [
    "PLUGINS",
    "Failure",
    "InterruptedRunError",
    "Outcome",
    "Progress",
    "plan_workflow",
    "read_plugin_args",
    "run_workflow",
    "run_workflows",
    "sentence_of",
]
