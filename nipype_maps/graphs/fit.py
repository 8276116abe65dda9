"""fit: everything that runs on one grid share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nipype.pipeline.engine import Workflow

from ..interfaces import FitProjector, Smooth
from .atlas import INPUTS, OUTPUTS, EmptyMaps, Interpolation, ResamplingTarget, init_atlas_wf
from .nodes import fields, node

Fwhm = float | Sequence[float] | None
SmoothOn = Literal["maps", "data"]


def init_fit_wf(
    *,
    resampling_target: ResamplingTarget = "data",
    maps_interpolation: Interpolation = "linear",
    allow_overlap: bool = True,
    empty_maps: EmptyMaps = "nan",
    demean: bool = False,
    smoothing_fwhm: Fwhm = None,
    smooth_on: SmoothOn = "maps",
    name: str = "fit_wf",
) -> Workflow:
    """Build the graph from maps and mask to the projector.

    Nothing in it depends on a run but for the grid, so that it is run once per grid.

    Parameters
    ----------
    resampling_target, maps_interpolation, allow_overlap, empty_maps, demean
        See `init_atlas_wf`.
    smoothing_fwhm : float, three floats or None
        Full width at half maximum in mm of the smoothing that runs shall have.
    smooth_on : {'maps', 'data'}
        Whether that is done here, on the maps, or by `init_transform_wf` on each run; the
        signals are the same.
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
    atlas = init_atlas_wf(
        resampling_target=resampling_target,
        maps_interpolation=maps_interpolation,
        allow_overlap=allow_overlap,
        empty_maps=empty_maps,
        demean=demean,
        name="atlas",
    )
    parameters = {
        "ResamplingTarget": resampling_target,
        "Interpolation": maps_interpolation,
        "AllowOverlap": allow_overlap,
        "EmptyMaps": empty_maps,
        "Demean": demean,
        "SmoothingFWHM": smoothing_fwhm,
    }
    fit_projector = node(
        FitProjector(empty_maps="zero" if empty_maps == "zero" else "nan", parameters=parameters),
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

    if smoothing_fwhm is not None and smooth_on == "maps":
        smooth = node(Smooth(fwhm=smoothing_fwhm), "smooth")
        workflow.connect([
            (atlas, smooth, [("outputnode.maps_file", "in_file")]),
            (smooth, fit_projector, [("out_file", "smoothed_file")]),
        ])  # fmt: skip
    return workflow
