"""The atlas branch: maps and mask on the working grid."""

from __future__ import annotations

from nipype.pipeline.engine import Workflow

from ..interfaces import Mask, ReadGrid, Resample
from ..options import ATLAS, chosen, options_of, takes
from .nodes import fields, node

#: Fields that say where the working grid is.
TARGET = ("target_shape", "target_affine", "target_located", "target_name")
INPUTS = ("maps_file", "mask_file", "map_names", *TARGET)
OUTPUTS = ("maps_file", "mask_file", "names", "coverage", "warnings", *TARGET)


@takes(ATLAS)
def init_atlas_wf(*, name: str = "atlas_wf", **options) -> Workflow:
    """Build the graph that puts maps and mask onto the working grid.

    Parameters
    ----------
    {options}
    name : str
        Name of the workflow.

    Inputs
    ------
    maps_file
        4D image, 3D image (one map), or list of 3D images.
    mask_file
        3D image; may be left out.
    map_names
        Names of the maps, a list or a file; may be left out.
    target_shape
        Shape of the working grid, for ``resampling_target='data'``.
    target_affine
        Affine of the working grid, for ``resampling_target='data'``.
    target_located
        Whether that grid's header says where it lies; may be left out.
    target_name
        What messages call the image of that grid; may be left out.

    Outputs
    -------
    maps_file
        Maps on the working grid, 0 outside the mask (A).
    mask_file
        Mask on the working grid; undefined without a mask.
    names
        Names of the maps.
    coverage
        Share of each map's weight inside mask and field of view.
    warnings
        What was noticed of the maps, one sentence each.
    target_shape
        Shape of the working grid.
    target_affine
        Affine of the working grid.
    target_located
        Whether its header says where it lies.
    target_name
        What messages call its image.
    """
    inputnode = fields("inputnode", *INPUTS)
    outputnode = fields("outputnode", *OUTPUTS)
    resampling_target = options["resampling_target"]
    on_mismatch = "error" if resampling_target is None else "resample"
    resample_maps = node(
        Resample(interpolation=options["maps_interpolation"], on_mismatch=on_mismatch), "resample_maps"
    )
    resample_mask = node(Resample(interpolation="nearest", on_mismatch=on_mismatch), "resample_mask")
    mask = node(Mask(**chosen(options, options_of(ATLAS, node="Mask"))), "mask")

    workflow = Workflow(name=name)
    workflow.connect([
        (inputnode, resample_maps, [("maps_file", "in_file")]),
        (inputnode, resample_mask, [("mask_file", "in_file")]),
        (inputnode, mask, [
            ("maps_file", "original_file"), ("mask_file", "original_mask_file"), ("map_names", "map_names"),
        ]),
        (resample_maps, mask, [("out_file", "in_file")]),
        (resample_mask, mask, [("out_file", "mask_file")]),
        (resample_mask, outputnode, [("out_file", "mask_file")]),
        (mask, outputnode, [
            ("out_file", "maps_file"), ("names", "names"), ("coverage", "coverage"), ("warnings", "warnings"),
        ]),
    ])  # fmt: skip

    if resampling_target == "data":
        target, names = inputnode, TARGET
    else:
        target, names = (
            node(ReadGrid(), "read_target", run_without_submitting=True),
            ("shape", "affine", "located", "name"),
        )
        workflow.connect(
            inputnode, "mask_file" if resampling_target == "mask" else "maps_file", target, "in_file"
        )
    where = list(zip(names, TARGET, strict=True))
    workflow.connect([(target, follower, where) for follower in (resample_maps, resample_mask, outputnode)])
    return workflow
