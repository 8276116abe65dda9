"""What a reader of a paper should know of the limits of signals, from the checks in their sidecars."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..messages import counted
from .confounds_in_words import joined

Sidecar = Mapping[str, Any]
#: Kinds of warnings in words; those of one cause share them.
WORDS = {
    "labels of the maps": (
        "AtlasDescription", "BackgroundRow", "LabelColumns", "LabelComments", "LabelIndex", "LabelOrder",
        "LabelTable", "RepeatedNames", "SeveralLabelTables",
    ),
    "the form of a table": ("ColumnNames", "DecimalComma", "TableHeader", "TableIndex"),
    "frames that are zero wherever the maps are": ("BlankFrames",),
    "confounds that remove a part of the signals' level": ("ConfoundsNotCentered",),
    "a constant confound": ("ConstantConfound",),
    "few degrees of freedom": ("DegreesOfFreedom",),
    "maps that depend linearly on each other": ("DependentMaps",),
    "maps or a mask in another space than the run": ("DifferentSpaces",),
    "cosine terms that the confounds contained already": ("DriftTermsTwice",),
    "maps without a non-zero voxel": ("EmptyMaps",),
    "extrapolated frames far beyond the range of the others": ("Extrapolation",),
    "fewer components of aCompCor than the strategy takes": ("FewComponents",),
    "first frames of confounds that were filled": ("FilledConfounds",),
    "frames that were removed before": ("MissingFrames",),
    "percent signal change of signals whose mean is small": ("SmallMean",),
    "signals of some frames or maps alone": ("FramesLeftOut", "MapsLeftOut"),
    "maps that nearly depend linearly on each other": ("IllConditionedMaps",),
    "the header of an image": ("ImageHeader", "NoWorldCoordinates"),
    "maps that look like labels of regions": ("LabelImage",),
    "a confound that is a linear trend": ("LinearTrend",),
    "all columns of a large table of confounds": ("ManyConfounds",),
    "a run too short for the filter": ("NoDriftTerms",),
    "voxels that are not finite": ("NonFinite",),
    "a run that is constant": ("NoSignal",),
    "a file that belongs by its name to another run": ("OtherRun",),
    "the choice of files in the data set": ("OtherSpace", "SingleEchoes", "StaleIndex"),
    "a strategy that was redefined": ("RedefinedStrategy",),
    "the repetition time": ("RepetitionTime",),
    "maps of which less than half is where the run has signal": ("SignalCoverage",),
}  # fmt: skip
OF_KIND = {kind: words for words, kinds in WORDS.items() for kind in kinds}


def on_limits(sidecars: Sequence[Sidecar]) -> str:
    """Sentences on degrees of freedom, coverage and warnings.

    Parameters
    ----------
    sidecars : sequence of dict
        Of all runs.
    """
    left = min(min(_listed(sidecar["DegreesOfFreedom"])) for sidecar in sidecars)
    freedom = f"{counted(left, 'degree')} of freedom {'was' if left == 1 else 'were'} left"
    masked = any(sidecar["Provenance"].get("Mask") for sidecar in sidecars)
    sentences = [
        f"{freedom}." if len(sidecars) == 1 else f"At least {freedom} in each run.",
        _on_coverage(sidecars, "Coverage", f"was inside the grid{' and the mask' * masked}"),
        _on_coverage(sidecars, "SignalCoverage", "was where the run has signal"),
        _on_warnings(sidecars),
    ]
    return " ".join(filter(None, sentences))


def _on_coverage(sidecars: Sequence[Sidecar], key: str, where: str) -> str:
    """The smallest share of the weight of a map, and whose it is."""
    least = _least(sidecars, key)
    if least is None:
        return ""
    share, name = least
    if share == 1:
        return f"All weight of each map {where}."
    # rounded down, so that "at least" is true; shares are stored to 6 digits
    down = math.floor(share * 1000 + 1e-6) / 1000
    return f"At least {down:.1%} of the weight of each map (least: `{name}`) {where}."


def _on_warnings(sidecars: Sequence[Sidecar]) -> str:
    """How many runs have warnings, and of what."""
    words = [
        dict.fromkeys(OF_KIND.get(kind, kind or "other causes") for kind in sidecar["WarningKinds"])
        for sidecar in sidecars
    ]
    n_warned = sum(map(bool, words))
    if not n_warned:
        return "The checks of nipype-maps gave no warnings."
    numbers = Counter(one for of_run in words for one in of_run)
    kinds = [f"{text} ({number})" if len(sidecars) > 1 else text for text, number in numbers.most_common()]
    share = "all" if n_warned == len(sidecars) else f"{n_warned} of"
    where = "" if len(sidecars) == 1 else f" for {share} {len(sidecars)} runs"
    last = ", and " if len(kinds) > 2 else " and "
    return f"The checks of nipype-maps gave warnings{where}, on {joined(kinds, last)}."


def _least(sidecars: Sequence[Sidecar], key: str) -> tuple[float, str] | None:
    """The smallest share of a map in any run, and the map's name; maps that are 0 everywhere have none."""
    found = [
        (share, name)
        for sidecar in sidecars
        for share, name in zip(sidecar["Maps"].get(key, ()), sidecar["Maps"]["Names"], strict=False)
        if share != "n/a"
    ]
    return min(found, key=lambda pair: pair[0]) if found else None


def _listed(value: int | list[int]) -> list[int]:
    return value if isinstance(value, list) else [value]
