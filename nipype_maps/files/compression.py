"""gzip through ISA-L where the package isal is installed, else the standard library."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import BinaryIO

try:
    from isal import igzip, isal_zlib
except ImportError:
    DAMAGED = (OSError, EOFError, zlib.error)
    _GzipFile = gzip.GzipFile
    crc32 = zlib.crc32
    #: What inflates, for the log.
    LIBRARY = f"zlib {zlib.ZLIB_RUNTIME_VERSION} (install isal to read faster)"
else:
    DAMAGED = (OSError, EOFError, zlib.error, isal_zlib.error)
    _GzipFile = igzip.IGzipFile
    crc32 = isal_zlib.crc32
    LIBRARY = f"ISA-L (isal {metadata.version('isal')})"

#: A light setting: float64 noise hardly compresses, and the heaviest takes many times as long.
LEVEL = 2


def open_to_read(path) -> BinaryIO:
    """A file's bytes, inflated if its name ends in .gz."""
    return _GzipFile(path, "rb") if str(path).endswith(".gz") else open(path, "rb")


@contextmanager
def open_to_write(path) -> Iterator[BinaryIO]:
    """A new file, deflated if its name ends in .gz; the same content gives the same bytes."""
    with open(path, "w+b") as stream:
        if not str(path).endswith(".gz"):
            yield stream
            return
        with _GzipFile("", "wb", compresslevel=LEVEL, fileobj=stream, mtime=0) as compressed:
            yield compressed
