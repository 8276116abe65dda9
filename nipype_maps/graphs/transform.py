"""transform: one run in, clean signals out."""

from __future__ import annotations

from typing import Any

from nipype.pipeline.engine import Node, Workflow

from ..confounds.strategies import read_strategies, require_known
from ..interfaces import Clean, HighVarianceConfounds, Project, Resample, SelectConfounds, Smooth
from ..options import TRANSFORM, chosen, options_of, takes
from .nodes import fields, node


@takes(TRANSFORM)
def init_transform_wf(*, name: str = "transform_wf", **options: Any) -> Workflow:
    """Build the graph from a run and a projector to clean signals.

    Options that `init_fit_wf` has too must have the same values there.  A run that is resampled, or
    smoothed itself (``smooth_on='data'``), is resampled by cubic splines.

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
    grid
        Working grid, from `init_fit_wf`; optional unless the run is resampled and smoothed.
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

    Raises
    ------
    ValueError
        If a strategy is not known.
    """
    inputnode = fields(
        "inputnode", "run_file", "projector", "grid", "confounds_files", "sample_mask", "runs", "t_r"
    )
    outputnode = fields("outputnode", "signals_file", "sidecar_file", "raw_signals_file")
    project = node(Project(clip=options["clip"]), "project")
    clean = node(Clean(**chosen(options, options_of(TRANSFORM, node="Clean"))), "clean")
    if options["confound_columns"]:
        clean.inputs.confound_columns = list(options["confound_columns"])

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

    if options["confounds_strategy"] is None:
        frames = inputnode
        workflow.connect([
            (inputnode, clean, [("confounds_files", "confounds_files"), ("sample_mask", "sample_mask")]),
        ])  # fmt: skip
    else:
        frames = select = _select_confounds(options["confounds_strategy"], options["strategies_file"])
        workflow.connect([
            (inputnode, select, [
                ("confounds_files", "in_file"), ("run_file", "run_file"), ("sample_mask", "sample_mask"),
                ("runs", "runs"),
            ]),
            (inputnode, clean, [("confounds_files", "confounds_source")]),
            (select, clean, [
                ("out_file", "selected_confounds"),
                ("out_json", "confounds_json"),
                ("sample_mask", "sample_mask"),
            ]),
        ])  # fmt: skip

    if options["high_variance_confounds"]:
        high_variance = node(HighVarianceConfounds(), "high_variance")
        workflow.connect([
            (inputnode, high_variance, [("run_file", "in_file"), ("runs", "runs")]),
            (frames, high_variance, [("sample_mask", "sample_mask")]),
            (high_variance, clean, [("out_file", "extra_confounds")]),
        ])  # fmt: skip

    is_resampled = options["resampling_target"] in ("mask", "maps")
    if options["smoothing_fwhm"] is not None and options["smooth_on"] == "data":
        _connect_smoothed_run(workflow, inputnode, project, options, is_resampled)
    else:
        workflow.connect([(inputnode, project, [("run_file", "in_file")])])
        if is_resampled:
            # frame by frame: a resampled run on disk would be many times as large as the run
            project.inputs.on_mismatch = "resample"
    return workflow


def _select_confounds(strategy: str, strategies_file: str | None) -> Node:
    """The node that resolves a strategy; ValueError if it is not known."""
    require_known(strategy, read_strategies(strategies_file))
    select = node(SelectConfounds(strategy=strategy), "select_confounds", run_without_submitting=True)
    if strategies_file is not None:
        select.inputs.strategies_file = strategies_file
    return select


def _connect_smoothed_run(
    workflow: Workflow, inputnode: Node, project: Node, options: dict[str, Any], is_resampled: bool
) -> None:
    """Connect run ── [Resample] ── Smooth ── Project."""
    smooth = node(Smooth(fwhm=options["smoothing_fwhm"]), "smooth")
    workflow.connect([(smooth, project, [("out_file", "in_file")])])
    if is_resampled:
        resample = node(
            Resample(interpolation="continuous", nonfinite="neighbors", clip=options["clip"]), "resample"
        )
        workflow.connect([
            (inputnode, resample, [("run_file", "in_file"), ("grid", "grid")]),
            (resample, smooth, [("out_file", "in_file")]),
        ])  # fmt: skip
    else:
        workflow.connect([(inputnode, smooth, [("run_file", "in_file")])])
