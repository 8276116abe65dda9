"""The options of the graphs: keywords of builders, flags of the command, arguments of the class."""

from __future__ import annotations

from .definition import ATLAS, FIT, TRANSFORM, Option

OPTIONS = (
    Option(
        "resampling_target", "str | None", "data", parts=(ATLAS, FIT, TRANSFORM), topic="Resampling",
        key="ResamplingTarget", choices=("data", "mask", "maps", None), words={"none": None},
        doc="Whose grid is the working grid; none: all images must be on one grid",
    ),
    Option(
        "maps_interpolation", "str", "linear", parts=(ATLAS, FIT), topic="Resampling", key="Interpolation",
        choices=("linear", "continuous", "nearest"), argument=None, doc="How maps are resampled",
    ),
    Option(
        "allow_overlap", "bool", True, parts=(ATLAS, FIT), topic="Maps", node="Mask", key="AllowOverlap",
        doc="Whether two maps may be non-zero in one voxel",
        help="Fail if two maps are non-zero in one voxel.",
    ),
    Option(
        "empty_maps", "str", "nan", parts=(ATLAS, FIT), topic="Maps", node="Mask", key="EmptyMaps",
        choices=("nan", "zero", "drop", "error"), argument="keep_masked_maps",
        doc="A map with no non-zero voxel after resampling and masking: its signal is n/a (nan) or 0 "
        "(zero), it is left out (drop), or the call fails (error)",
    ),
    Option(
        "demean", "bool", False, parts=(ATLAS, FIT), topic="Maps", node="Mask", key="Demean", argument=None,
        doc="Subtract from each map its mean inside the mask (or the grid): signals are then those of a fit "
        "with an intercept, as in FSL's dual regression",
    ),
    Option(
        "clip", "bool", True, parts=(TRANSFORM,), topic="Resampling", node="Project", key="Clip",
        argument=None, doc="Clip resampled frames to the range of the whole run and 0",
        help="Let resampled runs overshoot their range.",
    ),
    Option(
        "smoothing_fwhm", "float | Sequence[float] | None", None, parts=(FIT, TRANSFORM), topic="Smoothing",
        key="SmoothingFWHM", unit="mm", syntax="widths",
        doc="Smooth the run: full width at half maximum, one number or three",
        help="Smooth the run: full width at half maximum, in mm; one number or three.",
    ),
    Option(
        "smooth_on", "str", "maps", parts=(FIT, TRANSFORM), topic="Smoothing", choices=("maps", "data"),
        needs="smoothing", argument=None,
        doc="Smooth the maps, once, or each run: the signals are the same",
    ),
    Option(
        "high_variance_confounds", "bool", False, parts=(TRANSFORM,), topic="Confounds",
        key="HighVarianceConfounds", doc="Regress out 5 confounds from the voxels of largest variance",
    ),
    Option(
        "detrend", "bool", False, parts=(TRANSFORM,), topic="Filtering", node="Clean", key="Detrend",
        doc="Remove mean and linear trend from signals and confounds",
    ),
    Option(
        "filter", "str | None", "butterworth", parts=(TRANSFORM,), topic="Filtering", node="Clean",
        key="Filter", choices=("butterworth", "cosine", None), argument="clean_args",
        doc="How frequencies are removed: butterworth (order 5, zero phase), or cosine, which regresses out "
        "slow drift (high_pass alone)",
        help="How frequencies are removed: butterworth (order 5, zero phase), or cosine, which regresses out "
        "slow drift (--high-pass alone).",
    ),
    Option(
        "low_pass", "float | None", None, parts=(TRANSFORM,), topic="Filtering", node="Clean", key="LowPass",
        unit="Hz", doc="Remove frequencies above this one",
    ),
    Option(
        "high_pass", "float | None", None, parts=(TRANSFORM,), topic="Filtering", node="Clean",
        key="HighPass", unit="Hz", doc="Remove frequencies below this one",
    ),
    Option(
        "extrapolate", "bool", False, parts=(TRANSFORM,), topic="Filtering", node="Clean", key="Extrapolate",
        argument="clean_args",
        doc="Extrapolate censored frames at the ends of the run for the Butterworth filter, instead of "
        "cutting them off",
    ),
    Option(
        "confounds_strategy", "str | None", None, parts=(TRANSFORM,), topic="Confounds",
        key="ConfoundsStrategy",
        metavar="NAME[+NAME]", repeats="joined", argument=None,
        doc="What to regress out and which frames to censor, by names joined by +: see SelectConfounds",
        help="What to regress out and which frames to censor, from fMRIPrep's table of confounds: 6P, 24P, "
        "36P, gs, wmcsf, acompcor5, acompcor50, aroma, cosine, scrub, ... (join by +, or repeat).",
    ),
    Option(
        "strategies_file", "str | None", None, parts=(TRANSFORM,), topic="Confounds", flag="--strategies",
        syntax="file", argument=None, doc="JSON file of further strategies",
    ),
    Option(
        "confound_columns", "Sequence[str]", (), parts=(TRANSFORM,), topic="Confounds",
        key="ConfoundColumns", metavar="PATTERN", repeats="values", default_shown="all", argument=None,
        doc="Columns to regress out, names or patterns such as 'trans_*'; empty takes all",
        help="Columns to regress out, names or patterns such as 'trans_*' (repeat).",
    ),
    Option(
        "standardize_confounds", "bool", True, parts=(TRANSFORM,), topic="Confounds", node="Clean",
        key="StandardizeConfounds", needs="confounds",
        doc="Give confounds zero mean and unit variance first", help="Regress out confounds as they are.",
    ),
    Option(
        "standardize", "bool | str | None", False, parts=(TRANSFORM,), topic="Signals", node="Clean",
        key="Standardize", choices=(False, True, None, "zscore", "zscore_sample", "psc"),
        words={"no": False},
        doc="Scale of the signals: mean 0 and variance 1 (zscore: ddof=0; zscore_sample: ddof=1), or "
        "percent signal change (psc)",
    ),
    Option(
        "dtype", "str | None", None, parts=(TRANSFORM,), topic="Signals", node="Clean", key="DType",
        choices=(None, "auto", "float64", "float32", "float16"), default_shown="float64",
        doc="Precision of the signals; None is float64, auto float32",
        help="Precision of the signals; auto is float32.",
    ),
)  # fmt: skip
