"""What was done to signals along time, in words, for the methods section of a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .confounds_in_words import censoring_in_words, confounds_in_words, joined

#: Strategies that this paper compared.
CIRIC = ("9P", "36P")

Sidecar = Mapping[str, Any]
Settings = Mapping[str, Any]


def on_cleaning(settings: Settings, sidecars: Sequence[Sidecar]) -> list[str]:
    """Sentences on what was done along time, in the order in which it was.

    Parameters
    ----------
    settings : dict
        Options, by their keys in sidecars.
    sidecars : sequence of dict
        Of all runs; their settings are the same.
    """
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
    if not files_of(sidecars, "RunLabels"):
        return ""
    return "Acquisitions that were concatenated in one file were each cleaned by themselves."


def _on_censoring(settings: Settings, sidecars: Sequence[Sidecar]) -> str:
    what, paper = [], ""
    if settings["ConfoundsStrategy"] is not None:
        motion = censoring_in_words(_definition(sidecars))
        what = ["frames before the steady state (marked by fMRIPrep)", *motion]
        paper = " [@power2014]" if motion else ""
    if files_of(sidecars, "SampleMask"):
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


def _is_own(name: str, definition: Mapping[str, Any]) -> bool:
    """Whether a strategy was one of the package's, under its name and with its meaning."""
    from ...confounds.strategies import definition as definition_of
    from ...confounds.strategies import read_strategies

    own = definition_of(name, read_strategies())
    return own.items() <= dict(definition).items()


def _definition(sidecars: Sequence[Sidecar]) -> Mapping[str, Any]:
    return sidecars[0]["Cleaning"].get("StrategyDefinition") or {}


def files_of(sidecars: Sequence[Sidecar], role: str) -> list[str]:
    """The files of a role, of all runs."""
    return [file["File"] for sidecar in sidecars for file in sidecar["Provenance"].get(role, ())]
