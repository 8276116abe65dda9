"""transform: one run in, clean signals out."""

from __future__ import annotations

from nipype.pipeline.engine import Workflow

from ..confounds.strategies import read_strategies, require_known
from ..interfaces import Clean, HighVarianceConfounds, Project, Resample, SelectConfounds, Smooth
from ..options import TRANSFORM, chosen, options_of, takes
from .atlas import TARGET
from .nodes import fields, node


@takes(TRANSFORM)
def init_transform_wf(*, name: str = "transform_wf", **options) -> Workflow:
    """Build the graph from a run and a projector to clean signals.

    Options that `init_fit_wf` has too are given as there.  Where the run is resampled, or smoothed
    itself (``smooth_on='data'``), that is done by cubic splines.

    Parameters
    ----------
    {options}
    name : str
        Name of the workflow.

    Inputs
    ------
    run_file
        The run, a 4D image.
    projector
        From `init_fit_wf`.
    target_shape
        Shape of the working grid, from `init_fit_wf`.
    target_affine
        Affine of the working grid, from `init_fit_wf`.
    target_located
        Whether its header says where it lies; may be left out.
    target_name
        What messages call its image; may be left out.
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

    Raises
    ------
    ValueError
        If a strategy is not known.
    """
    inputnode = fields(
        "inputnode",
        "run_file",
        "projector",
        *TARGET,
        "confounds_files",
        "sample_mask",
        "runs",
        "t_r",
    )
    outputnode = fields("outputnode", "signals_file", "sidecar_file", "raw_signals_file")
    project = node(Project(), "project")
    clean = node(Clean(**chosen(options, options_of(TRANSFORM, node="Clean"))), "clean")
    if options["confound_columns"]:
        clean.inputs.confound_columns = list(options["confound_columns"])

    strategy, strategies_file = options["confounds_strategy"], options["strategies_file"]
    if strategy is not None:
        require_known(strategy, read_strategies(strategies_file))
    workflow = Workflow(name=name)
    workflow.connect([
        (inputnode, project, [
            ("projector", "projector"), ("run_file", "source_file"), ("t_r", "t_r"),
        ]),
        (inputnode, clean, [("runs", "runs")]),
        (project, clean, [("out_file", "in_file"), ("out_json", "in_json"), ("t_r", "t_r")]),
        (project, outputnode, [("out_file", "raw_signals_file")]),
        (clean, outputnode, [("out_file", "signals_file"), ("out_json", "sidecar_file")]),
    ])  # fmt: skip

    frames = inputnode
    if strategy is None:
        workflow.connect(inputnode, "confounds_files", clean, "confounds_files")
    else:
        frames = select = node(
            SelectConfounds(strategy=strategy), "select_confounds", run_without_submitting=True
        )
        if strategies_file is not None:
            select.inputs.strategies_file = strategies_file
        workflow.connect([
            (inputnode, select, [
                ("confounds_files", "in_file"), ("run_file", "run_file"), ("sample_mask", "sample_mask"),
            ]),
            (inputnode, clean, [("confounds_files", "confounds_source")]),
            (select, clean, [("out_file", "selected_confounds"), ("out_json", "confounds_json")]),
        ])  # fmt: skip
    workflow.connect(frames, "sample_mask", clean, "sample_mask")

    run, run_file = inputnode, "run_file"
    clip, is_moved = options["clip"], options["resampling_target"] in ("mask", "maps")
    if options["smoothing_fwhm"] is not None and options["smooth_on"] == "data":
        if is_moved:
            resample = node(
                Resample(interpolation="continuous", nonfinite="neighbours", clip=clip), "resample"
            )
            workflow.connect([
                (inputnode, resample, [("run_file", "in_file"), *zip(TARGET, TARGET, strict=True)]),
            ])  # fmt: skip
            run, run_file = resample, "out_file"
        smooth = node(Smooth(fwhm=options["smoothing_fwhm"]), "smooth")
        workflow.connect(run, run_file, smooth, "in_file")
        run, run_file = smooth, "out_file"
    elif is_moved:
        # frame by frame: a resampled run on disk would be many times as large as the run
        project.inputs.on_mismatch = "resample"
        project.inputs.clip = clip
    workflow.connect(run, run_file, project, "in_file")

    if options["high_variance_confounds"]:
        high_variance = node(HighVarianceConfounds(), "high_variance")
        workflow.connect([
            (inputnode, high_variance, [("run_file", "in_file")]),
            (frames, high_variance, [("sample_mask", "sample_mask")]),
            (high_variance, clean, [("out_file", "extra_confounds")]),
        ])  # fmt: skip
    return workflow
