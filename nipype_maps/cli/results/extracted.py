"""The results of a call: what is published, what failed, what was executed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import counted

if TYPE_CHECKING:
    from ...engine.execution import Failure


@dataclass
class Extracted:
    """The results of some runs.

    Attributes
    ----------
    published : dict of str to pathlib.Path
        The table of each run that is done, by the name of its results.
    failures : list of Failure
        Of runs, by their names in the graph, and of nodes.
    done : dict
        Nodes that are done, by their names in the graph.
    n_executed : int
        How many of those were executed; the others were cached.
    warnings : list of str
        Those in the sidecars of the runs that are done, grouped.
    """

    published: dict[str, Path] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)
    n_executed: int = 0
    warnings: list[str] = field(default_factory=list)

    @property
    def steps(self) -> str:
        """How many steps were executed, and how many were cached.

        Examples
        --------
        >>> Extracted(done={"fit.mask": ..., "transform.clean": ...}, n_executed=1).steps
        '1 step executed, 1 cached'
        """
        return f"{counted(self.n_executed, 'step')} executed, {len(self.done) - self.n_executed} cached"
