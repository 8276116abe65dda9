"""One image file's bytes: read forward, inflated or not, volume by volume."""

from __future__ import annotations

import collections
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..numerics.blocks import values_of
from ..numerics.patches import Patch, patch_of
from ..storage.compression import CHUNK, DAMAGED, compression_of, hindrance, holds, open_to_read, skip
from ..storage.sparse import extents, read_around


class Segment:
    """The volumes of one image file.

    Parameters
    ----------
    image : nibabel.Nifti1Pair
        As nibabel opened it; nothing but its header is used.

    Raises
    ------
    FileNotFoundError
        If the data of a pair of files do not exist.
    ValueError
        If the file is too small for what its header announces.
    """

    def __init__(self, image: Any):
        header = image.header
        self.n_volumes = image.shape[3] if len(image.shape) > 3 else 1
        self.shape = image.shape[:3]
        self.n_voxels = math.prod(self.shape)
        self._slice = math.prod(self.shape[:2])
        self.dtype = header.get_data_dtype()
        proxy = image.dataobj
        self.slope, self.inter, self.offset = proxy.slope, proxy.inter, proxy.offset
        self.data_file = Path(image.file_map["image"].filename)
        self.compressed = compression_of(self.data_file) != ""
        if not self.data_file.exists():
            header_file = image.file_map["header"].filename
            raise FileNotFoundError(f"{self.data_file}, the data of {header_file}, does not exist.")
        if reason := hindrance(self.data_file):  # of a pair, whose header was read from another file
            raise ValueError(f"{self.data_file} cannot be read ({reason}).")
        self._state = self._current_state()
        self._require_room()

    @property
    def n_bytes(self) -> int:
        """Bytes of a volume."""
        return self.n_voxels * self.dtype.itemsize

    def _require_room(self) -> None:
        """Raise ValueError if the file is too small for what its header announces.

        Memory is allocated for what the header announces, which may be anything.
        """
        if holds(self.data_file, self.offset + self.n_volumes * self.n_bytes):
            return
        if self.compressed:
            raise ValueError(
                f"{self.data_file} is too small to hold the {self.n_volumes} volumes of "
                f"{' x '.join(map(str, self.shape))} voxels that its header announces; copy or make the file "
                "again."
            )
        size = self.data_file.stat().st_size
        raise self._too_short((size - self.offset) // self.n_bytes if size >= self.offset else None)

    def _current_state(self) -> tuple[int, int, int]:
        stat = self.data_file.stat()
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def _require_unchanged(self) -> None:
        if self._current_state() != self._state:
            raise ValueError(f"{self.data_file} was changed while it was read; call again.")

    def blocks(self, voxels: np.ndarray | None, sizes: Iterator[int]) -> Iterator[np.ndarray]:
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
            if self._skip(stream, self.offset) < self.offset:
                raise self._too_short(None)
            for index in range(self.n_volumes):
                self._read_volume(stream, volume, index)
                if index == self.n_volumes - 1:
                    if self.compressed:
                        self._read_checksum(stream)
                    self._require_unchanged()
                yield volume

    def patch(self, stored: np.ndarray, below: int, finite: bool) -> Patch:
        """The values of slices (X, Y, n) above ``below`` others, without the zeros around them."""
        if self.inter != 0:
            return patch_of(values_of(stored, self.slope, self.inter, finite), (0, 0, below))
        patch = patch_of(stored, (0, 0, below))
        return Patch(patch.corner, values_of(patch.values, self.slope, self.inter, finite))

    def opened(self) -> io.FileIO:
        """The file for `slices`, without a buffer, since looking for holes moves the position."""
        return open(self.data_file, "rb", buffering=0)

    def slices(self, stream: io.FileIO, index: int, first: int, stop: int) -> tuple[int, np.ndarray]:
        """The first of some slices of a volume that contains data, and the stored values up to the last.

        The file must not be compressed.
        """
        self._require_unchanged()
        thickness = self._slice * self.dtype.itemsize
        start = self.offset + index * self.n_bytes
        if self.inter == 0:  # else a stored zero is not zero
            used = list(extents(stream.fileno(), start + first * thickness, start + stop * thickness))
            if used:
                first, stop = (used[0][0] - start) // thickness, -(-(used[-1][1] - start) // thickness)
            else:
                stop = first
        stored = np.empty((stop - first) * self._slice, self.dtype)
        read_around(stream.fileno(), start + first * thickness, stored.view(np.uint8))
        return first, stored.reshape((*self.shape[:2], -1), order="F")

    def _read_volume(self, stream: BinaryIO, volume: np.ndarray, index: int) -> None:
        n_bytes = self._fill(stream, volume.view(np.uint8).data)
        if n_bytes < volume.nbytes:
            raise self._too_short(index)

    def _too_short(self, index: int | None) -> ValueError:
        """The error that the file ends in a volume, or before the first one."""
        if index is None:
            return ValueError(f"{self.data_file} ends inside its header; copy or make the file again.")
        return ValueError(
            f"{self.data_file} ends in volume {index + 1} of the {self.n_volumes} that its header "
            "announces; copy or make the file again."
        )

    def _read_checksum(self, stream: BinaryIO) -> None:
        # the checksum at the end of a compressed file is seen by reading past the data
        while self._skip(stream, CHUNK):
            pass

    def _skip(self, stream: BinaryIO, n_bytes: int) -> int:
        """Skip bytes; return how many there were."""
        try:
            return skip(stream, n_bytes)
        except DAMAGED as error:
            raise self._damaged(error) from error

    def _fill(self, stream: Any, buffer: memoryview) -> int:
        """Read until the buffer is full or the file ends; return how many bytes were read."""
        filled = 0
        try:
            while filled < len(buffer) and (n_bytes := stream.readinto(buffer[filled:])):
                filled += n_bytes
        except DAMAGED as error:
            raise self._damaged(error) from error
        return filled

    def _damaged(self, error: BaseException) -> ValueError:
        return ValueError(
            f"{self.data_file}: the compressed data are damaged or cut off ({error}); "
            "copy or make the file again."
        )
