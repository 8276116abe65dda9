"""The working grid: the one on which maps and runs meet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..numerics.grid import Grid
from ..storage.paths import PathLike
from .volumes import Volumes

#: What a working grid is called whose image is not known.
UNNAMED = "the image of the working grid"
#: The form of a working grid as a value.
FORM = (
    "a dict of shape (number of voxels along each axis), affine (4 x 4, voxel indices to mm) and, if wanted, "
    "has_world_coordinates (whether the header has an sform or a qform; default True) and name (of its image)"
)


@dataclass(frozen=True, eq=False)
class WorkingGrid:
    """A grid, and the image that it is taken from.

    Attributes
    ----------
    grid : Grid
    has_world_coordinates : bool
        Whether the image's header has an sform or a qform; otherwise the affine is a guess.
    name : str
        The image's name, for messages.  No result depends on it.

    Examples
    --------
    >>> grid = WorkingGrid.from_dict({"shape": [2, 3, 4], "affine": [[2, 0, 0, 0], [0, 2, 0, 0],
    ...                               [0, 0, 2, 0], [0, 0, 0, 1]], "name": "bold.nii"})
    >>> grid.grid.n_voxels, grid.has_world_coordinates
    (24, True)
    >>> WorkingGrid.from_dict(grid.to_dict()).same_as(grid)
    True
    """

    grid: Grid
    has_world_coordinates: bool = True
    name: str = UNNAMED

    @classmethod
    def of(cls, image: Volumes) -> WorkingGrid:
        """The grid of an image."""
        return cls(image.grid, image.located, image.name)

    @classmethod
    def read(cls, paths: PathLike | Sequence[PathLike]) -> WorkingGrid:
        """The grid of a 4D image, or of several 3D images, from their headers; nothing is noted."""
        return cls.of(Volumes(paths, quiet=True))

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> WorkingGrid:
        """A working grid of the form that `to_dict` gives.

        Raises
        ------
        ValueError
            If it has another form, or there can be no such grid.
        """
        allowed = {"shape", "affine", "has_world_coordinates", "name"}
        if not isinstance(value, Mapping) or not {"shape", "affine"} <= set(value) <= allowed:
            raise ValueError(f"a working grid is {FORM}.")
        known, name = value.get("has_world_coordinates", True), value.get("name", UNNAMED)
        if not isinstance(known, bool) or not isinstance(name, str):
            raise ValueError(f"a working grid is {FORM}.")
        shape, affine = np.asarray(value["shape"]), np.asarray(value["affine"])
        if shape.dtype.kind not in "iu" or shape.ndim != 1 or affine.dtype.kind not in "iuf":
            raise ValueError(f"a working grid is {FORM}.")
        return cls(Grid(tuple(shape.tolist()), affine), known, name)

    def to_dict(self) -> dict[str, Any]:
        """Lists, numbers and texts, as JSON and nipype's traits take them."""
        return {
            "shape": list(self.grid.shape),
            "affine": self.grid.affine.tolist(),
            "has_world_coordinates": self.has_world_coordinates,
            "name": self.name,
        }

    def same_as(self, other: WorkingGrid) -> bool:
        """Whether maps on the one are maps on the other."""
        known = self.has_world_coordinates == other.has_world_coordinates
        return known and self.grid.same_as(other.grid)

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that stand for the grid, to the last bit, and not for its name."""
        values = (self.grid.shape, self.grid.affine.tolist(), self.has_world_coordinates)
        return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
