"""CompCor's components in fMRIPrep's tables: the first ones of a mask, by number or by variance."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from ..notes import note

VARIANCE = "CumulativeVarianceExplained"


def components(
    names: Sequence[str], metadata: Mapping[str, Any], request: Mapping[str, Any], source: str, wanted_by: str
) -> list[str]:
    """The columns of the first aCompCor components of some masks.

    Parameters
    ----------
    names : sequence of str
        Columns of the table.
    metadata : dict
        The table's sidecar, which describes each component.
    request : dict
        ``Masks``, and either ``Components``, how many of each, or ``Variance``, the share that they
        are to explain.
    source, wanted_by : str
        The table, and the strategy, for messages.

    Raises
    ------
    ValueError
        If the sidecar describes no component of a mask, or not the variance that each explains.

    Examples
    --------
    >>> metadata = {f"a_comp_cor_0{k}": {"Method": "aCompCor", "Mask": "WM"} for k in range(3)}
    >>> components(list(metadata), metadata, {"Masks": ["WM"], "Components": 2}, "c.tsv", "'wm2'")
    ['a_comp_cor_00', 'a_comp_cor_01']
    """
    chosen = []
    for mask in request["Masks"]:
        found = [name for name in names if _is_component(metadata.get(name), mask)]
        if not found:
            raise ValueError(
                f"{source} has no aCompCor components of the mask {mask!r}, which {wanted_by} needs; its "
                "sidecar must describe them (fMRIPrep 1.4 or later)."
            )
        found = _by_number(found, source)
        if (count := request.get("Components")) is not None:
            chosen += _first(found, count, mask, source, wanted_by)
        else:
            shares = _cumulative_variance(found, metadata, source)
            chosen += _explaining(found, shares, request["Variance"], mask, source, wanted_by)
    return chosen


def _is_component(about: object, mask: str) -> bool:
    return isinstance(about, dict) and (about.get("Method"), about.get("Mask")) == ("aCompCor", mask)


def _first(found: list[str], count: int, mask: str, source: str, wanted_by: str) -> list[str]:
    if len(found) < count:
        note(
            f"{source} has {len(found)} aCompCor components of the mask {mask!r}, fewer than the "
            f"{count} of {wanted_by}; all are taken.",
            "FewComponents",
        )
    return found[:count]


def _explaining(
    found: list[str], shares: list[float], share: float, mask: str, source: str, wanted_by: str
) -> list[str]:
    """The fewest first components that explain a share of the variance."""
    if shares[-1] < share:
        note(
            f"the aCompCor components of the mask {mask!r} in {source} explain {shares[-1]:.0%} of the "
            f"variance, less than the {share:.0%} of {wanted_by}; all are taken.",
            "FewComponents",
        )
    return found[: int(np.searchsorted(shares, share)) + 1]


def _by_number(found: list[str], source: str) -> list[str]:
    """Components in the order of their numbers, which is that of the variance that they explain."""
    numbers = {name: int(digits[0]) for name in found if (digits := re.search(r"[0-9]+$", name))}
    if nameless := [name for name in found if name not in numbers]:
        raise ValueError(
            f"{source}: the name of component {nameless[0]!r} does not end in its number, by which "
            "components are ordered; rename it."
        )
    return sorted(found, key=numbers.__getitem__)


def _cumulative_variance(found: list[str], metadata: Mapping[str, Any], source: str) -> list[float]:
    """For components in their order: the share of variance that they explain up to each."""
    shares: list[float] = []
    for name in found:
        share = metadata[name].get(VARIANCE)
        if isinstance(share, bool) or not isinstance(share, Real) or not math.isfinite(share):
            raise ValueError(
                f"{source}: the sidecar gives {name!r} no number as {VARIANCE} ({share!r}); choose a "
                "strategy with a fixed number of components."
            )
        if shares and share < shares[-1]:
            raise ValueError(
                f"{source}: the sidecar's {VARIANCE} of {name!r} is below that of the component before, "
                "though it is cumulative; correct the sidecar, or choose a fixed number of components."
            )
        shares.append(float(share))
    return shares
