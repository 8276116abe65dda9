"""One image file's bytes: read forward, inflated or not, volume by volume."""

from __future__ import annotations

import collections
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..numerics.blocks import values_of
from ..numerics.patches import Patch, patch_of
from .compression import DAMAGED, open_to_read
from .holes import extents, read_around


class Part:
    """The volumes of one image file.

    Parameters
    ----------
    image : nibabel.Nifti1Pair
        As nibabel opened it; nothing but its header is used.
    """

    def __init__(self, image):
        header = image.header
        self.n_volumes = image.shape[3] if len(image.shape) > 3 else 1
        self.shape = image.shape[:3]
        self.n_voxels = int(np.prod(self.shape))
        self._slice = int(np.prod(self.shape[:2]))
        self.dtype = header.get_data_dtype()
        proxy = image.dataobj
        self.slope, self.inter, self.offset = proxy.slope, proxy.inter, proxy.offset
        self.data_file = Path(image.file_map["image"].filename)
        self.compressed = self.data_file.suffix == ".gz"

    def blocks(self, voxels, sizes: Iterator[int]) -> Iterator[np.ndarray]:
        """Stored values (n, S), n as ``sizes`` say; every other one in the same memory."""
        size = self.n_voxels if voxels is None else voxels.size
        buffers = collections.deque(np.empty((2, 0, size), self.dtype))
        volumes, left = self.volumes(), self.n_volumes
        while left:
            n = min(next(sizes), left)
            left -= n
            buffer = buffers.popleft()
            if len(buffer) < n:
                buffer = np.empty((n, size), self.dtype)
            buffers.append(buffer)
            stored = buffer[:n]
            for row, volume in zip(stored, volumes, strict=False):
                if voxels is None:
                    row[:] = volume
                else:
                    # 'clip' is what makes this fast: no copy is kept in case of an index error
                    np.take(volume, voxels, out=row, mode="clip")
            yield stored

    def volumes(self) -> Iterator[np.ndarray]:
        """Stored volumes (V,), each overwritten by the next."""
        volume = np.empty(self.n_voxels, self.dtype)
        with open_to_read(self.data_file) as stream:
            if self._fill(stream, memoryview(bytearray(self.offset))) < self.offset:
                raise ValueError(f"{self.data_file} ends inside its header; copy or make the file again.")
            for index in range(self.n_volumes):
                self._read_volume(stream, volume, index)
                if index == self.n_volumes - 1 and self.compressed:
                    self._read_checksum(stream)
                yield volume

    def patch(self, stored: np.ndarray, below: int, finite: bool) -> Patch:
        """What some slices (X, Y, n), above so many others, mean: without the zeros around it."""
        if self.inter != 0:
            return patch_of(values_of(stored, self.slope, self.inter, finite), (0, 0, below))
        patch = patch_of(stored, (0, 0, below))
        return Patch(patch.corner, values_of(patch.values, self.slope, self.inter, finite))

    def opened(self):
        """The file for `slices`, without a buffer, whose position asking for holes would move."""
        return open(self.data_file, "rb", buffering=0)

    def slices(self, stream, index: int, first: int, stop: int) -> tuple[int, np.ndarray]:
        """Of some slices of a volume the first that holds data, and those up to the last, as stored.

        The file must not be compressed.
        """
        n_bytes, thickness = self.n_voxels * self.dtype.itemsize, self._slice * self.dtype.itemsize
        start = self.offset + index * n_bytes
        if os.fstat(stream.fileno()).st_size < start + n_bytes:
            raise self._too_short(index)
        if self.inter == 0:  # else a stored zero is not zero
            used = list(extents(stream.fileno(), start + first * thickness, start + stop * thickness))
            if used:
                first, stop = (used[0][0] - start) // thickness, -(-(used[-1][1] - start) // thickness)
            else:
                stop = first
        stored = np.empty((stop - first) * self._slice, self.dtype)
        read_around(stream.fileno(), start + first * thickness, stored.view(np.uint8))
        return first, stored.reshape((*self.shape[:2], -1), order="F")

    def _read_volume(self, stream, volume, index) -> None:
        n_bytes = self._fill(stream, memoryview(volume.view(np.uint8)))
        if n_bytes < volume.nbytes:
            raise self._too_short(index)

    def _too_short(self, index) -> ValueError:
        return ValueError(
            f"{self.data_file} ends in volume {index + 1} of the {self.n_volumes} that its header "
            "announces; copy or make the file again."
        )

    def _read_checksum(self, stream) -> None:
        # the checksum at the end of a compressed file is seen by reading past the data
        rest = memoryview(bytearray(1 << 20))
        while self._fill(stream, rest):
            pass

    def _fill(self, stream, buffer) -> int:
        """Read until the buffer is full or the file ends; how many bytes came."""
        filled = 0
        try:
            while filled < len(buffer) and (n_bytes := stream.readinto(buffer[filled:])):
                filled += n_bytes
        except DAMAGED as error:
            raise ValueError(
                f"{self.data_file}: the compressed data are damaged or cut off ({error}); "
                "copy or make the file again."
            ) from error
        return filled
