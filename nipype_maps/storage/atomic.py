"""Files and folders that are either complete or absent.

A file is written as a draft: under a name that nobody can guess, created exclusively, so that no
link is followed, and locked while it is being written.  A draft that is not locked has been left
by a process that was killed, and is swept.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .locks import HOST, is_at, try_lock
from .paths import PathLike

#: A draft, or the lock of a draft folder; without an ending, the folder itself.
DRAFT = re.compile(r"(\.draft-[0-9a-f]{16})(-.*)?", re.DOTALL)


#: Drafts of versions without locks.
UNLOCKED = re.compile(rf"\.[0-9]+-{re.escape(HOST)}\..*", re.DOTALL)


LOCK = "-lock"


#: Seconds after which a draft without a lock counts as left behind: of earlier versions, and where
#: the file system does not support locks.
ABANDONED = 24 * 3600.0


@contextmanager
def replacing(path: PathLike, durable: bool = True) -> Iterator[Path]:
    """A temporary path in the same folder, renamed to the final one on success.

    Parameters
    ----------
    path : path-like
        The final path.
    durable : bool
        Wait until the disk has it, so that not even a power failure leaves half of it.

    Yields
    ------
    pathlib.Path
        Write here.  On an exception it is removed and an existing file at ``path`` stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with replacing(folder / "signals.tsv") as temporary:
    ...     _ = temporary.write_text("map-01")
    >>> [p.name for p in folder.iterdir()]
    ['signals.tsv']
    """
    path = Path(path)
    # the ending is kept, because image writers choose the format by it
    with _drafting(path, path.parent, f"-{path.name[-40:]}") as (draft, descriptor):
        yield draft
        if durable:
            os.fsync(descriptor)
        if not is_at(descriptor, draft):
            raise OSError(f"{path} was not written: its draft was moved or replaced by another program.")
        os.replace(draft, path)


@contextmanager
def draft_folder(parent: PathLike) -> Iterator[Path]:
    """A new folder inside another, removed at the end of the context unless it has been renamed.

    Examples
    --------
    >>> import tempfile
    >>> parent = Path(tempfile.mkdtemp())
    >>> with draft_folder(parent) as folder:
    ...     _ = (folder / "maps.nii").write_text("")
    ...     _ = folder.rename(parent / "maps")
    >>> [p.name for p in parent.iterdir()]
    ['maps']
    """
    # the lock is beside the folder: created before it, and removed after it
    with _drafting(parent, parent, LOCK) as (lock, _):
        folder = _folder_of(lock)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(folder: PathLike) -> None:
    """Remove the drafts that killed processes have left in a folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for path in (Path(folder, name) for name in names):
        with contextlib.suppress(OSError):  # removed meanwhile, or another user's
            if found := DRAFT.fullmatch(path.name):
                if found[2]:
                    _remove_if_left(path)
                elif not path.with_name(path.name + LOCK).exists():
                    shutil.rmtree(path)
            elif UNLOCKED.fullmatch(path.name) and _is_old(path.lstat()):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def _drafting(path: PathLike, parent: PathLike, ending: str) -> Iterator[tuple[Path, int]]:
    """A new file, locked, and its descriptor; it is removed at the end unless it has been renamed.

    Where it cannot be created, the error names the final path.
    """
    while True:
        draft = Path(parent, f".draft-{secrets.token_hex(8)}{ending}")
        try:
            descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        except FileExistsError:
            continue
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        # another process may have swept it before it was locked
        if try_lock(descriptor) is not False and is_at(descriptor, draft):
            break
        os.close(descriptor)
    try:
        yield draft, descriptor
    finally:
        try:
            draft.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _remove_if_left(path: Path) -> None:
    descriptor = _open(path)
    try:
        status = os.fstat(descriptor)
        free = try_lock(descriptor) if stat.S_ISREG(status.st_mode) else False
        if free or (free is None and _is_old(status)):
            if path.name.endswith(LOCK):
                shutil.rmtree(_folder_of(path), ignore_errors=True)
            path.unlink()
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    flags = os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        return os.open(path, os.O_RDWR | flags)  # NFS locks only what can be written
    except PermissionError:
        return os.open(path, os.O_RDONLY | flags)


def _folder_of(lock: Path) -> Path:
    return lock.with_name(lock.name.removesuffix(LOCK))


def _is_old(status: os.stat_result) -> bool:
    return time.time() - status.st_mtime > ABANDONED


def copy(source: PathLike, path: PathLike) -> None:
    """Copy a file atomically."""
    with replacing(path) as temporary:
        shutil.copyfile(source, temporary)
