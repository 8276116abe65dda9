"""Maps on disk, as the numerics read them: some slices of all at a time."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterator

from ..numerics.patches import Patch
from ..storage.atomic import draft_folder
from ..storage.paths import PathLike
from .volumes import Volumes
from .writing import writing


class StoredMaps:
    """An image's volumes as maps (`numerics.cutting.Maps`), read anew at each pass.

    Parameters
    ----------
    image : Volumes
        NaN and infinity count as 0.
    folder : path-like
        Where a compressed image is unpacked for as long as it is needed, since slices of it
        cannot be read in any order.
    """

    def __init__(self, image: Volumes, folder: PathLike):
        self._image, self._folder = image, folder
        self.shape = image.grid.shape
        self.n_maps = image.n_volumes

    def slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        """So many slices of all maps at a time."""
        if self._image.compressed:
            self._image = self._unpack()
        return self._image.slabs(thickness)

    def _unpack(self) -> Volumes:
        unpacked = contextlib.ExitStack()
        weakref.finalize(self, _remove, unpacked, os.getpid())
        path = unpacked.enter_context(draft_folder(self._folder)) / "maps.nii"
        with writing(path, self._image.grid, self.n_maps) as out:
            for patch in self._image.patches():
                out.append(patch)
        return Volumes(path)


def _remove(unpacked: contextlib.ExitStack, process: int) -> None:
    if os.getpid() == process:  # not in a process that was forked, and reads it too
        unpacked.close()
