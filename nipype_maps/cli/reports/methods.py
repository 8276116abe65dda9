"""The methods section of a paper: what was done to make signals, as their sidecars record it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...options import FIT, TRANSFORM, options_of
from ..messages import counted
from .cleaning_in_words import Settings, Sidecar, files_of, on_cleaning
from .confounds_in_words import joined
from .references import known_atlas

#: Sections of sidecars that have the keys of options.
SECTIONS = ("", "Maps", "Cleaning")
SOFTWARE = {
    "nipype-maps": "nipypemaps", "nipype": "gorgolewski2011", "numpy": "harris2020", "scipy": "virtanen2020",
    "nibabel": "nibabel",
}  # fmt: skip


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
        *on_cleaning(settings, sidecars),
        _on_precision(settings, sidecars),
    ]
    return " ".join(filter(None, sentences))


def _on_extraction(atlas: str, sidecars: Sequence[Sidecar], n_subjects: int, space: str) -> str:
    from ...bids.atlas import atlas_of

    numbers = sorted({len(sidecar["Maps"]["Names"]) for sidecar in sidecars})
    n_maps = " to ".join(map(str, numbers[:1] + numbers[1:][-1:]))
    files = list(dict.fromkeys(files_of(sidecars, "Maps")))
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
    masks = list(dict.fromkeys(files_of(sidecars, "Mask")))
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


def _on_precision(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    stored = settings["DType"]
    stored = "" if stored == "float64" else f", and stored in {stored}"
    software = joined([_software(sidecars, name) for name in ("numpy", "scipy", "nibabel")])
    return f"All was computed in double precision{stored}, with {software}."


def _software(sidecars: Sequence[Sidecar], package: str) -> str:
    found = sorted({sidecar["Versions"][package] for sidecar in sidecars})
    return f"*{package}* {joined(found)} [@{SOFTWARE[package]}]"
