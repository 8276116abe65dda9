"""Whether values are evenly spaced."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

#: Share of a step by which rounded times may be off.
ROUNDING = 0.01


def even_step(values: ArrayLike, at: ArrayLike | None = None) -> float | None:
    """The step from each value to the next, if it is the same throughout, up to rounding, and not 0.

    Parameters
    ----------
    values : (T,) array-like
    at : (T,) array-like, optional
        Positions of the values, ascending; by default 0, 1, 2, ...

    Returns
    -------
    float or None
        None also for fewer than two values, or if one is not finite.

    Examples
    --------
    >>> even_step([0, 0.72, 1.44]), even_step([6, 4, 2]), even_step([0, 5, 7]), even_step([0, 6], at=[0, 3])
    (0.72, -2.0, None, 2.0)
    """
    y = np.asarray(values, dtype=float)
    x = np.arange(y.size) if at is None else np.asarray(at)
    if y.size < 2 or not np.isfinite(y).all():
        return None
    step = float((y[-1] - y[0]) / (x[-1] - x[0]))
    off = np.abs(y - y[0] - step * (x - x[0])).max()
    return step if step and off <= ROUNDING * abs(step) else None
