"""Images read forward, a block of volumes at a time.

Runs and maps are read alike: a thread inflates the file one block ahead of whoever uses it,
at no time are more than two blocks in memory, and they hold only the voxels asked for.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt

from ..notes import note
from ..numerics.blocks import StoredBlock
from ..numerics.grid import Grid
from ..numerics.patches import Patch
from ..storage.compression import hindrance
from ..storage.paths import PathLike
from ..storage.threads import prefetched
from .filenames import display_name, short_name
from .segment import Segment
from .units import Units, units_of

#: Bytes and volumes of a block.  Larger ones make the product with the weights no faster,
#: smaller ones do make it slower.
BLOCK_BYTES = 32 << 20
MOST_VOLUMES = 32


class Volumes:
    """The volumes of a NIfTI image on disk, or of several 3D images in a row.

    Any NIfTI-1 or NIfTI-2 file (or .hdr/.img pair) that nibabel opens, compressed or not, of any
    real data type and byte order, with or without slope and intercept.

    Parameters
    ----------
    paths : path-like, or list of path-likes
        One 3D or 4D image, or several 3D images on one grid.
    quiet : bool
        Give no warnings, where the same image is looked at again.

    Attributes
    ----------
    grid : Grid
    n_volumes : int
        In millimeters, whatever the header is in.
    located : bool
        Whether the header says where the image lies (has an sform or a qform).
    units : Units
        What the first image's header is in.

    Raises
    ------
    FileNotFoundError
        If a file does not exist.
    ValueError
        If a file is not a NIfTI image, has the wrong number of dimensions, a data type
        without real numbers, fewer bytes than its header announces, or lies on another grid
        than the first.

    Warns
    -----
    UserWarning
        Of units other than mm, and of sform and qform that disagree.
    """

    def __init__(self, paths: PathLike | Sequence[PathLike], quiet: bool = False):
        if isinstance(paths, (str, os.PathLike)):
            paths = [paths]
        self.paths = [Path(path) for path in paths]
        if not self.paths:
            raise ValueError("no image was given.")
        self._quiet = quiet
        images = [_open(path) for path in self.paths]
        self.path = self.paths[0]
        self.header = images[0].header
        self.shape = images[0].shape
        self.grid, self.units = self._grid_and_units(self.path, images[0])
        self.located = all(_located(image) for image in images)
        self.dtype = np.result_type(*(image.get_data_dtype() for image in images))
        self._segments = [Segment(image) for image in images]
        self.n_volumes = sum(segment.n_volumes for segment in self._segments)
        for path, image, segment in zip(self.paths[1:], images[1:], self._segments[1:], strict=True):
            if segment.n_volumes > 1 or self._segments[0].n_volumes > 1:
                raise ValueError(f"{display_name(path)}: a list of images holds 3D images, one volume each.")
            if not self.grid.same_as(self._grid_and_units(path, image)[0]):
                raise ValueError(
                    f"{display_name(path)} and {display_name(self.path)} lie on different grids; put the "
                    "list on one grid first."
                )

    def _grid_and_units(self, path: Path, image: Any) -> tuple[Grid, Units]:
        try:
            grid, units = grid_of(image)
        except ValueError as error:
            raise ValueError(f"{display_name(path)}: {error}") from None
        for what in (*units.notes, *_disagreement(image)):
            self._warn(f"{short_name(path)} {what}")
        return grid, units

    def _warn(self, message: str) -> None:
        if not self._quiet:
            note(message, "ImageHeader")

    @property
    def name(self) -> str:
        """The file's name for messages."""
        name = display_name(self.path)
        return name if len(self.paths) == 1 else f"{name} and {len(self.paths) - 1} more"

    @property
    def compressed(self) -> bool:
        """Whether any of the files has to be inflated."""
        return any(segment.compressed for segment in self._segments)

    def blocks(self, voxels: np.ndarray | None = None, n_volumes: int | None = None) -> Iterator[StoredBlock]:
        """Read forward, in a thread of its own, one block ahead.

        Parameters
        ----------
        voxels : (S,) int array, optional
            Flat indices (NIfTI order) of the voxels to return; default all.
        n_volumes : int, optional
            Volumes in a block; by default as many as fit 32 MB, at most 32.

        Yields
        ------
        StoredBlock
            Overwritten once the next one has been asked for.

        Raises
        ------
        ValueError
            If the file ends early or its compression is damaged.
        """
        if n_volumes is None:
            size = self.grid.n_voxels if voxels is None else voxels.size
            n_volumes = volumes_in_block(size, self.dtype)
            # a small one first, so that whoever waits for it can begin
            sizes: Iterator[int] = itertools.chain([max(1, n_volumes // 4)], itertools.repeat(n_volumes))
        else:
            sizes = itertools.repeat(n_volumes)
        return prefetched(self._blocks(voxels, sizes))

    def _blocks(self, voxels: np.ndarray | None, sizes: Iterator[int]) -> Iterator[StoredBlock]:
        done = 0
        for segment in self._segments:
            for stored in segment.blocks(voxels, sizes):
                yield StoredBlock(done, stored, segment.slope, segment.inter)
                done += len(stored)

    def patches(self, finite: bool = True) -> Iterator[Patch]:
        """The volumes one by one, without the zeros around them, in float64.

        Parameters
        ----------
        finite : bool
            Put 0 for NaN and infinity.
        """
        for segment, stored, first in prefetched(self._slices()):
            yield segment.patch(stored, first, finite)

    def slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        """The volumes again, so many slices of all at a time, one slab ahead; not of a compressed file.

        Parameters
        ----------
        thickness : int
            Slices in a slab.

        Yields
        ------
        list of (int, Patch)
            The volumes that are not zero in the slab; NaN and infinity count as 0.  Corners are
            counted from the slab's first slice.
        """
        return prefetched(self._slabs(thickness))

    def finite_range(self) -> tuple[float, float]:
        """Smallest and largest of all values that are finite; reads the image once."""
        low, high = np.inf, -np.inf
        for block in self.blocks(n_volumes=1):
            stored = block.stored
            ends = np.array([[stored.min(), stored.max()]])
            if not np.isfinite(ends).all():
                stored = stored[np.isfinite(stored)]
                ends = np.array([[stored.min(), stored.max()]]) if stored.size else np.empty((1, 0))
            for value in dataclasses.replace(block, stored=ends).values().ravel():
                low, high = min(low, float(value)), max(high, float(value))
        return low, high

    def _slices(self) -> Iterator[tuple[Segment, np.ndarray, int]]:
        """For each volume the slices (X, Y, n) that contain data, as stored, and the index of the first."""
        for segment in self._segments:
            if segment.compressed:
                for volume in segment.volumes():
                    yield segment, self.grid.unflatten(volume.copy()), 0
            else:
                with segment.opened() as stream:
                    for index in range(segment.n_volumes):
                        first, stored = segment.slices(stream, index, 0, self.shape[2])
                        yield segment, stored, first

    def _slabs(self, thickness: int) -> Iterator[list[tuple[int, Patch]]]:
        for low in range(0, self.shape[2], thickness):
            high = min(low + thickness, self.shape[2])
            slab: list[tuple[int, Patch]] = []
            before = 0
            for segment in self._segments:
                with segment.opened() as stream:
                    for index in range(segment.n_volumes):
                        first, stored = segment.slices(stream, index, low, high)
                        patch = segment.patch(stored, first - low, finite=True)
                        if patch.values.size:
                            slab.append((before + index, patch))
                before += segment.n_volumes
            yield slab


def volumes_in_block(size: int, dtype: npt.DTypeLike = np.float64) -> int:
    """How many volumes, of some number of voxels each, make a block."""
    return max(1, min(MOST_VOLUMES, BLOCK_BYTES // (np.dtype(dtype).itemsize * max(1, size))))


def grid_of(image: Any) -> tuple[Grid, Units]:
    """The grid of a nibabel image, in mm, and what its header is in; ValueError where it has none."""
    units = units_of(int(image.header["xyzt_units"]), image.affine)
    return Grid(image.shape[:3], np.diag([units.mm] * 3 + [1.0]) @ image.affine), units


def _open(path: Path) -> Any:
    try:
        image = nib.load(path)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} does not exist.") from None
    except Exception as error:  # nibabel raises many kinds for files that are no images
        reason = hindrance(path) or error
        raise ValueError(f"{path} cannot be read as a NIfTI image ({reason}).") from error
    if not isinstance(image, nib.Nifti1Pair):
        raise ValueError(f"{path} is a {type(image).__name__}, not a NIfTI image; convert it to NIfTI.")
    # trailing axes of one voxel are common in maps made by other tools
    if len(image.shape) < 3 or any(n != 1 for n in image.shape[4:]):
        raise ValueError(f"{path} has the shape {image.shape}; a 3D or 4D image is needed.")
    if min(image.shape) < 1:
        raise ValueError(f"{path} has the shape {image.shape}, and so no voxels; make the image again.")
    if image.get_data_dtype().kind not in "iuf":
        raise ValueError(f"{path} holds {image.get_data_dtype()} values; real numbers are needed.")
    return image


def _disagreement(image: Any) -> Iterator[str]:
    """What to say of an image whose sform and qform are both valid, and more than a voxel asegment."""
    header = image.header
    if not (header["sform_code"] > 0 and header["qform_code"] > 0):
        return
    try:
        difference = header.get_sform() - header.get_qform()
    except (ValueError, nib.spatialimages.HeaderDataError):  # a quaternion that is none
        return
    corners = np.array(list(itertools.product(*((0, n - 1) for n in image.shape[:3])))).T
    apart = np.linalg.norm(difference[:3, :3] @ corners + difference[:3, 3:], axis=0).max()
    if apart > np.linalg.norm(image.affine[:3, :3], axis=0).max():
        yield "has a qform that places it elsewhere than its sform does; the sform is used."


def _located(image: Any) -> bool:
    return bool(image.header["sform_code"] > 0 or image.header["qform_code"] > 0)
