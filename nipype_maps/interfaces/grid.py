"""ReadGrid: the grid of an image as a value."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nipype.interfaces.base import TraitedSpec, traits

from ..bids.runs import Run
from ..images.working_grid import FORM, WorkingGrid
from ..notes import Note
from .base import (
    MapsInputSpec,
    MapsInterface,
    algorithm,
    input_images,
    number_or_none,
    outliers_read,
    sidecars_read,
)
from .working_grid import WorkingGridTrait


class ReadGridInputSpec(MapsInputSpec):
    code_version = algorithm("4")
    in_file = input_images(mandatory=True, desc="3D or 4D image, or list of 3D images")
    t_r = number_or_none(desc="repetition time in seconds; None takes it from sidecar or header")

    def implicit_inputs(self) -> list[Path]:
        """The run's sidecars, and its table of outliers."""
        return [*sidecars_read(self.in_file, self.t_r), *outliers_read(self.in_file)]


class ReadGridOutputSpec(TraitedSpec):
    grid = WorkingGridTrait(desc=f"grid of the image: {FORM}")
    t_r = traits.Either(None, traits.Float(), desc="repetition time in seconds, None if unknown")
    n_frames = traits.Int(desc="number of volumes")


class ReadGrid(MapsInterface):
    """Read an image's grid from its header.

    The grid is a value, not a file, so that another run on the same grid changes no input of the
    nodes that depend on it, and they stay cached.
    """

    input_spec = ReadGridInputSpec
    output_spec = ReadGridOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        run = Run(inputs.in_file, inputs.t_r)
        return {"grid": WorkingGrid.of(run).to_dict(), "t_r": run.t_r, "n_frames": run.n_volumes}
