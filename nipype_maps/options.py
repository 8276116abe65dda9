"""Every option of the graphs, once.

The builders of `nipype_maps.graphs` take options as keywords, the command as flags, and
`NiftiMapsMasker` as nilearn calls them; sidecars and records name them by their keys.  All of
these are derived from `OPTIONS`.  Interfaces have traits of their own, which tests/test_house.py
holds against it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: What options act on: maps and mask, what all runs on a grid share (that and more), and each run.
ATLAS, FIT, TRANSFORM = "atlas", "fit", "transform"


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes
    ----------
    name : str
        As a keyword and as a trait.
    type : str
        The annotation in signatures.
    default : object
    doc : str
        One line.
    parts : tuple of str
        Where it acts: `ATLAS`, `FIT`, `TRANSFORM`, or several of them.
    node : str
        The interface whose trait it is; empty where the graph itself depends on it.
    choices : tuple
        Allowed values; empty allows all of the type.
    unit : str
    key : str or None
        In sidecars; None where no signal depends on it, or its content counts.
    flag : str
        On the command; that of an option that is on by default switches it off.
    help : str
        On the command, where that has other words than ``doc``.
    words : dict
        What values that are no texts are called on the command; others are not offered there.
    needs : str
        ``'confounds'`` or ``'smoothing'``, without which it changes nothing.
    """

    name: str
    type: str
    default: object
    doc: str
    parts: tuple[str, ...]
    node: str = ""
    choices: tuple = ()
    unit: str = ""
    key: str | None = None
    flag: str = ""
    help: str = ""
    words: Mapping = field(default_factory=dict)
    needs: str = ""

    def __post_init__(self):
        if not self.flag:
            no = "no-" if self.default is True else ""
            object.__setattr__(self, "flag", f"--{no}{self.name.replace('_', '-')}")

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.type == "bool"

    @property
    def description(self) -> str:
        """What the trait says."""
        return f"{self.doc[0].lower()}{self.doc[1:]}{f' ({self.unit})' * bool(self.unit)}"

    @property
    def documentation(self) -> str:
        """The entry in a numpydoc section."""
        kind = f"{{{', '.join(map(repr, self.choices))}}}" if self.choices else self.type
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.name} : {kind}, default={self.default!r}\n    {self.doc}{unit}."


OPTIONS = (
    Option(
        "resampling_target", "str | None", "data", parts=(ATLAS, FIT, TRANSFORM), key="ResamplingTarget",
        choices=("data", "mask", "maps", None),
        words={"none": None}, doc="Whose grid is the working grid; none: all images must be on one grid",
    ),
    Option(
        "maps_interpolation", "str", "linear", parts=(ATLAS, FIT), key="Interpolation",
        choices=("linear", "continuous", "nearest"), doc="How maps are resampled",
    ),
    Option(
        "allow_overlap", "bool", True, parts=(ATLAS, FIT), node="Mask", key="AllowOverlap",
        doc="Whether two maps may be non-zero in one voxel",
        help="Fail if two maps are non-zero in one voxel.",
    ),
    Option(
        "empty_maps", "str", "nan", parts=(ATLAS, FIT), node="Mask", key="EmptyMaps",
        choices=("nan", "zero", "drop", "error"),
        doc="A map with no non-zero voxel after resampling and masking: its signal is n/a (nan) or 0 "
        "(zero), it is left out (drop), or the call fails (error)",
    ),
    Option(
        "demean", "bool", False, parts=(ATLAS, FIT), node="Mask", key="Demean",
        doc="Subtract from each map its mean inside the mask (or the grid): signals are then those of a fit "
        "with an intercept, as in FSL's dual regression",
    ),
    Option(
        "clip", "bool", True, parts=(TRANSFORM,), node="Project", key="Clip",
        doc="Clip resampled frames to the range of the whole run and 0",
        help="Let resampled runs overshoot their range.",
    ),
    Option(
        "smoothing_fwhm", "float | Sequence[float] | None", None, parts=(FIT, TRANSFORM),
        key="SmoothingFWHM", unit="mm",
        doc="Smooth the run: full width at half maximum, one number or three",
        help="Smooth the run: full width at half maximum, in mm; one number or three.",
    ),
    Option(
        "smooth_on", "str", "maps", parts=(FIT, TRANSFORM), choices=("maps", "data"), needs="smoothing",
        doc="Smooth the maps, once, or each run: the signals are the same",
    ),
    Option(
        "high_variance_confounds", "bool", False, parts=(TRANSFORM,), key="HighVarianceConfounds",
        doc="Regress out 5 confounds from the voxels of largest variance",
    ),
    Option(
        "detrend", "bool", False, parts=(TRANSFORM,), node="Clean", key="Detrend",
        doc="Remove mean and linear trend from signals and confounds",
    ),
    Option(
        "filter", "str | None", "butterworth", parts=(TRANSFORM,), node="Clean", key="Filter",
        choices=("butterworth", "cosine", None),
        doc="How frequencies are removed: butterworth (order 5, zero phase), or cosine, which regresses out "
        "slow drift (high_pass alone)",
        help="How frequencies are removed: butterworth, order 5, zero phase; cosine regresses out slow drift "
        "(--high-pass alone).",
    ),
    Option(
        "low_pass", "float | None", None, parts=(TRANSFORM,), node="Clean", key="LowPass", unit="Hz",
        doc="Remove frequencies above this one",
    ),
    Option(
        "high_pass", "float | None", None, parts=(TRANSFORM,), node="Clean", key="HighPass", unit="Hz",
        doc="Remove frequencies below this one",
    ),
    Option(
        "extrapolate", "bool", False, parts=(TRANSFORM,), node="Clean", key="Extrapolate",
        doc="Extrapolate censored frames at the ends of the run for the Butterworth filter, instead of "
        "cutting them off",
    ),
    Option(
        "confounds_strategy", "str | None", None, parts=(TRANSFORM,), key="Strategy",
        doc="What to regress out and which frames to censor, by names joined by +: see SelectConfounds",
    ),
    Option(
        "strategies_file", "str | None", None, parts=(TRANSFORM,), flag="--strategies",
        doc="JSON file of further strategies",
    ),
    Option(
        "confound_columns", "Sequence[str]", (), parts=(TRANSFORM,), key="ConfoundColumns",
        doc="Columns to regress out, names or patterns such as 'trans_*'; empty takes all",
    ),
    Option(
        "standardize_confounds", "bool", True, parts=(TRANSFORM,), node="Clean", key="StandardizeConfounds",
        doc="Give confounds zero mean and unit variance first", needs="confounds",
        help="Regress out confounds as they are.",
    ),
    Option(
        "standardize", "bool | str | None", False, parts=(TRANSFORM,), node="Clean", key="Standardize",
        choices=(False, True, None, "zscore", "zscore_sample", "psc"), words={"no": False},
        doc="Scale of the signals: mean 0 and variance 1 (zscore: ddof=0; zscore_sample: ddof=1), or "
        "percent signal change (psc)",
    ),
    Option(
        "dtype", "str | None", None, parts=(TRANSFORM,), node="Clean", key="DType",
        choices=(None, "auto", "float64", "float32", "float16"),
        doc="Precision of the signals; None is float64, auto float32",
        help="Precision of the signals; auto is float32.  [default: float64]",
    ),
)  # fmt: skip
BY_NAME = {option.name: option for option in OPTIONS}


def options_of(*parts: str, node: str = "") -> tuple[Option, ...]:
    """The options that act in any of some parts, or all; of a node those alone that are its traits.

    Examples
    --------
    >>> [option.name for option in options_of("fit")][:3]
    ['resampling_target', 'maps_interpolation', 'allow_overlap']
    >>> [option.name for option in options_of(node="Mask")]
    ['allow_overlap', 'empty_maps', 'demean']
    """
    return tuple(
        option
        for option in OPTIONS
        if (not parts or not set(parts).isdisjoint(option.parts)) and (not node or option.node == node)
    )


def chosen(values: Mapping, options: Iterable[Option]) -> dict:
    """Of some values by name those of some options, in the options' order; others are left out.

    Examples
    --------
    >>> chosen({"detrend": True, "demean": False}, options_of("fit"))
    {'demean': False}
    """
    return {option.name: values[option.name] for option in options if option.name in values}


def entries(values: Mapping, options: Iterable[Option]) -> dict:
    """The same under the names of sidecars, without options on which no signal depends.

    Examples
    --------
    >>> entries({"smoothing_fwhm": 6.0, "smooth_on": "maps"}, options_of("fit"))
    {'SmoothingFWHM': 6.0}
    """
    return {BY_NAME[name].key: value for name, value in chosen(values, options).items() if BY_NAME[name].key}


def takes(*parts: str):
    """Give a builder, ``f(*, name, **options)``, the options of some parts as keywords.

    Their defaults are filled in, their types are in the signature, and their documentation is
    in place of ``{options}`` in the docstring.

    Raises
    ------
    TypeError
        When the builder is called with a keyword that is none of its own.

    Examples
    --------
    >>> @takes("fit")
    ... def build(*, name: str = "wf", **options) -> dict:
    ...     return options
    >>> build(demean=True)["demean"], build()["empty_maps"]
    (True, 'nan')
    >>> build(detrend=True)
    Traceback (most recent call last):
    TypeError: build has no parameter 'detrend'.
    """
    options = options_of(*parts)
    defaults = {option.name: option.default for option in options}

    def decorate(builder):
        signature = inspect.signature(builder)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        names = {*defaults, *(parameter.name for parameter in own)}

        @functools.wraps(builder)
        def build(**given):
            if unknown := sorted(set(given) - names):
                raise TypeError(f"{builder.__name__} has no parameter {unknown[0]!r}.")
            return builder(**{**defaults, **given})

        keywords = [
            inspect.Parameter(o.name, inspect.Parameter.KEYWORD_ONLY, default=o.default, annotation=o.type)
            for o in options
        ]
        build.__signature__ = signature.replace(parameters=[*keywords, *own])
        if builder.__doc__:
            text = "\n".join(option.documentation for option in options).replace("\n", "\n    ")
            build.__doc__ = builder.__doc__.replace("{options}", text)
        return build

    return decorate
