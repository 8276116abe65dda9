"""What results are called: the atlas, and ``desc``, which says what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ...options import option

if TYPE_CHECKING:
    from ...bids.atlas import Atlas

LABEL = re.compile(r"[a-zA-Z0-9+]+")
#: Options that change signals along time.
CLEANING = (
    "high_variance_confounds", "detrend", "low_pass", "high_pass", "confound_columns", "standardize",
)  # fmt: skip
CLEANED = "denoised"


def checked_names(values: Mapping[str, Any]) -> tuple[Atlas, str | None]:
    """The atlas and the ``desc`` of the results of a call.

    Parameters
    ----------
    values : mapping
        Of the call, by the names of the options.

    Raises
    ------
    click.UsageError
        If a label that is given is none that BIDS allows.
    """
    from ...bids.atlas import atlas_of

    for name in ("atlas", "desc"):
        if values[name] is not None and not LABEL.fullmatch(values[name]):
            raise click.UsageError(
                f"{option(name).flag} {values[name]} is no label of BIDS; use letters, digits and + alone."
            )
    return atlas_of(values["maps_file"], values["atlas"]), values["desc"] or default_desc(values)


def desc_of_runs(values: Mapping[str, Any]) -> str:
    """The desc of the runs that a call chooses.

    Examples
    --------
    >>> desc_of_runs({"desc_in": "desc-denoised"}), desc_of_runs({})
    ('denoised', 'preproc')
    """
    from ...bids.derivatives import PREPROCESSED

    return (values.get("desc_in") or PREPROCESSED).removeprefix("desc-")


def default_desc(values: Mapping[str, Any]) -> str | None:
    """``denoised`` where signals are changed along time, or frames are censored; else None.

    Of runs that were chosen by a ``desc`` of their own, as XCP-D's are, the results keep it in any case.

    Examples
    --------
    >>> default_desc({"detrend": True}), default_desc({"confounds_strategy": "none"})
    ('denoised', None)
    >>> default_desc({"desc_in": "denoisedSmoothed"}), default_desc({"desc_in": "desc-preproc"})
    ('denoisedSmoothed', None)
    """
    from ...bids.derivatives import PREPROCESSED

    if (own := desc_of_runs(values)) != PREPROCESSED:
        return own
    strategy = values.get("confounds_strategy")
    regresses = values.get("confounds_files") if strategy is None else {*strategy.split("+")} - {"none"}
    cleans = any(values.get(name) for name in (*CLEANING, "sample_mask"))
    return CLEANED if regresses or cleans else None
