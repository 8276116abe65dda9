"""transform: one run in, clean signals out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nipype.pipeline.engine import Workflow

from ..files.strategies import read_strategies, require_known
from ..interfaces import Clean, HighVarianceConfounds, Project, Resample, SelectConfounds, Smooth
from .atlas import TARGET, ResamplingTarget
from .fit import Fwhm, SmoothOn
from .nodes import fields, node

Filter = Literal["butterworth", "cosine", None]
Standardize = Literal[False, True, None, "zscore", "zscore_sample", "psc"]
DType = Literal[None, "auto", "float64", "float32", "float16"]


def init_transform_wf(
    *,
    resampling_target: ResamplingTarget = "data",
    clip: bool = True,
    smoothing_fwhm: Fwhm = None,
    smooth_on: SmoothOn = "maps",
    high_variance_confounds: bool = False,
    detrend: bool = False,
    filter: Filter = "butterworth",
    low_pass: float | None = None,
    high_pass: float | None = None,
    extrapolate: bool = False,
    confounds_strategy: str | None = None,
    strategies_file: str | None = None,
    confound_columns: Sequence[str] = (),
    standardize_confounds: bool = True,
    standardize: Standardize = False,
    dtype: DType = None,
    name: str = "transform_wf",
) -> Workflow:
    """Build the graph from a run and a projector to clean signals.

    Parameters
    ----------
    resampling_target : {'data', 'mask', 'maps', None}
        As given to `init_fit_wf`; 'mask' and 'maps' resample the run (cubic splines).
    clip : bool
        Clip a resampled run to its range before (and 0).
    smoothing_fwhm, smooth_on
        As given to `init_fit_wf`; with ``smooth_on='data'`` the run is smoothed, and resampled
        before if need be, in nodes of their own.
    high_variance_confounds : bool
        Regress out five confounds drawn from the voxels of largest variance.
    detrend : bool
        Remove mean and linear trend from signals and confounds.
    filter : {'butterworth', 'cosine', None}
        How ``low_pass`` and ``high_pass`` (Hz) are applied.
    low_pass, high_pass : float or None
        Cut-offs in Hz.
    extrapolate : bool
        Extrapolate censored frames at the ends for the Butterworth filter.
    confounds_strategy : str or None
        Which columns of the one table of confounds to regress out and which frames to censor:
        names joined by ``+``, see `nipype_maps.interfaces.SelectConfounds`.
    strategies_file : str or None
        JSON file of further strategies.
    confound_columns : sequence of str
        Names or wildcard patterns of the confounds to regress out; empty takes all.
    standardize_confounds : bool
        Give confounds zero mean and unit variance first.
    standardize : {False, None, True, 'zscore', 'zscore_sample', 'psc'}
        Scale of the signals.
    dtype : {None, 'auto', 'float64', 'float32', 'float16'}
        Precision of the signals.
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
    clean = node(
        Clean(
            detrend=detrend,
            filter=filter,
            low_pass=low_pass,
            high_pass=high_pass,
            extrapolate=extrapolate,
            standardize_confounds=standardize_confounds,
            standardize=standardize,
            dtype=dtype,
        ),
        "clean",
    )
    if confound_columns:
        clean.inputs.confound_columns = list(confound_columns)

    if confounds_strategy is not None:
        require_known(confounds_strategy, read_strategies(strategies_file))
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
    if confounds_strategy is None:
        workflow.connect(inputnode, "confounds_files", clean, "confounds_files")
    else:
        frames = select = node(
            SelectConfounds(strategy=confounds_strategy), "select_confounds", run_without_submitting=True
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
    if smoothing_fwhm is not None and smooth_on == "data":
        if resampling_target in ("mask", "maps"):
            resample = node(
                Resample(interpolation="continuous", nonfinite="neighbours", clip=clip), "resample"
            )
            workflow.connect([
                (inputnode, resample, [("run_file", "in_file"), *zip(TARGET, TARGET, strict=True)]),
            ])  # fmt: skip
            run, run_file = resample, "out_file"
        smooth = node(Smooth(fwhm=smoothing_fwhm), "smooth")
        workflow.connect(run, run_file, smooth, "in_file")
        run, run_file = smooth, "out_file"
    elif resampling_target in ("mask", "maps"):
        # frame by frame: a resampled run on disk would be many times as large as the run
        project.inputs.on_mismatch = "resample"
        project.inputs.clip = clip
    workflow.connect(run, run_file, project, "in_file")

    if high_variance_confounds:
        high_variance = node(HighVarianceConfounds(), "high_variance")
        workflow.connect([
            (inputnode, high_variance, [("run_file", "in_file")]),
            (frames, high_variance, [("sample_mask", "sample_mask")]),
            (high_variance, clean, [("out_file", "extra_confounds")]),
        ])  # fmt: skip
    return workflow
