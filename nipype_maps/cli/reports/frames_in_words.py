"""Which frames were censored, and how signals were filtered, in words, for the methods section of a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..messages import counted
from .confounds_in_words import is_cosine, joined

#: Measures of frames in strategies: their words, with the threshold, and whose thresholds are known.
MEASURES = {
    "FramewiseDisplacement": (
        "a framewise displacement above {:g} mm", {0.5: "fMRIPrep", 0.2: "Power et al. 2014"},
    ),
    "StandardizedDVARS": ("standardized DVARS above {:g}", {1.5: "fMRIPrep"}),
}  # fmt: skip
STEADY = "frames that the confounds mark as before the steady state"

Sidecar = Mapping[str, Any]
Settings = Mapping[str, Any]


def on_censoring(settings: Settings, sidecars: Sequence[Sidecar], definition: Mapping[str, Any]) -> str:
    """A sentence on the frames that were censored, and how many are left; empty if none were to be.

    Parameters
    ----------
    settings : dict
        Options, by their keys in sidecars.
    sidecars : sequence of dict
        Of all runs.
    definition : mapping
        Of the strategy, by the names in it.
    """
    rules = rules_in_words(definition)
    # without such frames nothing tells whether the tables could mark them
    marked = any((sidecar.get("FramesCensored") or {}).get("non_steady_state") for sidecar in sidecars)
    what = [*([STEADY] if marked else []), *rules]
    if files_of(sidecars, "SampleMask"):
        what.append("frames excluded by a list (sample mask)")
    kept = [sidecar["NumberOfFramesKept"] / sidecar["FramesInRun"] for sidecar in sidecars]
    if not what and min(kept) == 1:
        return ""
    text = joined(what, ", and " if len(what) > 2 else " and ") or "some frames"
    text, paper = f"{text[0].upper()}{text[1:]}", " [@power2014]" if rules else ""
    if min(kept) == 1:
        return f"{text} were to be censored{paper}, but no run had any."
    return f"{text} were censored{paper}; {_share(kept)}."


def _share(kept: Sequence[float]) -> str:
    """The share of the frames of runs that were kept."""
    least = f"{min(kept):.1%}"
    if len(kept) == 1:
        return f"{least} of the frames were kept"
    if f"{max(kept):.1%}" == least:
        return f"{least} of the frames of each run were kept"
    return f"on average {sum(kept) / len(kept):.1%} of the frames of a run were kept (at least {least})"


def rules_in_words(definition: Mapping[str, Any]) -> list[str]:
    """The frames that a strategy censors beyond those before the steady state.

    Of several thresholds the strictest acts.

    Examples
    --------
    >>> rules_in_words({"scrub": {"Scrub": {"FramewiseDisplacement": 0.3, "MinimumSegment": 5}}})
    ['frames with a framewise displacement above 0.3 mm', 'segments of fewer than 5 frames between them']
    """
    rules = [entry["Scrub"] for entry in definition.values() if "Scrub" in entry]
    limits, whose = [], []
    for measure, (words, known) in MEASURES.items():
        if thresholds := [rule[measure] for rule in rules if measure in rule]:
            limits.append(words.format(min(thresholds)))
            whose.append(known.get(min(thresholds), ""))
    if len(limits) > 1 and len({*whose}) == 1 and whose[0]:
        text = f"{' or '.join(limits)} (the thresholds of {whose[0]})"
    else:
        text = " or ".join(
            f"{limit} (the threshold of {of})" if of else limit
            for limit, of in zip(limits, whose, strict=True)
        )
    found = [f"frames with {text}"] if limits else []
    if segment := max((rule.get("MinimumSegment", 0) for rule in rules), default=0):
        found.append(f"segments of fewer than {segment} frames between them")
    return found


def on_filter(settings: Settings, sidecars: Sequence[Sidecar], has_confounds: bool, has_lost: bool) -> str:
    """A sentence on the filter; empty without one."""
    low, high = settings["LowPass"], settings["HighPass"]
    if settings["Filter"] is None:
        return ""
    if settings["Filter"] == "cosine":
        return _on_cosines(high, sidecars)
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


def _on_cosines(high: float, sidecars: Sequence[Sidecar]) -> str:
    """What the cosine filter added to the confounds, which is nothing where its terms were there before."""
    twice, short = (
        sum(kind in sidecar["WarningKinds"] for sidecar in sidecars)
        for kind in ("DriftTermsTwice", "NoDriftTerms")
    )
    drift, n_runs = f"drift slower than {high:g} Hz", len(sidecars)
    if twice == n_runs:
        return f"The discrete cosine terms of {drift} were among the confounds, and none were added."
    if short == n_runs:
        return f"A filter of {drift} (discrete cosine terms) removed nothing, since the runs were too short."
    but = [
        *(
            [f"in {counted(twice, 'run')} they were all among the confounds, and none were added"]
            * (twice > 0)
        ),
        *([f"{counted(short, 'run')} {'was' if short == 1 else 'were'} too short for any"] * (short > 0)),
    ]
    text = f"{drift[0].upper()}{drift[1:]} was regressed out, as discrete cosine terms"
    columns = (column for sidecar in sidecars for column in sidecar["Cleaning"]["ConfoundColumns"])
    if not twice and any(map(is_cosine, columns)):
        text += " that the following confounds did not contain already"
    return f"{text}; {joined(but)}." if but else f"{text}."


def files_of(sidecars: Sequence[Sidecar], role: str) -> list[str]:
    """The files of a role, of all runs."""
    return [file["File"] for sidecar in sidecars for file in sidecar["Provenance"].get(role, ())]
