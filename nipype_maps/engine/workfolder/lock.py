"""One run at a time in a work folder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import stat
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ...storage.locks import HOST, is_at, try_lock, unlock

NAME = ".lock"
#: Seconds that workers of a killed run are given to notice that it is gone.
ORPHANS = 10.0

logger = logging.getLogger("nipype.workflow")

#: What is held, by descriptor: the thread whose forks hold it too, or None where no fork does.
_held: dict[int, int | None] = {}


class FolderInUseError(RuntimeError):
    """Another run holds the work folder."""


@contextlib.contextmanager
def locked(folder, wait: bool = False, instead: str = "work folder") -> Iterator[None]:
    """Hold a folder, so that no other run writes to it.

    The lock is the operating system's (``flock``): it ends with the process that holds it and
    the workers that this thread forked, however they end.  Processes that other threads fork
    meanwhile do not hold it.  When it was held last is the time of its file.

    Parameters
    ----------
    folder : path-like
        Made if it is not there.
    wait : bool
        Wait for another run to end.
    instead : str
        What else to choose, for messages.

    Raises
    ------
    FolderInUseError
        If another run holds the folder, unless ``wait``.
    """
    folder = Path(folder)
    process = os.getpid()
    descriptor, master = _acquire(folder, wait, instead)
    try:
        _held.update({descriptor: threading.get_ident(), master: None})
        yield
    finally:
        for held in (descriptor, master):
            _held.pop(held, None)
        if os.getpid() == process:
            with contextlib.suppress(OSError):  # a holder that is named was killed
                os.ftruncate(descriptor, 0)
            # also for processes that were forked meanwhile by others, who know nothing of it
            unlock(descriptor)
            os.close(master)
            os.close(descriptor)


def _acquire(folder: Path, wait: bool, instead: str) -> tuple[int, int]:
    """Descriptors of the lock and of the folder, both held."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        opened = []
        try:
            opened.append(_open(folder / NAME))
            opened.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
            _hold(*opened, folder, wait, instead)
            # the folder may have been removed meanwhile, as one that nobody uses
            if is_at(opened[0], folder / NAME):
                return tuple(opened)
        except FileNotFoundError:
            pass  # nor is it there any more
        except BaseException:
            for descriptor in opened:
                os.close(descriptor)
            raise
        for descriptor in opened:
            os.close(descriptor)


def _open(path: Path) -> int:
    flags, descriptor = os.O_NOFOLLOW | os.O_NONBLOCK, None
    # the file of another user is locked even where it can only be read; some systems refuse
    # to open it if it may be created (sysctl fs.protected_regular)
    for access in (os.O_RDWR | os.O_CREAT, os.O_RDWR, os.O_RDONLY):
        try:
            descriptor = os.open(path, access | flags, 0o666)
            break
        except PermissionError:
            continue
        except FileNotFoundError:
            if access & os.O_CREAT:
                raise  # the folder is gone
            break  # nor can it be made
        except OSError as error:
            if path.is_symlink():
                raise OSError(f"{path} is a link, which no run has made; remove it.") from error
            raise
    else:
        raise PermissionError(f"{path} is another user's and cannot be read; choose another work folder.")
    if descriptor is None:
        raise PermissionError(f"cannot write to the folder {path.parent}; choose another one.")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no file, so that it cannot be locked; remove it.")
    return descriptor


def _hold(descriptor: int, master: int, folder: Path, wait: bool, instead: str) -> None:
    began, said = time.monotonic(), False
    while not _try(descriptor, folder):
        # workers hold the lock too, but not the folder
        dying = _is_free(master) and time.monotonic() - began < ORPHANS
        if not wait and not dying:
            raise FolderInUseError(
                f"{folder} is in use by {_told(_holder(descriptor))}; wait until it has ended, or choose "
                f"another {instead}."
            )
        if not said and not dying:
            said = True
            logger.warning("%s is in use by %s; waiting for it to end.", folder, _told(_holder(descriptor)))
        time.sleep(0.05)
    for _ in range(100):
        if try_lock(master) is not False:  # another looks just now whether it is free
            break
        time.sleep(0.001)
    if holder := _holder(descriptor):
        logger.warning(
            "%s was held by %s, which ended without letting go; going on with what is sound in it.",
            folder,
            _told(holder),
        )
    now = datetime.now().astimezone().isoformat(" ", "seconds")
    content = json.dumps({"process": os.getpid(), "host": HOST, "since": now})
    with contextlib.suppress(OSError):  # who holds it matters less than that it is held
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, content.encode(), 0)


def _try(descriptor: int, folder: Path) -> bool:
    held = try_lock(descriptor)
    if held is None:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise PermissionError(
                f"{folder / NAME} is another user's and cannot be written, as its file system wants it for a "
                "lock; have its owner run chmod g+w on it, or choose another work folder."
            )
        logger.warning(
            "the file system of %s knows no locks; take care that no other run uses it meanwhile.", folder
        )
    return held is not False


def _is_free(descriptor: int) -> bool:
    """Whether nobody holds an open file; where that cannot be known, somebody does."""
    free = try_lock(descriptor) is True
    if free:
        unlock(descriptor)
    return free


def _let_go() -> None:
    """In a forked process: leave what it shall not hold to the process that it comes from.

    Else a folder that another thread holds would be in use as long as this process lives, which
    would wait for itself.
    """
    for descriptor, holder in list(_held.items()):
        if holder != threading.get_ident():
            del _held[descriptor]
            os.close(descriptor)


os.register_at_fork(after_in_child=_let_go)


def _holder(descriptor: int) -> dict:
    try:
        found = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    known = isinstance(found, dict) and isinstance(found.get("process"), int)
    return found if known else {}


def _told(holder: dict) -> str:
    if not holder:
        return "another run"
    return f"the run of process {holder.get('process')} on {holder.get('host')} (since {holder.get('since')})"
