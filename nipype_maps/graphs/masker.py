"""masker: fit and transform of one run, the graph to use as part of another one."""

from __future__ import annotations

from typing import Any

from nipype.pipeline.engine import Workflow

from ..interfaces import ReadGrid
from ..options import FIT, TRANSFORM, chosen, options_of, takes
from .fit import init_fit_wf
from .nodes import fields, node
from .transform import init_transform_wf


@takes(FIT, TRANSFORM)
def init_masker_wf(*, name: str = "masker_wf", **options: Any) -> Workflow:
    """Build the graph from a run and maps to signals.

    Parameters
    ----------
    {options}
    name : str
        Name of the workflow.

    Inputs
    ------
    run_file
        The run, a 4D image.
    maps_file
        4D image, 3D image (one map), or list of 3D images.
    mask_file
        3D image; optional.
    map_names
        Names of the maps, a list or a file, or a file of the numbers of the maps to write; optional.
    map_names_column
        Column of names in that label table, or the one found beside the maps; optional.
    confounds_files
        Tables of confounds of the run; optional.
    sample_mask
        Frames to keep; optional.
    runs
        Label of each frame's acquisition, if several were concatenated; optional.
    t_r
        Repetition time in seconds; by default from the run's sidecar or header.

    Outputs
    -------
    signals_file
        TSV: a column per map, a row per kept frame.
    sidecar_file
        JSON: how the signals were made.
    raw_signals_file
        TSV: the signals before cleaning.
    projector
        The maps, prepared for Project.
    maps_file
        Maps on the working grid, 0 outside the mask: what `init_inverse_wf` needs.
    mask_file
        Mask on the working grid; undefined without a mask.
    names
        Names of the maps.
    coverage
        Share of each map's absolute weight inside mask and field of view.

    Examples
    --------
    >>> masker = init_masker_wf(smoothing_fwhm=6.0, standardize="zscore")
    >>> masker.inputs.inputnode.maps_file = "msdl.nii.gz"
    >>> [name for name in masker.list_node_names() if name.startswith("transform.")]
    ['transform.clean', 'transform.inputnode', 'transform.outputnode', 'transform.project']
    """
    inputnode = fields(
        "inputnode",
        "run_file",
        "maps_file",
        "mask_file",
        "map_names",
        "map_names_column",
        "confounds_files",
        "sample_mask",
        "runs",
        "t_r",
    )
    outputnode = fields(
        "outputnode",
        "signals_file",
        "sidecar_file",
        "raw_signals_file",
        "projector",
        "maps_file",
        "mask_file",
        "names",
        "coverage",
    )
    fit = init_fit_wf(**chosen(options, options_of(FIT)), name="fit")
    transform = init_transform_wf(**chosen(options, options_of(TRANSFORM)), name="transform")

    workflow = Workflow(name=name)
    workflow.connect([
        (inputnode, fit, [
            ("maps_file", "inputnode.maps_file"),
            ("mask_file", "inputnode.mask_file"),
            ("map_names", "inputnode.map_names"),
            ("map_names_column", "inputnode.map_names_column"),
        ]),
        (inputnode, transform, [
            ("run_file", "inputnode.run_file"),
            ("confounds_files", "inputnode.confounds_files"),
            ("sample_mask", "inputnode.sample_mask"),
            ("runs", "inputnode.runs"),
            ("t_r", "inputnode.t_r"),
        ]),
        (fit, transform, [
            ("outputnode.projector", "inputnode.projector"), ("outputnode.grid", "inputnode.grid"),
        ]),
        (fit, outputnode, [
            (f"outputnode.{field}", field)
            for field in ("projector", "maps_file", "mask_file", "names", "coverage")
        ]),
        (transform, outputnode, [
            (f"outputnode.{field}", field)
            for field in ("signals_file", "sidecar_file", "raw_signals_file")
        ]),
    ])  # fmt: skip

    if options["resampling_target"] == "data":
        read_run = node(ReadGrid(), "read_run", run_without_submitting=True)
        workflow.connect([
            (inputnode, read_run, [("run_file", "in_file")]),
            (read_run, fit, [("grid", "inputnode.grid")]),
        ])  # fmt: skip
    return workflow
