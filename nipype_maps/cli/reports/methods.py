"""The methods section of a paper: what was done to make signals, as their sidecars record it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...options import FIT, TRANSFORM, options_of
from ..messages import counted
from .confounds_in_words import censoring_in_words, confounds_in_words, joined
from .references import known_atlas

#: Sections of sidecars that have the keys of options.
SECTIONS = ("", "Maps", "Cleaning")
SOFTWARE = {
    "nipype-maps": "nipypemaps", "nipype": "gorgolewski2011", "numpy": "harris2020", "scipy": "virtanen2020",
    "nibabel": "nibabel",
}  # fmt: skip
#: Strategies that this paper compared.
CIRIC = ("9P", "36P")

Sidecar = Mapping[str, Any]
Settings = Mapping[str, Any]


def settings_of(sidecar: Sidecar) -> dict[str, Any]:
    """The options that a sidecar records, by their keys.

    Examples
    --------
    >>> settings_of({"Maps": {"Demean": True}, "Clip": False})
    {'Demean': True, 'Clip': False}
    """
    parts = [sidecar.get(name) or {} if name else sidecar for name in SECTIONS]
    keys = [option.key for option in options_of(FIT, TRANSFORM) if option.key]
    return {key: part[key] for key in keys for part in parts if key in part}


def methods(atlas: str, sidecars: Sequence[Sidecar], n_subjects: int = 0, space: str = "") -> str:
    """A paragraph on how signals were made, with citations as pandoc has them.

    Parameters
    ----------
    atlas : str
        Its label.
    sidecars : sequence of dict
        Of all runs; their settings are the same.
    n_subjects : int
        0 if it is not known.
    space : str
        Of all runs, such as ``MNI152NLin6Asym:res-2``; empty if it is not known.
    """
    settings = settings_of(sidecars[0])
    sentences = [
        _on_extraction(atlas, sidecars, n_subjects, space),
        _on_grids(settings, sidecars),
        _on_smoothing(settings),
        _on_fit(settings),
        _on_empty_maps(settings, sidecars),
        *_on_cleaning(settings, sidecars),
        _on_precision(settings, sidecars),
    ]
    return " ".join(filter(None, sentences))


def _on_extraction(atlas: str, sidecars: Sequence[Sidecar], n_subjects: int, space: str) -> str:
    from ...bids.atlas import atlas_of

    numbers = sorted({len(sidecar["Maps"]["Names"]) for sidecar in sidecars})
    n_maps = " to ".join(map(str, numbers[:1] + numbers[1:][-1:]))
    files = list(dict.fromkeys(_files(sidecars, "Maps")))
    known = known_atlas(atlas) or known_atlas(atlas_of(files).label if files else "")
    name = f"{known[0]} [@{known[1]}]" if known else f"the atlas {atlas}"
    shown = joined([f"`{file}`" for file in files[:2]]) + (", ..." if len(files) > 2 else "")
    of = f" of {counted(n_subjects, 'participant')}" if n_subjects else ""
    if space:
        label, *details = space.split(":")
        of += f" in the space {label}" + f" ({', '.join(details)})" * bool(details)
    fitted = max(len(sidecar["Maps"].get("FittedMaps") or ()) for sidecar in sidecars)
    n_maps = f"{n_maps} of the {fitted}" if fitted else f"the {n_maps}"
    return (
        f"One time series for each of {n_maps} maps of {name} ({shown}) was extracted from "
        f"{counted(len(sidecars), 'fMRI run')}{of} with {_software(sidecars, 'nipype-maps')}, which is based "
        f"on {_software(sidecars, 'nipype')}."
    )


def _on_grids(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    target, how = settings["ResamplingTarget"], settings["Interpolation"]
    maps = f"by {how if how != 'continuous' else 'cubic spline'} interpolation"
    maps = maps.replace("nearest", "nearest-neighbor")
    clipped = ", clipped to the range of the run," if settings["Clip"] else ""
    text = {
        "data": f"Where the grids differed, the maps were resampled to that of the run {maps}",
        "mask": (
            f"Where the grids differed, the maps were resampled to that of the mask {maps}, and the runs by "
            f"cubic spline interpolation{clipped}"
        ),
        "maps": (
            "Where the grids differed, the runs were resampled to that of the maps by cubic spline "
            f"interpolation{clipped}"
        ),
        None: "Maps and runs were on the same grid",
    }[target].rstrip(",")
    masks = list(dict.fromkeys(_files(sidecars, "Mask")))
    if len(masks) == 1:
        text += f", and the maps were set to 0 outside a mask (`{masks[0]}`)"
    elif masks:
        text += f", and the maps were set to 0 outside the mask of each run (such as `{masks[0]}`)"
    return f"{text}."


def _on_smoothing(settings: Settings) -> str:
    width = settings["SmoothingFWHM"]
    widths = [w or 0 for w in width] if isinstance(width, list) else [width or 0]
    if not any(widths):
        return "The runs were not smoothed."
    shown = " x ".join(f"{w:g}" for w in widths)
    return (
        f"The runs were smoothed with a Gaussian kernel of {shown} mm (full width at half maximum), as a "
        "part of the following fit."
    )


def _on_fit(settings: Settings) -> str:
    intercept = " and an intercept" if settings["Demean"] else ""
    same = "" if settings["Demean"] else ", as NiftiMapsMasker of nilearn does [@abraham2014]"
    overlap = "" if settings["AllowOverlap"] else " No two maps shared a voxel."
    return (
        f"All maps{intercept} were fitted to each frame together, by least squares{same}; this is the first "
        f"stage of dual regression [@nickerson2017].{overlap}"
    )


def _on_empty_maps(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    what = "maps without a non-zero voxel on the grid and inside the mask"
    kind = settings["EmptyMaps"]
    if kind == "error":
        return "Each map had non-zero voxels on the grid and inside the mask."
    if kind == "drop":
        return f"{what.capitalize()} were left out."
    if kind == "zero":
        return f"Signals of {what} are 0."
    n_runs = sum("EmptyMaps" in sidecar.get("WarningKinds", ()) for sidecar in sidecars)
    return f"Signals of {what} are missing, in {counted(n_runs, 'run')}." if n_runs else ""


def _on_cleaning(settings: Settings, sidecars: Sequence[Sidecar]) -> list[str]:
    """Sentences on what was done along time, in the order in which it was."""
    columns = [sidecar["Cleaning"]["ConfoundColumns"] for sidecar in sidecars]
    has_confounds = any(columns)
    n_lost = sum(sidecar["FramesInRun"] - sidecar["NumberOfFramesKept"] for sidecar in sidecars)
    sentences = [
        _on_acquisitions(sidecars),
        _on_censoring(settings, sidecars),
        _on_detrending(settings, has_confounds),
        _on_filter(settings, has_confounds, bool(n_lost)),
        _on_confounds(settings, sidecars, columns) if has_confounds else "No confounds were regressed out.",
        _on_scale(settings),
    ]
    return [sentence for sentence in sentences if sentence]


def _on_acquisitions(sidecars: Sequence[Sidecar]) -> str:
    if not _files(sidecars, "RunLabels"):
        return ""
    return "Acquisitions that were concatenated in one file were each cleaned by themselves."


def _on_censoring(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    what, paper = [], ""
    if settings["ConfoundsStrategy"] is not None:
        motion = censoring_in_words(_definition(sidecars))
        what = ["frames before the steady state (marked by fMRIPrep)", *motion]
        paper = " [@power2014]" if motion else ""
    if _files(sidecars, "SampleMask"):
        what.append("frames excluded by a list (sample mask)")
    kept = [sidecar["NumberOfFramesKept"] / sidecar["FramesInRun"] for sidecar in sidecars]
    if not what and min(kept) == 1:
        return ""
    text = joined(what, ", and " if len(what) > 2 else " and ") or "some frames"
    if min(kept) == 1:
        return f"{text[0].upper()}{text[1:]} were to be censored{paper}; there were none, in no run."
    share = (
        f"on average {sum(kept) / len(kept):.1%} of the frames of a run were kept (at least {min(kept):.1%})"
    )
    return f"{text[0].upper()}{text[1:]} were censored{paper}; {share}."


def _on_detrending(settings: Settings, has_confounds: bool) -> str:
    of = "signals and confounds" if has_confounds else "the signals"
    return f"Mean and linear trend were removed from {of}." if settings["Detrend"] else ""


def _on_filter(settings: Settings, has_confounds: bool, has_lost: bool) -> str:
    low, high = settings["LowPass"], settings["HighPass"]
    if settings["Filter"] == "cosine":
        return f"Drift slower than {high:g} Hz was regressed out, as discrete cosine terms."
    if settings["Filter"] is None:
        return ""
    band = {
        (True, True): f"band-pass filtered ({high or 0:g} to {low or 0:g} Hz)",
        (True, False): f"high-pass filtered ({high or 0:g} Hz)",
        (False, True): f"low-pass filtered ({low or 0:g} Hz)",
    }[high is not None, low is not None]
    of = "Signals and confounds" if has_confounds else "The signals"
    text = f"{of} were {band} with a Butterworth filter of order 5, forward and backward"
    if has_confounds:
        text += ", so that regression does not bring back what the filter removes [@lindquist2019]"
    if has_lost:
        ends = "extrapolated" if settings["Extrapolate"] else "cut off"
        text += (
            "; for the filter, censored frames were interpolated by cubic splines, and those at the ends of "
            f"a run {ends}"
        )
    return f"{text}."


def _on_confounds(settings: Settings, sidecars: Sequence[Sidecar], columns: Sequence[Sequence[str]]) -> str:
    strategy = settings["ConfoundsStrategy"]
    by_name = f" (strategy `{strategy}`)" if strategy else ""
    benchmark = " [@ciric2017]" if any(_is_own(name, _definition(sidecars)) for name in CIRIC) else ""
    scaled = "" if settings["StandardizeConfounds"] else ", without standardizing them first"
    what = confounds_in_words(columns, _definition(sidecars))
    return f"These confounds were regressed out of the signals{by_name}{benchmark}{scaled}: {what}."


def _on_scale(settings: Settings) -> str:
    scale = settings["Standardize"]
    if not scale:
        return "The signals were not scaled."
    if scale == "psc":
        return "The signals are in percent of their mean before cleaning."
    ddof = "n - 1" if scale == "zscore_sample" else "n"
    return f"The signals were scaled to a mean of 0 and a variance of 1 (divisor {ddof})."


def _on_precision(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    stored = settings["DType"]
    stored = "" if stored == "float64" else f", and stored in {stored}"
    software = joined([_software(sidecars, name) for name in ("numpy", "scipy", "nibabel")])
    return f"All was computed in double precision{stored}, with {software}."


def _software(sidecars: Sequence[Sidecar], package: str) -> str:
    found = sorted({sidecar["Versions"][package] for sidecar in sidecars})
    return f"*{package}* {joined(found)} [@{SOFTWARE[package]}]"


def _is_own(name: str, definition: Mapping[str, Any]) -> bool:
    """Whether a strategy was one of the package's, under its name and with its meaning."""
    from ...confounds.strategies import definition as definition_of
    from ...confounds.strategies import read_strategies

    own = definition_of(name, read_strategies())
    return own.items() <= dict(definition).items()


def _definition(sidecars: Sequence[Sidecar]) -> Mapping[str, Any]:
    return sidecars[0]["Cleaning"].get("StrategyDefinition") or {}


def _files(sidecars: Sequence[Sidecar], role: str) -> list[str]:
    """The files of a role, of all runs."""
    return [file["File"] for sidecar in sidecars for file in sidecar["Provenance"].get(role, ())]
