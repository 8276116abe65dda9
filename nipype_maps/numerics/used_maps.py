"""The maps that are not empty, among all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

#: A number smaller than another one by so many powers of two is negligible, even squared.
NEGLIGIBLE = 500


@dataclass(frozen=True, eq=False)
class UsedMaps:
    """The maps that are not empty, and their lengths.

    Attributes
    ----------
    full : (n,) int array
        Their indices.
    n_maps : int
        Number of all maps, K.
    lengths : (n,) array
        After scaling by powers of two.
    exponents : (K,) int array or None
        Of these powers.
    """

    full: np.ndarray
    n_maps: int
    lengths: np.ndarray
    exponents: np.ndarray | None

    @property
    def relative_lengths(self) -> np.ndarray:
        """Lengths (n,) of the maps before scaling, in units of about the largest."""
        if self.exponents is None:
            return self.lengths
        exponents = self.exponents[self.full]
        return np.ldexp(self.lengths, np.maximum(exponents - exponents.max(), -NEGLIGIBLE))

    def rows(self, values: np.ndarray, filling: float) -> np.ndarray:
        """A row for each map, of a constant for empty maps."""
        rows = np.full((self.n_maps, *values.shape[1:]), filling)
        rows[self.full] = values
        return rows

    def finish(self, values: np.ndarray) -> np.ndarray:
        """Rows for all maps, from those (n, R) of the scaled maps that are not empty."""
        finish = self.rows(values, 0.0)
        return finish if self.exponents is None else np.ldexp(finish, -self.exponents[:, None])


def condition(triangle: np.ndarray) -> float:
    """Condition number of a square matrix (n, n)."""
    singular = scipy.linalg.svdvals(triangle)
    return float(singular[0] / singular[-1]) if singular[-1] else np.inf
