"""Options against each other: what contradicts, what is missing, what would have no effect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ...options import OPTIONS, chosen, option
from ..messages import warn
from ..parsing.given import is_given

#: What gives a run confounds.
CONFOUNDS = ("confounds_files", "confounds_strategy", "confound_columns", "high_variance_confounds")


def checked_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """Options of the graphs among the values of a call, as keywords of the builders.

    Parameters
    ----------
    values : mapping
        By the names of the options.

    Raises
    ------
    click.UsageError
        If they contradict each other, or one is missing that another needs.
    """
    if values["resampling_target"] == "mask" and not values["mask_file"]:
        raise click.UsageError("--resampling-target mask needs --mask.")
    _check_filter(values["filter"], values["low_pass"], values["high_pass"])
    _warn_of_options_without_effect(values)
    return chosen(values, OPTIONS) | {"strategies_file": _checked_strategies(values)}


def _check_filter(kind: str, low: float | None, high: float | None) -> None:
    if kind == "cosine" and high is None:
        raise click.UsageError("--filter cosine needs --high-pass, the highest frequency of the drift.")
    if kind == "cosine" and low is not None:
        raise click.UsageError(
            "--low-pass has no meaning with --filter cosine, which removes slow drift only; leave it out, or "
            "use --filter butterworth."
        )
    if is_given("filter") and low is None and high is None:
        raise click.UsageError(f"--filter {kind} removes nothing; give --low-pass, --high-pass or both.")
    if low is not None and high is not None and high >= low:
        raise click.UsageError(
            f"--high-pass {high:g} Hz is not below --low-pass {low:g} Hz, so that no frequency would be "
            "left; choose a lower --high-pass, or a higher --low-pass."
        )


def _warn_of_options_without_effect(values: Mapping[str, Any]) -> None:
    widths = values["smoothing_fwhm"]
    smooths = any(widths) if isinstance(widths, list) else bool(widths)
    met = {
        "confounds": (any(values.get(name) for name in CONFOUNDS), "confounds"),
        "smoothing": (smooths, option("smoothing_fwhm").flag),
    }
    for one in OPTIONS:
        is_met, what = met.get(one.needs, (True, ""))
        if not is_met and is_given(one.name):
            warn([f"{one.flag} has no effect without {what}."])


def _checked_strategies(values: Mapping[str, Any]) -> str | None:
    """Absolute path of the file of strategies, once the requested strategy is known to exist."""
    from ...confounds.strategies import read_strategies, require_known

    strategy, file = values["confounds_strategy"], values["strategies_file"]
    if strategy is None:
        if file:
            raise click.UsageError("--strategies needs --confounds-strategy.")
        return None
    if values["confound_columns"]:
        raise click.UsageError("--confounds-strategy chooses the columns; leave out --confound-columns.")
    try:
        require_known(strategy, read_strategies(file))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return file and str(Path(file).absolute())
