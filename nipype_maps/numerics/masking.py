"""Maps set to zero outside a mask: what that changes, which maps are kept, and the result."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..notes import note
from .overlap import OverlapCounter
from .patches import Patch, Shape

#: Pairs of overlapping maps that a message names.
PAIRS_SHOWN = 3


@dataclass(frozen=True)
class MaskingEffect:
    """What masking does to maps.

    Attributes
    ----------
    changes : bool
        Whether any voxel changes: to 0 outside the mask, or because it is not finite.
    nonzero : list of bool
        Per map, whether any voxel is non-zero after masking.
    any_before : bool
        Whether any voxel of any map is non-zero before masking.
    """

    changes: bool
    nonzero: list[bool]
    any_before: bool


def masking_effect(
    maps: Iterable[Patch], inside: np.ndarray | None, shape: Shape, overlaps: OverlapCounter | None = None
) -> MaskingEffect:
    """What masking does to maps, one at a time.

    Parameters
    ----------
    maps : iterable of Patch
        NaN and infinity count as 0.
    inside : (X, Y, Z) bool array or None
        The mask.
    shape : (3,) tuple of int
        Of the grid.
    overlaps : OverlapCounter, optional
        Counts the voxels that maps share before masking.

    Returns
    -------
    MaskingEffect

    Examples
    --------
    >>> maps = [Patch((0, 0, 0), np.array([[[1.0, 0.0]]])), Patch((0, 0, 0), np.array([[[0.0, 2.0]]]))]
    >>> masking_effect(maps, np.array([[[True, False]]]), (1, 1, 2))
    MaskingEffect(changes=True, nonzero=[True, False], any_before=True)
    """
    changes, nonzero, any_before = False, [], False
    for patch in maps:
        finite = np.where(np.isfinite(patch.values), patch.values, 0.0)
        if overlaps is not None:
            overlaps.add(*Patch(patch.corner, finite).flat(shape))
        masked = finite if inside is None else np.where(inside[patch.box], finite, 0.0)
        changes |= not np.array_equal(masked, patch.values)
        nonzero.append(bool(masked.any()))
        any_before |= nonzero[-1] or bool(finite.any())
    return MaskingEffect(changes, nonzero, any_before)


def require_no_overlap(overlaps: OverlapCounter, names: Sequence[str]) -> None:
    """Raise ValueError, naming the first pairs, if any two maps are non-zero in one voxel."""
    if not overlaps.pairs:
        return
    shown = [
        f"{names[a]} and {names[b]} share {count} voxels"
        for (a, b), count in list(overlaps.pairs.items())[:PAIRS_SHOWN]
    ]
    n_more = len(overlaps.pairs) - PAIRS_SHOWN
    more = f", and {n_more} more pairs" if n_more > 0 else ""
    raise ValueError(
        "Overlap detected in the maps, which allow_overlap=False (--no-allow-overlap) forbids: "
        f"{', '.join(shown)}{more}; resampling may have made them overlap."
    )


def require_any_map(effect: MaskingEffect, coverage: Sequence[float], name: str) -> None:
    """Raise ValueError if no map has a non-zero voxel after resampling and masking.

    Parameters
    ----------
    effect : MaskingEffect
    coverage : (K,) sequence of float
        Of the maps before they were resampled; NaN for a map that is 0 everywhere.
    name : str
        Of the image of the maps.
    """
    if any(effect.nonzero):
        return
    if np.isnan(coverage).all():
        raise ValueError(f"{name} contains no map: it is 0 everywhere.")
    if not effect.any_before:
        raise ValueError(
            f"No map left after resampling {name}; check that maps and run are in the same space."
        )
    raise ValueError(
        f"No map left after applying mask to the maps image {name}; check that maps, mask and run are in the "
        "same space."
    )


def maps_to_keep(nonzero: Sequence[bool], names: Sequence[str], empty_maps: str) -> list[int]:
    """Indices of the maps to keep.

    Parameters
    ----------
    nonzero : (K,) sequence of bool
        Per map, whether any voxel is non-zero after resampling and masking.
    names : (K,) sequence of str
    empty_maps : {'nan', 'zero', 'drop', 'error'}
        What to do with the others: keep, keep, drop with a note, or raise ValueError.

    Examples
    --------
    >>> maps_to_keep([True, False], ["a", "b"], "nan")
    [0, 1]
    """
    empty = [name for name, some in zip(names, nonzero, strict=True) if not some]
    if empty and empty_maps == "error":
        raise ValueError(
            f"maps with no non-zero voxel after resampling and masking: {', '.join(empty)}; "
            "empty_maps='error' (--empty-maps error) forbids them."
        )
    if empty and empty_maps == "drop":
        note(
            f"maps with no non-zero voxel after resampling and masking are left out: {', '.join(empty)}.",
            "EmptyMaps",
        )
        return [index for index, some in enumerate(nonzero) if some]
    return list(range(len(nonzero)))


def masked_maps(
    maps: Iterable[Patch],
    inside: np.ndarray | None,
    shape: Shape,
    keep: Container[int],
    demean: Sequence[bool],
) -> Iterator[Patch]:
    """Some of the maps, 0 outside a mask, without their mean inside it where asked.

    Parameters
    ----------
    maps : iterable of Patch
        Finite.
    inside : (X, Y, Z) bool array or None
        The mask; None is the whole grid.
    shape : (3,) tuple of int
        Of the grid.
    keep : container of int
        Indices of the maps to yield.
    demean : (K,) sequence of bool
        Whether to subtract the mean inside the mask from each map.
    """
    for index, patch in enumerate(maps):
        if index not in keep:
            continue
        if demean[index]:
            yield _demeaned(patch, inside, shape)
        elif inside is None:
            yield patch
        else:
            yield Patch(patch.corner, np.where(inside[patch.box], patch.values, 0.0))


def _demeaned(patch: Patch, inside: np.ndarray | None, shape: Shape) -> Patch:
    volume = patch.volume(shape)
    inside = np.ones(shape, dtype=bool) if inside is None else inside
    return Patch((0, 0, 0), np.where(inside, volume - volume[inside].mean(), 0.0))


def n_labels(volume: np.ndarray) -> int:
    """Number of labels in a volume of the whole numbers from 0 or 1 on; 0 if it holds anything else.

    Examples
    --------
    >>> n_labels(np.array([0, 1, 2, 2])), n_labels(np.array([0, 1, 3])), n_labels(np.array([0.5, 1]))
    (2, 0, 0)
    """
    values = np.unique(volume[volume != 0])
    return values.size if np.array_equal(values, np.arange(1, values.size + 1)) else 0
