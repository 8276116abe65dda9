"""Masks into memory."""

from __future__ import annotations

import numpy as np

from ..notes import note
from ..numerics.blocks import has_non_finite
from ..numerics.grid import require_same_grid
from ..storage.paths import PathLike
from .filenames import display_name
from .volumes import Volumes

#: How warnings of NaN and infinity begin, as nilearn's do.
NON_FINITE = "Non-finite values detected."


def read_mask(path: PathLike, image: Volumes, original: PathLike | None = None) -> np.ndarray:
    """A mask for an image: non-zero and finite is inside.

    Parameters
    ----------
    path : path-like
        3D image with at most one value besides 0.
    image : Volumes
        On whose grid the mask must lie.
    original : path-like, optional
        The mask before it was resampled, which messages name.

    Returns
    -------
    (V,) bool array
        In NIfTI order.

    Raises
    ------
    ValueError
        If the mask is not 3D, lies on another grid, holds several values besides 0, or
        nothing is inside.
    """
    mask, name = Volumes(path), display_name(original or path)
    require_same_grid(mask.name, mask.grid, image.name, image.grid)
    if mask.n_volumes != 1:
        raise ValueError(f"{name} has {mask.n_volumes} volumes; a mask is a 3D image.")
    ((values,),) = (block.values() for block in mask.blocks())
    finite = np.isfinite(values)
    # in a mask that was resampled, they are 0 already
    if not finite.all() or (original and has_non_finite_values(Volumes(original, quiet=True))):
        note(f"{NON_FINITE} NaN or infinite voxels of {name} count as outside.", "NonFinite")
    inside = finite & (values != 0)
    values = np.unique(values[inside])
    if values.size == 0:
        raise ValueError(
            f"The mask is invalid as it is empty: it masks all data; no voxel of {name} is inside."
        )
    if values.size > 1:
        shown = ", ".join(f"{value:g}" for value in values[:4])
        raise ValueError(
            f"{name} holds {values.size} values besides 0 ({shown}{', …' if values.size > 4 else ''}), so "
            "it is no mask; make it 0 and 1 (threshold a probability map, choose a label)."
        )
    return inside


def has_non_finite_values(image: Volumes) -> bool:
    """Whether an image holds NaN or infinity, which whole numbers are not; reads it up to the first."""
    if image.dtype.kind != "f":
        return False
    return any(has_non_finite(patch.values) for patch in image.patches(finite=False))
