"""Steps on the screen while a method is executed, in nilearn's words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nipype.interfaces.base import isdefined
from nipype.pipeline.engine import Node

#: Nodes by name, and what is printed when they start.
STEPS = {
    "project": "Extracting region signals",
    "clean": "Cleaning extracted signals",
    "inverse": "Computing image from signals",
}
#: The same, when they have finished and written a file of their own.
RESAMPLED = {"resample_maps": "Resampling regions", "resample_mask": "Resampling mask"}


@dataclass(frozen=True)
class Verbosity:
    """What is printed while a method is executed.

    Attributes
    ----------
    method : str
        Such as ``NiftiMapsMasker.fit``.
    level : int
        0 prints nothing, 1 the steps, 2 nipype's log too.
    """

    method: str
    level: int = 0
    _started: set[str] = field(default_factory=set, compare=False)

    def say(self, step: str, value: object = None) -> None:
        """Print a step, and the value that it is about."""
        if self.level:
            print(f"[{self.method}] {step}{'' if value is None else f' {value!r}'}")

    def on_start(self, name: str, node: Node) -> None:
        """Print the step of a node that starts."""
        self._started.add(name)
        if node.name in STEPS:
            self.say(STEPS[node.name])

    def on_done(self, name: str, node: Node) -> None:
        """Print the step of a node that was executed, and not only found in the cache."""
        if name in self._started and node.name in RESAMPLED and self.level and _has_written(node):
            self.say(RESAMPLED[node.name])


def _has_written(node: Node) -> bool:
    """Whether a node's output is a new file: an image that is on the grid already is passed on."""
    out_file = node.result.outputs.out_file
    return isdefined(out_file) and Path(out_file).is_relative_to(node.output_dir())
