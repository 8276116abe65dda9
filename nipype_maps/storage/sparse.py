"""Sparse files: zeros that take no space on disk.

A map is zero nearly everywhere.  Where a file system supports sparse files (ext4, xfs, btrfs,
tmpfs, NFS 4.2, ...), images of maps take the space of their non-zero regions; readers see
ordinary files, and elsewhere they are only larger.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

import numpy as np

PAGE = 4096
#: Pages of zeros that are left out: shorter gaps cost more calls than they save bytes.
HOLE = 2


def write_around(fd: int, offset: int, data: np.ndarray) -> None:
    """Write bytes at an offset, leaving out pages of zeros.

    Parameters
    ----------
    fd : int
        Descriptor of a file that has no data there yet.
    offset : int
    data : (n,) uint8 array, contiguous
    """
    n_pages = data.size // PAGE
    words = data[: n_pages * PAGE].view(np.uint64).reshape(n_pages, PAGE // 8)
    used = np.bitwise_or.reduce(words, axis=1) != 0
    pages = np.flatnonzero(np.append(used, data.size % PAGE > 0))
    after_hole = np.diff(pages, prepend=-HOLE - 1) > HOLE
    before_hole = np.append(after_hole[1:], True)[: pages.size]
    for first, last in zip(pages[after_hole] * PAGE, (pages[before_hole] + 1) * PAGE, strict=True):
        written, last = first, min(last, data.size)
        while written < last:
            written += os.pwrite(fd, data[written:last].data, offset + written)


def extents(fd: int, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The regions with data between two offsets of a file; all of it if the system cannot tell."""
    while start < stop:
        try:
            first = os.lseek(fd, start, os.SEEK_DATA)
            last = os.lseek(fd, first, os.SEEK_HOLE)
        except AttributeError:  # an operating system without sparse files
            first, last = start, stop
        except OSError as error:
            if error.errno == errno.ENXIO:  # no more data up to the end of the file
                return
            first, last = start, stop
        if first < stop:
            yield first, min(last, stop)
        start = last


def read_around(fd: int, offset: int, buffer: np.ndarray) -> None:
    """Fill a buffer from a file, with zeros for its sparse regions and beyond its end.

    Reading sparse regions would fill the system's cache with as many zeros as the file seems large.

    Parameters
    ----------
    fd : int
    offset : int
    buffer : (n,) uint8 array, contiguous
    """
    filled = 0
    for first, last in extents(fd, offset, offset + buffer.size):
        first, last = first - offset, last - offset
        buffer[filled:first] = 0
        while first < last and (n_bytes := os.preadv(fd, [buffer[first:last].data], offset + first)):
            first += n_bytes
        filled = first
    buffer[filled:] = 0
