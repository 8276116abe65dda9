"""One node after the other, in this process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from .arguments import LinearArguments
from .executors import InThisProcess
from .graph import GraphPlugin


class LinearPlugin(GraphPlugin):
    """Executes nodes one after the other, in this process; for the rest see `GraphPlugin`.

    nipype changes the working directory of the whole process while a node is executed, and while results
    are read: execute graphs in a process of their own, or let other threads use absolute paths meanwhile.

    Accepts the arguments of `MultiProcPlugin`, so that either can replace the other.
    """

    arguments_class = LinearArguments

    @contextlib.contextmanager
    def _executor(self) -> Iterator[InThisProcess]:
        yield InThisProcess(self._updatehash)
