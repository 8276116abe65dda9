"""fit: everything that runs on one grid share."""

from __future__ import annotations

from nipype.pipeline.engine import Workflow

from ..interfaces import FitProjector, Smooth
from ..options import ATLAS, FIT, chosen, entries, options_of, takes
from .atlas import INPUTS, OUTPUTS, init_atlas_wf
from .nodes import fields, node


@takes(FIT)
def init_fit_wf(*, name: str = "fit_wf", **options) -> Workflow:
    """Build the graph from maps and mask to the projector.

    Nothing in it depends on a run but for the grid, so that it is run once per grid.  With
    ``smooth_on='data'`` smoothing is left to `init_transform_wf`.

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
    projector
        What Project needs of the maps.
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
            ("outputnode.coverage", "coverage"),
            ("outputnode.warnings", "warnings"),
        ]),
        (fit_projector, outputnode, [("projector", "projector")]),
        (atlas, outputnode, [(f"outputnode.{field}", field) for field in OUTPUTS]),
    ])  # fmt: skip

    if options["smoothing_fwhm"] is not None and options["smooth_on"] == "maps":
        smooth = node(Smooth(fwhm=options["smoothing_fwhm"]), "smooth")
        workflow.connect([
            (atlas, smooth, [("outputnode.maps_file", "in_file")]),
            (smooth, fit_projector, [("out_file", "smoothed_file")]),
        ])  # fmt: skip
    return workflow
