"""fit: what depends on maps, mask and grid alone, shared by all runs on that grid."""

from __future__ import annotations

from typing import Any

from nipype.pipeline.engine import Workflow

from ..interfaces import FitProjector, Smooth
from ..options import ATLAS, FIT, chosen, entries, options_of, takes
from .atlas import INPUTS, OUTPUTS, init_atlas_wf
from .nodes import fields, node


@takes(FIT)
def init_fit_wf(*, name: str = "fit_wf", **options: Any) -> Workflow:
    """Build the graph from maps and mask to the projector.

    It depends on a run through the working grid alone, so that it is executed once per grid.  With
    ``smooth_on='data'`` smoothing is part of `init_transform_wf` instead.

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
    projector
        The maps, prepared for Project.
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
    outputnode = fields("outputnode", "projector", *OUTPUTS)
    atlas = init_atlas_wf(**chosen(options, options_of(ATLAS)), name="atlas")
    fit_projector = node(
        FitProjector(
            empty_maps="zero" if options["empty_maps"] == "zero" else "nan",
            parameters=entries(options, options_of(FIT)),
        ),
        "fit_projector",
    )

    workflow = Workflow(name=name)
    workflow.connect([
        (inputnode, atlas, [(field, f"inputnode.{field}") for field in INPUTS]),
        (inputnode, fit_projector, [("maps_file", "maps_source"), ("mask_file", "mask_source")]),
        (atlas, fit_projector, [
            ("outputnode.maps_file", "maps_file"),
            ("outputnode.names", "names"),
            ("outputnode.written", "written"),
            ("outputnode.coverage", "coverage"),
            ("outputnode.warnings", "warnings"),
            ("outputnode.warning_kinds", "warning_kinds"),
        ]),
        (atlas, outputnode, [(f"outputnode.{field}", field) for field in OUTPUTS]),
        (fit_projector, outputnode, [("projector", "projector")]),
    ])  # fmt: skip

    if options["smoothing_fwhm"] is not None and options["smooth_on"] == "maps":
        smooth = node(Smooth(fwhm=options["smoothing_fwhm"]), "smooth")
        workflow.connect([
            (atlas, smooth, [("outputnode.maps_file", "in_file")]),
            (smooth, fit_projector, [("out_file", "smoothed_file")]),
        ])  # fmt: skip
    return workflow
