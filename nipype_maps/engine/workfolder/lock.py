"""One process at a time writes to a work folder."""

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
from typing import Any

from ...storage.locks import HOST, is_at, try_lock, unlock
from ...storage.paths import PathLike

NAME = ".lock"
#: Seconds that the workers of a killed process are given to notice that it is gone.
ORPHANS = 10.0

logger = logging.getLogger("nipype.workflow")

#: Descriptors of held locks: the thread whose forks hold it too, or None where no fork does.
_held: dict[int, int | None] = {}


class FolderInUseError(RuntimeError):
    """Another process holds the work folder.

    Attributes
    ----------
    what : str
        Which folder is in use by whom, without the advice of the message.
    """

    def __init__(self, what: str, alternative: str = "work folder"):
        super().__init__(f"{what}; wait until it has finished, or choose another {alternative}.")
        self.what = what


@contextlib.contextmanager
def locked(folder: PathLike, wait: bool = False, alternative: str = "work folder") -> Iterator[None]:
    """Hold a folder, so that no other process writes to it.

    The lock is the operating system's (``flock``): it ends with the process that holds it and
    the workers that this thread forked, however they end.  Processes that other threads fork
    meanwhile do not hold it.  The modification time of its file shows when it was last held.

    Parameters
    ----------
    folder : path-like
        Created if it does not exist.
    wait : bool
        Wait until another process has finished.
    alternative : str
        What else the user can choose, for messages.

    Raises
    ------
    FolderInUseError
        If another process holds the folder, unless ``wait``.
    """
    folder = Path(folder)
    process = os.getpid()
    descriptor, master = _acquire(folder, wait, alternative)
    try:
        _held.update({descriptor: threading.get_ident(), master: None})
        yield
    finally:
        for held in (descriptor, master):
            _held.pop(held, None)
        if os.getpid() == process:
            with contextlib.suppress(OSError):  # a holder that is still named was killed
                os.ftruncate(descriptor, 0)
            # also on behalf of processes that were forked meanwhile by others
            unlock(descriptor)
            os.close(master)
            os.close(descriptor)


def _acquire(folder: Path, wait: bool, alternative: str) -> tuple[int, int]:
    """Descriptors of the lock and of the folder, both held."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        opened: list[int] = []
        try:
            opened.append(_open(folder / NAME))
            opened.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
            _hold(opened[0], opened[1], folder, wait, alternative)
            # the folder may have been removed meanwhile, as an unused one
            if is_at(opened[0], folder / NAME):
                return opened[0], opened[1]
        except FileNotFoundError:
            pass  # removed meanwhile
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
            break  # the file does not exist and cannot be created
        except OSError as error:
            if path.is_symlink():
                raise OSError(
                    f"{path} is a symbolic link, which nipype-maps never creates; remove it."
                ) from error
            raise
    else:
        raise PermissionError(
            f"{path} belongs to another user and cannot be read; choose another work folder."
        )
    if descriptor is None:
        raise PermissionError(f"cannot write to the folder {path.parent}; choose another one.")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a regular file and cannot be locked; remove it.")
    return descriptor


def _hold(descriptor: int, master: int, folder: Path, wait: bool, alternative: str) -> None:
    start, is_reported = time.monotonic(), False
    while not _try(descriptor, folder):
        # workers hold the lock too, but not the folder
        dying = _is_free(master) and time.monotonic() - start < ORPHANS
        if not wait and not dying:
            raise FolderInUseError(f"{folder} is in use by {_described(_holder(descriptor))}", alternative)
        if not is_reported and not dying:
            is_reported = True
            logger.warning(
                "%s is in use by %s; waiting until it has finished.", folder, _described(_holder(descriptor))
            )
        time.sleep(0.05)
    for _ in range(100):
        if try_lock(master) is not False:  # another process is testing right now whether it is free
            break
        time.sleep(0.001)
    if holder := _holder(descriptor):
        logger.warning(
            "%s was held by %s, which was killed; continuing with its results that are intact.",
            folder,
            _described(holder),
        )
    now = datetime.now().astimezone().isoformat(" ", "seconds")
    content = json.dumps({"process": os.getpid(), "host": HOST, "since": now})
    with contextlib.suppress(OSError):  # that it is held matters more than by whom
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, content.encode(), 0)


def _try(descriptor: int, folder: Path) -> bool:
    held = try_lock(descriptor)
    if held is None:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise PermissionError(
                f"{folder / NAME} belongs to another user and cannot be written, which its file system needs "
                "for a lock; have its owner call chmod g+w on it, or choose another work folder."
            )
        logger.warning(
            "the file system of %s does not support locks; let no other process use it meanwhile.", folder
        )
    return held is not False


def _is_free(descriptor: int) -> bool:
    """Whether nobody holds an open file; False where that cannot be determined."""
    free = try_lock(descriptor) is True
    if free:
        unlock(descriptor)
    return free


def _release_in_child() -> None:
    """In a forked process: close the locks that belong to other threads of the parent.

    Otherwise a folder that another thread holds would be in use as long as this process lives, which
    would wait for itself.
    """
    for descriptor, holder in list(_held.items()):
        if holder != threading.get_ident():
            del _held[descriptor]
            os.close(descriptor)


os.register_at_fork(after_in_child=_release_in_child)


def _holder(descriptor: int) -> dict[str, Any]:
    try:
        found = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    is_valid = isinstance(found, dict) and isinstance(found.get("process"), int)
    return found if is_valid else {}


def _described(holder: dict[str, Any]) -> str:
    if not holder:
        return "another process"
    return f"process {holder.get('process')} on {holder.get('host')} (since {holder.get('since')})"
