"""Resample: an image onto another grid."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nipype.interfaces.base import File, TraitedSpec, Undefined, traits

from ..images.resampling import require_overlap, resampled_volumes
from ..images.volumes import Volumes
from ..images.working_grid import WorkingGrid
from ..images.writing import writing
from ..notes import Note
from ..numerics.grid import require_same_grid
from .base import InputFile, MapsInterface, algorithm, input_images, output_path
from .working_grid import OnGridInputSpec


class ResampleInputSpec(OnGridInputSpec):
    code_version = algorithm("3")
    in_file = input_images(
        desc="3D or 4D image, or list of 3D images to stack; without one (no mask) nothing is done"
    )
    reference = InputFile(desc="image on the target grid, instead of grid")
    interpolation = traits.Enum(
        "linear",
        "nearest",
        "continuous",
        usedefault=True,
        desc="linear, nearest (masks) or continuous (cubic splines)",
    )
    nonfinite = traits.Enum(
        "zero",
        "neighbors",
        usedefault=True,
        desc="replacement of NaN and infinity during interpolation: 0, or the mean of the "
        "neighbors (runs), with 0 in the result",
    )
    clip = traits.Bool(
        True, usedefault=True, desc="clip to the range of the whole input and 0 (splines overshoot)"
    )
    on_mismatch = traits.Enum(
        "resample",
        "error",
        usedefault=True,
        desc="what to do with an image on another grid: resample it, or fail",
    )


class ResampleOutputSpec(TraitedSpec):
    out_file = File(
        exists=True, desc="image on the target grid (float64 .nii); the input itself if it is on that grid"
    )


class Resample(MapsInterface):
    """Resample maps, a mask or a run onto another grid.

    Examples
    --------
    >>> resample = Resample(interpolation="continuous", nonfinite="neighbors")
    >>> resample.inputs.clip
    True
    """

    input_spec = ResampleInputSpec
    output_spec = ResampleOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        if inputs.in_file is None:
            return {"out_file": Undefined}
        image = Volumes(inputs.in_file)
        target = _target(inputs)
        grid = target.grid
        if image.grid.same_as(grid):
            if len(image.paths) == 1:
                return {"out_file": str(image.path)}
            grid = image.grid
        elif inputs.on_mismatch == "error":
            require_same_grid(image.name, image.grid, target.name, grid)
        else:
            require_overlap(image, target)
        out_file = output_path(cwd, image.path, "_resampled.nii")
        n_volumes = image.n_volumes if len(image.shape) > 3 or len(image.paths) > 1 else None
        volumes = resampled_volumes(image, grid, inputs.interpolation, inputs.nonfinite, inputs.clip)
        with writing(out_file, grid, n_volumes, like=image) as out:
            for patch in volumes:
                out.append(patch)
        return {"out_file": out_file}


def _target(inputs: SimpleNamespace) -> WorkingGrid:
    """The grid to resample to."""
    if (inputs.grid is None) == (inputs.reference is None):
        raise ValueError("give the target grid either as grid or as reference.")
    if inputs.reference:
        return WorkingGrid.of(Volumes(inputs.reference))
    return WorkingGrid.from_dict(inputs.grid)
