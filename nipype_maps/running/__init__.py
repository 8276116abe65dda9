"""How a graph is run: settings, log, progress, and what came of it.  Knows nipype, not maps."""

from .execute import Failure, Outcome, run_workflow
from .progress import Progress

__all__ = ["Failure", "Outcome", "Progress", "run_workflow"]
