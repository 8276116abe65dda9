"""ReadGrid: where an image lies, as values."""

from __future__ import annotations

from nipype.interfaces.base import Str, TraitedSpec, traits

from ..bids.runs import Run
from .base import MapsInputSpec, MapsInterface, algorithm, input_images, number_or_none, sidecars_read


class ReadGridInputSpec(MapsInputSpec):
    code_version = algorithm("3")
    in_file = input_images(mandatory=True, desc="3D or 4D image, or list of 3D images")
    t_r = number_or_none(desc="seconds from frame to frame; None takes them from sidecar or header")

    def implicit_inputs(self):
        """The run's sidecars."""
        return sidecars_read(self.in_file, self.t_r)


class ReadGridOutputSpec(TraitedSpec):
    shape = traits.List(traits.Int(), desc="number of voxels along each of the three axes")
    affine = traits.List(traits.List(traits.Float()), desc="4 x 4 matrix from voxel indices to millimetres")
    located = traits.Bool(desc="whether the header says where the image lies (sform or qform)")
    name = Str(desc="the image's file, for messages")
    t_r = traits.Either(None, traits.Float(), desc="seconds from frame to frame, None if unknown")
    n_frames = traits.Int(desc="number of volumes")


class ReadGrid(MapsInterface):
    """Read an image's grid from its header.

    Shape and affine leave as values rather than as a file, so that another run on the same
    grid changes no input of the nodes behind, and they stay cached.
    """

    input_spec = ReadGridInputSpec
    output_spec = ReadGridOutputSpec

    def _run(self, inputs, cwd, notes):
        run = Run(inputs.in_file, inputs.t_r)
        return {
            "shape": list(run.grid.shape),
            "affine": run.grid.affine.tolist(),
            "located": run.located,
            "name": run.name,
            "t_r": run.t_r,
            "n_frames": run.n_volumes,
        }
