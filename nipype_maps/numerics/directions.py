"""How many directions confounds span, where some are sums of others but for rounding."""

from __future__ import annotations

import numpy as np
import scipy

EPS = np.finfo(float).eps
#: A direction of no more than so many times what one wrong bit in every value makes is rounding.
#: Of sums, means, shifted and scaled copies among up to 180 confounds, filtered or not, at most 27
#: times is left, and of those that vary in their own way 1e11 times.
ROUNDING = 100


def one_bit_off(values: np.ndarray) -> np.ndarray:
    """The same columns (T, C) with the last bit of every value changed, up or down.

    What two such columns differ by after centring, detrending and filtering is how
    much of them is rounding then: a column at 10,000 that varies by 5 has lost three digits
    before it has its mean removed, and a filter that leaves next to nothing of it more.

    Examples
    --------
    >>> off = one_bit_off(np.ones((2, 3))) - 1
    >>> bool((np.abs(off) < 1e-15).all() and off.all())
    True
    """
    up = np.random.default_rng(0).random(values.shape) < 0.5  # the same ones each time
    return np.nextafter(values, np.where(up, np.inf, -np.inf))


def independent_directions(columns: np.ndarray, rounding: np.ndarray) -> np.ndarray:
    """Orthonormal columns that span others, (T, rank).

    Parameters
    ----------
    columns : (T, C) array
    rounding : (C,) array
        Root mean square of what is rounding in each.

    Returns
    -------
    (T, rank) array

    Notes
    -----
    A pivoted QR factorisation of the columns in units of their rounding: those that are known
    best come first, and of one that is a sum of others only rounding is left when its turn
    comes.  With a limit that is relative to the columns' size, as nilearn's 100 eps, an arbitrary
    direction is regressed out, for which a confound has no degree of freedom.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(50, 2)) + 10_000
    >>> three = np.column_stack([x, x.mean(axis=1)])
    >>> three -= three.mean(axis=0)
    >>> independent_directions(three, np.full(3, 1e-12)).shape
    (50, 2)
    """
    if not columns.shape[1]:
        return columns
    size = np.sqrt((columns**2).mean(axis=0))
    # no column is known better than its own last bit; one of zeros has no size
    rounding = np.maximum(rounding, EPS * size)
    in_its_units = columns / np.where(rounding > 0, rounding, 1)
    q, r, _ = scipy.linalg.qr(in_its_units, mode="economic", pivoting=True)
    left = np.abs(np.diag(r)) / np.sqrt(len(columns))
    return q[:, left > ROUNDING]
