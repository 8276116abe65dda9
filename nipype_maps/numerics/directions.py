"""The directions that confounds span, if some are sums of others up to rounding."""

from __future__ import annotations

import numpy as np
import scipy

EPS = np.finfo(float).eps
#: A direction counts as rounding up to so many times the change that one wrong bit in every value makes.
#: Sums, means, shifted and scaled copies among up to 180 confounds, filtered or not, reach at most
#: 27 times, confounds that vary independently 1e11 times.
ROUNDING = 100


def one_bit_off(values: np.ndarray) -> np.ndarray:
    """The same columns (T, C) with the last bit of every value changed, up or down.

    The difference of both after centring, detrending and filtering shows how much of them is
    rounding: a column around 10,000 that varies by 5 loses three digits when its mean is removed,
    and more by a filter that removes nearly all of it.

    Examples
    --------
    >>> off = one_bit_off(np.ones((2, 3))) - 1
    >>> bool((np.abs(off) < 1e-15).all() and off.all())
    True
    """
    up = np.random.default_rng(0).random(values.shape) < 0.5  # the same in every call
    return np.nextafter(values, np.where(up, np.inf, -np.inf))


def independent_directions(columns: np.ndarray, rounding: np.ndarray) -> np.ndarray:
    """Orthonormal columns that span others, (T, rank).

    Parameters
    ----------
    columns : (T, C) array
    rounding : (C,) array
        Root mean square of the rounding in each.

    Returns
    -------
    (T, rank) array

    Notes
    -----
    A pivoted QR factorisation of the columns in units of their rounding: the most exact columns
    come first, and a column that is a sum of others has only rounding left when its turn comes.
    With a limit relative to the size of the columns, such as nilearn's 100 eps, an arbitrary
    direction would be regressed out, at the cost of a degree of freedom.

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
    # no column is more exact than its own last bit; a column of zeros has no size
    rounding = np.maximum(rounding, EPS * size)
    in_its_units = columns / np.where(rounding > 0, rounding, 1)
    q, r, _ = scipy.linalg.qr(in_its_units, mode="economic", pivoting=True)
    left = np.abs(np.diag(r)) / np.sqrt(len(columns))
    return q[:, left > ROUNDING]
