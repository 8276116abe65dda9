"""The methods section of a paper: what was done to make signals, as their sidecars record it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...options import FIT, TRANSFORM, options_of
from ..messages import counted
from .cleaning_in_words import Settings, Sidecar, files_of, on_cleaning
from .confounds_in_words import joined
from .limits_in_words import on_limits
from .references import known_atlas
from .runs_in_words import (
    RunsOfParagraph,
    beyond_earlier_steps,
    number_of_runs,
    on_earlier_steps,
    on_runs,
    the_runs,
)

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


def methods(atlas: str, sidecars: Sequence[Sidecar], runs: RunsOfParagraph | None = None) -> str:
    """A paragraph on how signals were made, with citations as pandoc has them.

    Parameters
    ----------
    atlas : str
        Its label.
    sidecars : sequence of dict
        Of all runs; their settings are the same.
    runs : RunsOfParagraph, optional
        What is known of the runs beside.
    """
    settings, runs = settings_of(sidecars[0]), runs or RunsOfParagraph()
    sentences = [
        _on_extraction(atlas, sidecars, number_of_runs(sidecars, runs)),
        on_runs(sidecars, runs),
        on_earlier_steps(sidecars, runs),
        _on_grids(settings, sidecars),
        _on_smoothing(settings, sidecars),
        _on_fit(settings),
        _on_empty_maps(settings, sidecars),
        *on_cleaning(settings, sidecars),
        on_limits(sidecars),
        _on_precision(settings, sidecars),
    ]
    return " ".join(filter(None, sentences))


def _on_extraction(atlas: str, sidecars: Sequence[Sidecar], runs: str) -> str:
    from ...bids.atlas import atlas_of

    numbers = sorted({len(sidecar["Maps"]["Names"]) for sidecar in sidecars})
    n_maps = " to ".join(map(str, numbers[:1] + numbers[1:][-1:]))
    files = list(dict.fromkeys(files_of(sidecars, "Maps")))
    known = known_atlas(atlas) or known_atlas(atlas_of(files).label if files else "")
    name = f"{known[0]} [@{known[1]}]" if known else f"the atlas {atlas}"
    shown = joined([f"`{file}`" for file in files[:2]]) + (", ..." if len(files) > 2 else "")
    fitted = max(len(sidecar["Maps"].get("FittedMaps") or ()) for sidecar in sidecars)
    n_maps = f"{n_maps} of the {fitted}" if fitted else f"the {n_maps}"
    return (
        f"One time series for each of {n_maps} maps of {name} ({shown}) was extracted from "
        f"{runs} with {_software(sidecars, 'nipype-maps')}, which is based "
        f"on {_software(sidecars, 'nipype')}."
    )


def _on_grids(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    target, how = settings["ResamplingTarget"], settings["Interpolation"]
    maps = f"by {how if how != 'continuous' else 'cubic spline'} interpolation"
    maps = maps.replace("nearest", "nearest-neighbor")
    clipped = ", clipped to the range of the run," if settings["Clip"] else ""
    grid, each = _grid(sidecars), "the" if len(sidecars) == 1 else "each"
    text = {
        "data": f"The grid was that of {each} run{grid}; maps on another one were resampled to it {maps}",
        "mask": (
            f"The grid was that of the mask{grid}; maps on another one were resampled to it {maps}, and runs "
            f"by cubic spline interpolation{clipped}"
        ),
        "maps": (
            f"The grid was that of the maps{grid}; runs on another one were resampled to it by cubic spline "
            f"interpolation{clipped}"
        ),
        None: f"Maps and runs were on the same grid{grid}",
    }[target].rstrip(",")
    masks = list(dict.fromkeys(files_of(sidecars, "Mask")))
    if len(masks) == 1:
        text += f", and the maps were set to 0 outside a mask (`{masks[0]}`)"
    elif masks:
        text += f", and the maps were set to 0 outside the mask of each run (such as `{masks[0]}`)"
    else:
        text += "; no mask was used"
    return f"{text}."


def _grid(sidecars: Sequence[Sidecar]) -> str:
    """Shape and voxels of the grid, in brackets; the number of grids where there are several."""
    grids = {
        (" x ".join(map(str, grid["Shape"])), " x ".join(f"{size:.3g}" for size in _voxel_sizes(grid)))
        for grid in (sidecar["Maps"]["Grid"] for sidecar in sidecars)
    }
    if len(grids) > 1:
        sizes = sorted({size for _, size in grids})
        voxels = f"voxels of {sizes[0]} mm" if len(sizes) == 1 else f"voxels of {len(sizes)} sizes"
        return f" ({len(grids)} grids, {voxels})"
    ((shape, size),) = grids
    return f" ({shape} voxels of {size} mm)"


def _voxel_sizes(grid: Mapping[str, Any]) -> list[float]:
    """Of each axis, by the columns of the affine."""
    return [math.hypot(*(row[axis] for row in grid["Affine"][:3])) for axis in range(3)]


def _on_smoothing(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    width = settings["SmoothingFWHM"]
    widths = [w or 0 for w in width] if isinstance(width, list) else [width or 0]
    if not any(widths):
        further, here = beyond_earlier_steps(sidecars)
        return f"{the_runs(sidecars, 'was', 'were')} not {further}smoothed{here}."
    shown = " x ".join(f"{w:g}" for w in widths)
    return (
        f"{the_runs(sidecars, 'was', 'were')} smoothed with a Gaussian kernel of {shown} mm "
        "(full width at half maximum), as a part of the following fit."
    )


def _on_fit(settings: Settings) -> str:
    intercept = " and an intercept" if settings["Demean"] else ""
    # FSL's first stage has an intercept, nilearn's class has none
    like = (
        "as in the first stage of dual regression [@nickerson2017]"
        if settings["Demean"] else
        "as NiftiMapsMasker of nilearn does [@abraham2014]; there was no intercept, which the first stage of "
        "dual regression in FSL has [@nickerson2017]"
    )  # fmt: skip
    overlap = "" if settings["AllowOverlap"] else " No two maps shared a voxel."
    return f"All maps{intercept} were fitted to each frame together, by least squares, {like}.{overlap}"


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
