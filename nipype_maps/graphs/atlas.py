"""atlas: maps and mask on the working grid."""

from __future__ import annotations

from typing import Any

from nipype.pipeline.engine import Workflow

from ..interfaces import Mask, ReadGrid, Resample
from ..options import ATLAS, chosen, options_of, takes
from .nodes import fields, node

INPUTS = ("maps_file", "mask_file", "map_names", "map_names_column", "grid")
OUTPUTS = ("maps_file", "mask_file", "names", "written", "coverage", "warnings", "warning_kinds", "grid")


@takes(ATLAS)
def init_atlas_wf(*, name: str = "atlas_wf", **options: Any) -> Workflow:
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
        3D image; optional.
    map_names
        Names of the maps, a list or a file, or a file of the numbers of the maps to write; optional.
    map_names_column
        Column of names in that label table, or the one found beside the maps; optional.
    grid
        Working grid, for ``resampling_target='data'``: a dict of shape and affine, see `ReadGrid`.

    Outputs
    -------
    maps_file
        Maps on the working grid, 0 outside the mask (A).
    mask_file
        Mask on the working grid; undefined without a mask.
    names
        Names of the maps.
    written
        Indices, from 0, of the maps whose signals are written.
    coverage
        Share of each map's absolute weight inside mask and field of view.
    warnings
        Messages about the maps.
    warning_kinds
        Kind of each message.
    grid
        Working grid.
    """
    inputnode = fields("inputnode", *INPUTS)
    outputnode = fields("outputnode", *OUTPUTS)
    target = options["resampling_target"]
    on_mismatch = "error" if target is None else "resample"
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
            ("map_names_column", "map_names_column"),
        ]),
        (resample_maps, mask, [("out_file", "in_file")]),
        (resample_mask, mask, [("out_file", "mask_file")]),
        (resample_mask, outputnode, [("out_file", "mask_file")]),
        (mask, outputnode, [
            ("out_file", "maps_file"),
            ("names", "names"),
            ("written", "written"),
            ("coverage", "coverage"),
            ("warnings", "warnings"),
            ("warning_kinds", "warning_kinds"),
        ]),
    ])  # fmt: skip

    origin = inputnode
    if target != "data":
        origin = node(ReadGrid(), "read_target", run_without_submitting=True)
        image = "mask_file" if target == "mask" else "maps_file"
        workflow.connect([(inputnode, origin, [(image, "in_file")])])
    workflow.connect([
        (origin, resample_maps, [("grid", "grid")]),
        (origin, resample_mask, [("grid", "grid")]),
        (origin, outputnode, [("grid", "grid")]),
    ])  # fmt: skip
    return workflow
