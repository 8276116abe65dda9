"""Smooth: Gaussian smoothing, of maps or of a run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nipype.interfaces.base import File, TraitedSpec, traits

from ..images.volumes import Volumes
from ..images.writing import writing
from ..notes import Note
from ..numerics.smooth import gaussian
from ..storage.threads import worked
from .base import MapsInputSpec, MapsInterface, algorithm, input_images, output_path
from .errors import naming


class SmoothInputSpec(MapsInputSpec):
    code_version = algorithm("2")
    in_file = input_images(mandatory=True, desc="3D or 4D image, or list of 3D images")
    fwhm = traits.Either(
        traits.Range(low=0.0),
        traits.List(traits.Range(low=0.0), minlen=3, maxlen=3),
        mandatory=True,
        desc="full width at half maximum in mm: one number, or one per axis",
    )


class SmoothOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="smoothed image (float64 .nii)")


class Smooth(MapsInterface):
    """Smooth with a Gaussian; NaN and infinity count as 0.

    Least squares on a smoothed run equals projection of the run onto smoothed maps: smoothing
    the maps once gives the same signals as smoothing every run.
    """

    input_spec = SmoothInputSpec
    output_spec = SmoothOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        image = Volumes(inputs.in_file)
        with naming(image.path):
            smooth = gaussian(image.grid, inputs.fwhm)
        out_file = output_path(cwd, image.path, "_smoothed.nii")
        n_volumes = image.n_volumes if len(image.shape) > 3 or len(image.paths) > 1 else None
        with writing(out_file, image.grid, n_volumes, like=image) as out:
            for patch in worked(smooth.local, image.patches()):
                out.append(patch)
        return {"out_file": out_file}
