"""Files that are either complete or not there."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .processes import HOST, is_running


def draft_of(path) -> Path:
    """A name beside a path, for what is being made there; `sweep` knows whose it is."""
    path = Path(path)
    return path.with_name(f".{os.getpid()}-{HOST}.{path.name}")


@contextmanager
def replacing(path, durable: bool = True) -> Iterator[Path]:
    """A temporary path in the same folder, which takes the final name on success.

    Parameters
    ----------
    path : path-like
        Where the file shall be.
    durable : bool
        Wait until the disk has it, so that not even a power failure leaves half of it.

    Yields
    ------
    pathlib.Path
        Write here.  On an exception it is removed and what ``path`` held stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with replacing(folder / "signals.tsv") as temporary:
    ...     _ = temporary.write_text("map-01")
    >>> [p.name for p in folder.iterdir()]
    ['signals.tsv']
    """
    # the extension is kept in place, because image writers choose the format by it
    temporary = draft_of(path)
    try:
        yield temporary
        if durable:
            with open(temporary, "rb") as stream:
                os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder) -> None:
    """Remove what processes that were killed left of files and folders they were making in a folder."""
    for path in Path(folder).glob(".[0-9]*-*"):
        process, _, rest = path.name[1:].partition("-")
        host = HOST if rest.startswith(f"{HOST}.") else ""
        if process.isdigit() and not is_running(int(process), host):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def copy(source, path) -> None:
    """Copy a file atomically."""
    with replacing(path) as temporary:
        shutil.copyfile(source, temporary)


def sha256(path) -> str:
    """Hexadecimal SHA-256 of a file's bytes.

    Examples
    --------
    >>> import os
    >>> sha256(os.devnull)[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
