"""What was done to signals along time, in words, for the methods section of a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .confounds_in_words import confounds_in_words
from .frames_in_words import Settings, Sidecar, files_of, on_censoring, on_filter
from .runs_in_words import beyond_earlier_steps

#: Strategies that this paper compared.
CIRIC = ("9P", "36P")


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
    further, here = beyond_earlier_steps(sidecars)
    n_lost = sum(sidecar["FramesInRun"] - sidecar["NumberOfFramesKept"] for sidecar in sidecars)
    sentences = [
        _on_acquisitions(sidecars),
        on_censoring(settings, sidecars, definition_of_strategy(sidecars)),
        _on_detrending(settings, has_confounds),
        on_filter(settings, sidecars, has_confounds, bool(n_lost)),
        _on_confounds(settings, sidecars, columns)
        if has_confounds
        else (f"No {further}confounds were regressed out{here}."),
        _on_scale(settings),
    ]
    return [sentence for sentence in sentences if sentence]


def _on_acquisitions(sidecars: Sequence[Sidecar]) -> str:
    if not files_of(sidecars, "RunLabels"):
        return ""
    return "Acquisitions that were concatenated in one file were each cleaned by themselves."


def _on_detrending(settings: Settings, has_confounds: bool) -> str:
    of = "signals and confounds" if has_confounds else "the signals"
    return f"Mean and linear trend were removed from {of}." if settings["Detrend"] else ""


def _on_confounds(settings: Settings, sidecars: Sequence[Sidecar], columns: Sequence[Sequence[str]]) -> str:
    strategy = settings["ConfoundsStrategy"]
    by_name = f" (strategy `{strategy}`)" if strategy else ""
    benchmark = (
        " [@ciric2017]" if any(_is_own(name, definition_of_strategy(sidecars)) for name in CIRIC) else ""
    )
    scaled = (
        ", after each was scaled to a mean of 0 and a variance of 1"
        if settings["StandardizeConfounds"] else ", without standardizing them first"
    )  # fmt: skip
    what = confounds_in_words(columns, definition_of_strategy(sidecars))
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


def definition_of_strategy(sidecars: Sequence[Sidecar]) -> Mapping[str, Any]:
    """What the names in the strategy stood for."""
    return sidecars[0]["Cleaning"].get("StrategyDefinition") or {}
