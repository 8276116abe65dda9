"""Resample: an image onto another grid."""

from __future__ import annotations

from nipype.interfaces.base import File, Str, TraitedSpec, Undefined, traits

from ..images.volumes import Volumes
from ..images.writing import writing
from ..numerics.grid import Grid, require_same_grid
from ..numerics.overlap import inside_of
from ..numerics.resample import Resampler, clip_range
from ..storage.threads import worked
from .base import InputFile, MapsInputSpec, MapsInterface, algorithm, input_images, output_path


class ResampleInputSpec(MapsInputSpec):
    code_version = algorithm("3")
    in_file = input_images(
        desc="3D or 4D image, or list of 3D images to stack; without one (no mask) nothing is done"
    )
    target_shape = traits.List(
        traits.Int(), minlen=3, maxlen=3, desc="number of voxels of the target along each axis"
    )
    target_affine = traits.List(
        traits.List(traits.Float(), minlen=4, maxlen=4),
        minlen=4,
        maxlen=4,
        desc="4 x 4 matrix of the target from voxel indices to millimetres",
    )
    target_located = traits.Bool(True, usedefault=True, desc="whether the target's header says where it lies")
    target_name = Str(
        "the image of the target grid", usedefault=True, nohash=True, desc="its name in messages"
    )
    reference = InputFile(desc="image on the target grid, in place of target_shape and target_affine")
    interpolation = traits.Enum(
        "linear",
        "nearest",
        "continuous",
        usedefault=True,
        desc="linear, nearest (masks) or continuous (cubic splines)",
    )
    nonfinite = traits.Enum(
        "zero",
        "neighbours",
        usedefault=True,
        desc="what stands for NaN and infinity while interpolating: 0, or the mean of the "
        "neighbours (runs), 0 afterwards",
    )
    clip = traits.Bool(
        True, usedefault=True, desc="clip to the range of the whole input and 0 (splines overshoot)"
    )
    on_mismatch = traits.Enum(
        "resample",
        "error",
        usedefault=True,
        desc="what to do where the grids differ: resample, or stop",
    )


class ResampleOutputSpec(TraitedSpec):
    out_file = File(
        exists=True, desc="image on the target grid (float64 .nii); the input itself if it is there already"
    )


class Resample(MapsInterface):
    """Put maps, a mask or a run onto another grid.

    Examples
    --------
    >>> resample = Resample(interpolation="continuous", nonfinite="neighbours")
    >>> resample.inputs.clip
    True
    """

    input_spec = ResampleInputSpec
    output_spec = ResampleOutputSpec

    def _run(self, inputs, cwd, notes):
        if inputs.in_file is None:
            return {"out_file": Undefined}
        image = Volumes(inputs.in_file)
        target, target_located, target_name = _target(inputs)
        if image.grid.same_as(target):
            if len(image.paths) == 1:
                return {"out_file": str(image.path)}
            target = image.grid
        elif inputs.on_mismatch == "error":
            require_same_grid(image.name, image.grid, target_name, target)
        else:
            require_overlap(image, target, target_located, target_name)
        out_file = output_path(cwd, image.path, "_resampled.nii")
        # linear and nearest values lie between those they come from
        clip = inputs.clip and inputs.interpolation == "continuous"
        limits = clip_range(*image.finite_range()) if clip else None
        resampler = Resampler(image.grid, target, inputs.interpolation, inputs.nonfinite, limits)
        n_volumes = image.n_volumes if len(image.shape) > 3 or len(image.paths) > 1 else None
        with writing(out_file, target, n_volumes, like=image) as out:
            for patch in worked(resampler.local, image.patches(finite=False)):
                out.append(patch)
        return {"out_file": out_file}


def require_overlap(image: Volumes, target: Grid, located: bool, name: str) -> None:
    """Raise ValueError unless two images say where they lie and have a voxel in common."""
    if not (image.located and located):
        raise ValueError(unlocated(name if image.located else image.name))
    if not inside_of(target, image.grid).any():
        raise ValueError(
            f"{image.name} ({image.grid}) and {name} ({target}) do not overlap anywhere in space; check "
            "that both are in the same space (native or a template's)."
        )


def _target(inputs) -> tuple[Grid, bool, str]:
    """The target grid, whether its header says where it lies, and its name for messages."""
    if inputs.reference:
        if inputs.target_shape or inputs.target_affine:
            raise ValueError("give either reference, or target_shape and target_affine, not both.")
        reference = Volumes(inputs.reference)
        return reference.grid, reference.located, reference.name
    if not (inputs.target_shape and inputs.target_affine):
        raise ValueError("target_shape and target_affine, or reference, must say where to resample to.")
    return (
        Grid(tuple(inputs.target_shape), inputs.target_affine),
        inputs.target_located,
        inputs.target_name,
    )


def unlocated(name: str) -> str:
    """The sentence about an image that does not say where it lies."""
    return (
        f"{name} has neither sform nor qform, so that nobody knows where it lies and resampling "
        "would be a guess; write the right affine into its header (nibabel: image.set_sform(affine, "
        "code='scanner')), or give data that share one grid."
    )
