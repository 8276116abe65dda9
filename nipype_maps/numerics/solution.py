"""How the products of a volume with the maps become signals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .blocking import Maps
from .patches import Patch


@dataclass(frozen=True, eq=False)
class Solution:
    """The least squares on some maps, solved by `least_squares.solve`.

    Attributes
    ----------
    finish : (K, R) array
        ``signals = finish @ mixed(scaled(maps)).T @ volume``.  Rows of maps that are zero
        everywhere are zero.
    rank : int
        Numerical rank of the maps, see `solve`.
    condition : float
        Largest over smallest singular value of the maps that are not empty; infinite if they
        are linearly dependent.
    scaled_condition : float
        The same for the maps scaled to unit length, which no choice of units changes, with the
        smallest singular value above the cut-off: how many times larger relative errors of the
        signals can be than those of the maps.
    vif : (K,) array
        Variance inflation factor of each map: how many times larger the variance of its
        signal is than if the maps were orthogonal (not centered, since the fit has no
        intercept).  Infinite for linearly dependent maps, NaN for empty ones.
    orthogonal : bool
        Whether the weights are orthonormal combinations of the maps instead of the maps.
    exponents : (K,) int array, or None
        Powers of two that maps are divided by, so that their squares are representable.
    mixing : tuple of arrays
        (K, R) and (R, R): multiplied with one after the other, the maps become orthonormal.
        Their product would not suffice, since its rounding is as large as what the second corrects.
        Empty if the maps are used as they are.
    """

    finish: np.ndarray
    rank: int
    condition: float
    scaled_condition: float
    vif: np.ndarray
    orthogonal: bool = False
    exponents: np.ndarray | None = None
    mixing: tuple[np.ndarray, ...] = ()

    def scaled(self, maps: Maps) -> Maps:
        """Maps divided by their powers of two."""
        return maps if self.exponents is None else Scaled(maps, self.exponents)

    def mixed(self, maps: np.ndarray) -> np.ndarray:
        """Combine the values (v, K) of the scaled maps at some voxels to (v, R)."""
        for matrix in self.mixing:
            maps = maps @ matrix
        return maps


class Scaled:
    """Maps divided by powers of two, which is exact.

    Parameters
    ----------
    maps : Maps
    exponents : (K,) int array
    """

    def __init__(self, maps: Maps, exponents: np.ndarray) -> None:
        self._maps, self._exponents = maps, exponents
        self.shape, self.n_maps = maps.shape, maps.n_maps

    def slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        """As of the maps."""
        for slab in self._maps.slabs(thickness):
            yield [
                (index, Patch(patch.corner, np.ldexp(patch.values, -self._exponents[index])))
                for index, patch in slab
            ]
