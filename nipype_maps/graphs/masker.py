"""masker: fit and transform of one run, the graph to embed."""

from __future__ import annotations

from nipype.pipeline.engine import Workflow

from ..interfaces import ReadGrid
from ..options import FIT, TRANSFORM, chosen, options_of, takes
from .atlas import TARGET
from .fit import init_fit_wf
from .nodes import fields, node
from .transform import init_transform_wf


@takes(FIT, TRANSFORM)
def init_masker_wf(*, name: str = "masker_wf", **options) -> Workflow:
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
        3D image; may be left out.
    map_names
        Names of the maps, a list or a file; may be left out.
    confounds_files
        Tables of confounds of the run; may be left out.
    sample_mask
        Frames to keep; may be left out.
    runs
        Label of each frame's run, where several were concatenated; may be left out.
    t_r
        Seconds from frame to frame; left out, the run's sidecar or header says so.

    Outputs
    -------
    signals_file
        TSV: a column per map, a row per kept frame.
    sidecar_file
        JSON: what the signals are.
    raw_signals_file
        TSV: the signals before they were cleaned.
    projector
        What Project needs of the maps.
    maps_file
        Maps on the working grid, 0 outside the mask: what `init_inverse_wf` needs.
    mask_file
        Mask on the working grid; undefined without a mask.
    names
        Names of the maps.
    coverage
        Share of each map's weight inside mask and field of view.

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
    connect_fit_to_transform(workflow, fit, transform)
    workflow.connect([
        (inputnode, fit, [
            ("maps_file", "inputnode.maps_file"),
            ("mask_file", "inputnode.mask_file"),
            ("map_names", "inputnode.map_names"),
        ]),
        (inputnode, transform, [
            ("run_file", "inputnode.run_file"),
            ("confounds_files", "inputnode.confounds_files"),
            ("sample_mask", "inputnode.sample_mask"),
            ("runs", "inputnode.runs"),
            ("t_r", "inputnode.t_r"),
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
            (read_run, fit, [
                ("shape", "inputnode.target_shape"),
                ("affine", "inputnode.target_affine"),
                ("located", "inputnode.target_located"),
                ("name", "inputnode.target_name"),
            ]),
        ])  # fmt: skip
    return workflow


def connect_fit_to_transform(workflow: Workflow, fit: Workflow, transform: Workflow) -> None:
    """Hand a fit's projector and working grid to a transform."""
    workflow.connect([
        (fit, transform, [
            (f"outputnode.{field}", f"inputnode.{field}") for field in ("projector", *TARGET)
        ]),
    ])  # fmt: skip
