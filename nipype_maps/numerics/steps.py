"""Whether numbers follow each other in even steps."""

from __future__ import annotations

import numpy as np

#: Share of a step by which times may be off where they were rounded.
ROUNDING = 0.01


def even_step(values, at=None) -> float | None:
    """The step from each value to the next, if it is the same everywhere but for rounding, and not 0.

    Parameters
    ----------
    values : (T,) array-like
    at : (T,) array-like, optional
        Where the values are, in ascending order; by default one after the other.

    Returns
    -------
    float or None
        None also of fewer than two values, or where one is not finite.

    Examples
    --------
    >>> even_step([0, 0.72, 1.44]), even_step([6, 4, 2]), even_step([0, 5, 7]), even_step([0, 6], at=[0, 3])
    (0.72, -2.0, None, 2.0)
    """
    values = np.asarray(values, dtype=float)
    at = np.arange(values.size) if at is None else np.asarray(at)
    if values.size < 2 or not np.isfinite(values).all():
        return None
    step = float((values[-1] - values[0]) / (at[-1] - at[0]))
    off = np.abs(values - values[0] - step * (at - at[0])).max()
    return step if step and off <= ROUNDING * abs(step) else None
