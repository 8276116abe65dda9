"""Compressed files by their endings, in any case: gzip, bzip2 and Zstandard.

gzip goes through ISA-L where the package isal is installed, else the standard library; the
others as nibabel opens them.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import Any, BinaryIO, cast

from nibabel.openers import ImageOpener

from .paths import PathLike

DAMAGED: tuple[type[BaseException], ...] = (OSError, EOFError, zlib.error)
try:
    from isal import igzip, isal_zlib
except ImportError:
    _GzipFile: Any = gzip.GzipFile
    crc32 = zlib.crc32
    #: What inflates, for the log.
    LIBRARY = f"zlib {zlib.ZLIB_RUNTIME_VERSION} (install isal to read faster)"
else:
    DAMAGED = (*DAMAGED, cast(type[BaseException], isal_zlib.error))  # declared as an instance
    _GzipFile = igzip.IGzipFile
    crc32 = isal_zlib.crc32
    LIBRARY = f"ISA-L (isal {metadata.version('isal')})"

#: A light setting: float64 noise hardly compresses, and the heaviest takes many times as long.
LEVEL = 2
#: What compressed files begin with; long enough that hardly any image does.
MAGIC = {".gz": b"\x1f\x8b\x08", ".bz2": b"BZh", ".zst": b"\x28\xb5\x2f\xfd"}
NAMES = {".gz": "gzip", ".bz2": "bzip2", ".zst": "Zstandard"}
#: How many times larger than the file a gzip file can be once it is inflated, at most.
DEFLATE_RATIO = 1032
#: Bytes that are inflated to be left out, at once.
CHUNK = 1 << 20

for _module in ("compression.zstd", "backports.zstd", "pyzstd"):  # what nibabel reads .zst by
    try:
        DAMAGED = (*DAMAGED, importlib.import_module(_module).ZstdError)
    except ImportError:
        continue


def compression_of(path: PathLike) -> str:
    """The ending that says how a file is compressed, in lower case; '' for one that is not.

    Examples
    --------
    >>> compression_of("bold.nii.GZ"), compression_of("bold.nii")
    ('.gz', '')
    """
    ending = os.path.splitext(path)[1].lower()
    return ending if ending in MAGIC else ""


def hindrance(path: PathLike) -> str | None:
    """Why a file cannot be decompressed as its name says, or None; not whether it is damaged."""
    ending = compression_of(path)
    try:
        with open(path, "rb") as stream:
            first = stream.read(4)
        if ending == ".zst":
            open_to_read(path).close()
    except OSError:
        return None  # that it does not exist, for others to say
    except ZstdMissingError as error:
        return str(error)
    found = next((key for key, magic in MAGIC.items() if first.startswith(magic)), "")
    if found == ending:
        return None
    if not found:
        return f"it is not a {NAMES[ending]} file, as its name says; rename it, or copy or create it again"
    return f"it is compressed by {NAMES[found]}, but its name does not end in {found}; rename it"


class ZstdMissingError(ValueError):
    """No package is installed that decompresses Zstandard."""


def open_to_read(path: PathLike) -> BinaryIO:
    """Open a file, decompressed if its name says that it is compressed.

    Raises
    ------
    ZstdMissingError
        If the package that decompresses it is not installed.
    """
    ending = compression_of(path)
    if ending == ".gz":
        return _GzipFile(path, "rb")
    if ending == ".bz2":
        return cast(BinaryIO, bz2.BZ2File(path, "rb"))
    if not ending:
        return open(path, "rb")
    try:
        return cast(BinaryIO, ImageOpener(os.fspath(path), "rb"))
    except OSError:
        raise
    except Exception as error:  # nibabel raises one of its own, and other versions another
        raise ZstdMissingError(
            "Zstandard needs the package backports.zstd; install it, or compress the file by gzip"
        ) from error


def holds(path: PathLike, n_bytes: int) -> bool:
    """Whether a file can contain so many bytes after decompression.

    The size of a plain file decides; that of a gzip file sets a bound.  Others are decompressed that
    far where the number is many times their size.
    """
    size, ending = os.path.getsize(path), compression_of(path)
    if not ending:
        return n_bytes <= size
    if n_bytes <= size * DEFLATE_RATIO:
        return True
    if ending == ".gz":
        return False
    try:
        with open_to_read(path) as stream:
            return skip(stream, n_bytes) == n_bytes
    except DAMAGED:
        return True  # whoever reads it says where it is damaged


def skip(stream: BinaryIO, n_bytes: int) -> int:
    """Skip bytes; return how many there were."""
    skipped = 0
    while skipped < n_bytes and (chunk := stream.read(min(CHUNK, n_bytes - skipped))):
        skipped += len(chunk)
    return skipped


@contextmanager
def open_to_write(path: PathLike) -> Iterator[BinaryIO]:
    """A new file, deflated if its name ends in .gz; the same content gives the same bytes."""
    with open(path, "w+b") as stream:
        if compression_of(path) != ".gz":
            yield stream
            return
        with _GzipFile("", "wb", compresslevel=LEVEL, fileobj=stream, mtime=0) as compressed:
            yield compressed
