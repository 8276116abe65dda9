"""Masks into memory, maps as sparse matrices, and images onto disk volume by volume."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import nibabel as nib
import numpy as np

from ..numerics.grid import Grid, require_same_grid
from .atomic import replacing
from .compression import open_to_write
from .runs import Volumes


def read_mask(path, image: Volumes) -> np.ndarray:
    """A mask for an image: non-zero and finite is inside.

    Parameters
    ----------
    path : path-like
        3D image with at most one value besides 0.
    image : Volumes
        On whose grid the mask must lie.

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
    mask = Volumes(path)
    require_same_grid(mask.name, mask.grid, image.name, image.grid)
    if mask.n_volumes != 1:
        raise ValueError(f"{path} has {mask.n_volumes} volumes; a mask is a 3D image.")
    (_, block), *_ = mask.blocks(finite=True)
    inside = block[0] != 0
    values = np.unique(block[0][inside])
    if values.size == 0:
        raise ValueError(f"{path} is empty: no voxel is inside the mask.")
    if values.size > 1:
        shown = ", ".join(f"{value:g}" for value in values[:4])
        raise ValueError(
            f"{path} holds {values.size} values besides 0 ({shown}{', …' if values.size > 4 else ''}), so "
            "it is no mask; make it 0 and 1 (threshold a probability map, choose a label)."
        )
    return inside


class MapColumns:
    """An image's volumes as columns of a matrix (`numerics.tiles.Columns`), read at each pass.

    Parameters
    ----------
    image : Volumes
        NaN and infinity count as 0.
    """

    def __init__(self, image: Volumes):
        self._image = image
        self.shape = image.grid.shape
        self.n_maps = image.n_volumes

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Flat indices and values of each volume's non-zero voxels."""
        for _, block in self._image.blocks(n_volumes=1, finite=True):
            voxels = np.flatnonzero(block[0])
            yield voxels, block[0][voxels]


@contextmanager
def writing(
    path, grid: Grid, n_volumes: int | None, like: Volumes | None = None, t_r=None, dtype="float64"
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
        step, units = (*like.header.get_zooms(), 0)[3], like.header.get_xyzt_units()
    header.set_zooms((*grid.voxel_size, step)[: len(shape)])
    header.set_xyzt_units(*units)
    if like is None or like.located or not like.grid.same_as(grid):
        header.set_sform(grid.affine, code="aligned")
        header.set_qform(grid.affine, code="aligned", strip_shears=True)
    header["vox_offset"] = offset = header.single_vox_offset
    with replacing(path) as temporary:
        with open_to_write(temporary) as stream:
            header.write_to(stream)
            stream.write(bytes(offset - stream.tell()))
            writer = VolumeWriter(stream, np.dtype(dtype))
            yield writer
        if writer.clip_to is not None:
            _clip(temporary, offset, np.dtype(dtype), grid.n_voxels, *writer.clip_to)


class VolumeWriter:
    """Appends volumes to an open image; set ``clip_to = (low, high)`` to clip all at the end."""

    def __init__(self, stream, dtype):
        self.clip_to = None
        self._stream, self._dtype = stream, dtype

    def append(self, volume: np.ndarray) -> None:
        """Write one volume (X, Y, Z)."""
        self._stream.write(volume.astype(self._dtype, copy=False).tobytes(order="F"))


def _clip(path, offset, dtype, n_voxels, low, high) -> None:
    # clipping needs the range of the whole run, which is known once it has been read; doing
    # it in the file written spares reading the run twice
    values = np.memmap(path, dtype, mode="r+", offset=offset)
    for start in range(0, values.size, n_voxels):
        part = values[start : start + n_voxels]
        if part.min() < low or part.max() > high:
            np.clip(part, low, high, out=part)
    values.flush()
