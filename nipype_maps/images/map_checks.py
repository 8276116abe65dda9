"""Images that may not be the maps that were meant."""

from __future__ import annotations

from ..notes import note
from ..numerics.masking import n_labels
from .masks import NON_FINITE, has_non_finite_values
from .volumes import Volumes


def note_doubtful_values(maps: Volumes) -> None:
    """Note an image of labels, and NaN or infinity in maps."""
    if maps.n_volumes == 1:
        (patch,) = maps.patches()
        if (n := n_labels(patch.values)) > 1:
            note(
                f"{maps.name} is one image of the whole numbers from 1 to {n}; if they are labels of regions "
                "it is no map: make a 4D image with a volume for each region.",
                "LabelImage",
            )
    if has_non_finite_values(maps):
        note(f"{NON_FINITE} NaN or infinite voxels of {maps.name} count as 0.", "NonFinite")
