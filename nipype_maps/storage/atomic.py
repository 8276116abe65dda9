"""Files and folders that are either complete or not there.

What is being made is a draft: a file of a name that nobody can guess, made exclusively, so that
no link is followed, and locked for as long as it is being made.  What can be locked has nobody
who makes it any more, and is swept away.
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

#: A draft, or the lock of a draft folder; without what follows the number, the folder itself.
DRAFT = re.compile(r"(\.draft-[0-9a-f]{16})(-.*)?", re.DOTALL)


#: Drafts of versions that locked nothing.
UNLOCKED = re.compile(rf"\.[0-9]+-{re.escape(HOST)}\..*", re.DOTALL)


LOCK = "-lock"


#: Seconds after which a draft without a lock is taken for left behind: of earlier versions, and
#: where the file system knows no locks.
ABANDONED = 24 * 3600.0


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
def draft_folder(parent) -> Iterator[Path]:
    """A new folder in another, for as long as the context lasts; what is to stay is renamed.

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
    # the lock lies beside the folder: it is there before the folder, and goes after it
    with _drafting(parent, parent, LOCK) as (lock, _):
        folder = _folder_of(lock)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(folder) -> None:
    """Remove what processes that were killed left of files and folders they were making in a folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for path in (Path(folder, name) for name in names):
        with contextlib.suppress(OSError):  # it is gone meanwhile, or another user's
            if found := DRAFT.fullmatch(path.name):
                if found[2]:
                    _remove_if_left(path)
                elif not path.with_name(path.name + LOCK).exists():
                    shutil.rmtree(path)
            elif UNLOCKED.fullmatch(path.name) and _is_old(path.lstat()):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def _drafting(path, parent, ending: str) -> Iterator[tuple[Path, int]]:
    """A new file, locked, and its descriptor; it is removed in the end unless it has been renamed.

    Where it cannot be made, the error names the path that it is for.
    """
    while True:
        draft = Path(parent, f".draft-{secrets.token_hex(8)}{ending}")
        try:
            descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        except FileExistsError:
            continue
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        # whoever sweeps may have come before the lock
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
    return lock.with_name(DRAFT.fullmatch(lock.name)[1])


def _is_old(status: os.stat_result) -> bool:
    return time.time() - status.st_mtime > ABANDONED


def copy(source, path) -> None:
    """Copy a file atomically."""
    with replacing(path) as temporary:
        shutil.copyfile(source, temporary)
