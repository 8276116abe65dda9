"""Maps whose signals are missing, not separate, or uncertain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .solution import Solution

#: Condition number of the maps, scaled to unit length, from which on users are warned: the relative
#: error of values stored in single precision, 6e-8, then is one of about 1e-3 in the signals.
ILL_CONDITIONED = 1e4
#: Variance inflation, as a share of the largest, of maps that are named.
INFLATED = 1 / 100


@dataclass(frozen=True)
class Diagnosis:
    """Maps, by their indices, that users should know of.

    Attributes
    ----------
    empty : list of int
        Zero everywhere.
    dependent : list of int
        Linearly dependent on others.
    inflated : list of int
        Those with the largest variance inflation, if the maps are ill-conditioned.
    rounding : float
        How much the rounding of single precision can change signals, relative to their size.
    """

    empty: list[int]
    dependent: list[int]
    inflated: list[int]
    rounding: float


def diagnose(solution: Solution) -> Diagnosis:
    """Find empty, dependent and nearly dependent maps.

    Examples
    --------
    >>> from .blocking import Columns
    >>> from .least_squares import solve
    >>> diagnosis = diagnose(solve(Columns(np.array([[1.0, 0.0, 2.0], [1.0, 0.0, 2.0]]))))
    >>> diagnosis.empty, diagnosis.dependent, diagnosis.inflated
    ([1], [0, 2], [])
    """
    is_ill_conditioned = solution.scaled_condition > ILL_CONDITIONED
    return Diagnosis(
        np.flatnonzero(np.isnan(solution.vif)).tolist(),
        np.flatnonzero(np.isinf(solution.vif)).tolist(),
        _inflated(solution.vif) if is_ill_conditioned else [],
        float(solution.scaled_condition * np.finfo(np.float32).eps / 2),
    )


def _inflated(vif: np.ndarray) -> list[int]:
    """The maps with the largest finite variance inflation, largest first.

    Where it is infinite for all, all of these.
    """
    known = np.where(np.isnan(vif), 0.0, vif)
    finite = np.where(np.isinf(known), 0.0, known)
    inflated = finite if finite.any() else np.minimum(known, 1.0)
    largest = np.argsort(-inflated, kind="stable")
    return [int(index) for index in largest if inflated[index] > inflated.max() * INFLATED]
