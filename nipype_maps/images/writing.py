"""Images onto disk, volume by volume."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import nibabel as nib
import numpy as np

from ..numerics.grid import Grid
from ..numerics.patches import Patch
from ..storage.atomic import replacing
from ..storage.compression import compression_of, open_to_write
from ..storage.paths import PathLike
from ..storage.sparse import write_around
from .volumes import Volumes


@contextmanager
def writing(
    path: PathLike,
    grid: Grid,
    n_volumes: int | None,
    like: Volumes | None = None,
    t_r: float | None = None,
    dtype: str = "float64",
) -> Iterator[VolumeWriter]:
    """Write an image volume by volume, atomically.

    Parameters
    ----------
    path : path-like
        Ends in .nii or .nii.gz.
    grid : Grid
    n_volumes : int or None
        None makes a 3D image of one volume.
    like : Volumes, optional
        Whose units and time step the new header takes; if it does not say where it lies and
        stays on its grid, nor does the new one.
    t_r : float, optional
        Seconds from volume to volume.
    dtype : {'float64', 'float32'}

    Yields
    ------
    VolumeWriter
    """
    shape = grid.shape if n_volumes is None else (*grid.shape, n_volumes)
    header = nib.Nifti1Header() if max(shape) < 1 << 15 else nib.Nifti2Header()
    header.set_data_dtype(dtype)
    header.set_data_shape(shape)
    step, units = t_r or 0, ("mm", "sec" if t_r else None)
    if like is not None:
        step, units = (*like.header.get_zooms(), 0)[3], ("mm", like.units.time)
    header.set_zooms((*grid.voxel_size, step)[: len(shape)])
    header.set_xyzt_units(*units)
    if like is None or like.located or not like.grid.same_as(grid):
        header.set_sform(grid.affine, code="aligned")
        header.set_qform(grid.affine, code="aligned", strip_shears=True)
    header["vox_offset"] = offset = header.single_vox_offset
    # what a power failure leaves of an intermediate file is for the check of the work folder
    # to find; waiting for the disk would take as long as the computing
    with replacing(path, durable=False) as temporary, open_to_write(temporary) as stream:
        header.write_to(stream)
        stream.write(bytes(offset - stream.tell()))
        kind: type[VolumeWriter] = _Compressed if compression_of(path) == ".gz" else _Plain
        writer = kind(stream, np.dtype(dtype), grid, offset)
        yield writer
        writer.finish()


class VolumeWriter:
    """Appends volumes to an open image."""

    def __init__(self, stream: BinaryIO, dtype: np.dtype, grid: Grid, offset: int):
        self._stream, self._dtype, self._grid, self._offset = stream, dtype, grid, offset
        self._n_volumes = 0

    def append(self, patch: Patch) -> None:
        """Write the next volume."""
        raise NotImplementedError

    def finish(self) -> None:
        """Do what takes all volumes."""


class _Compressed(VolumeWriter):
    """Volumes one after the other."""

    def append(self, patch: Patch) -> None:
        self._stream.write(patch.volume(self._grid.shape).astype(self._dtype, copy=False).tobytes(order="F"))


class _Plain(VolumeWriter):
    """Volumes at their places, with holes for zeros."""

    def append(self, patch: Patch) -> None:
        self._stream.flush()
        (x, y, below), thickness = patch.corner, patch.values.shape[2]
        slices = Patch((x, y, 0), patch.values).volume((*self._grid.shape[:2], thickness))
        flat = slices.astype(self._dtype, copy=False).ravel(order="F")
        start = (self._n_volumes * self._grid.n_voxels + below * self._slice) * self._dtype.itemsize
        write_around(self._stream.fileno(), self._offset + start, flat.view(np.uint8))
        self._n_volumes += 1

    def finish(self) -> None:
        n_bytes = self._grid.n_voxels * self._dtype.itemsize
        self._stream.truncate(self._offset + self._n_volumes * n_bytes)

    @property
    def _slice(self) -> int:
        return self._grid.shape[0] * self._grid.shape[1]
