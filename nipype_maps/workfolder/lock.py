"""One run at a time in a work folder."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ..files.processes import HOST, is_running

NAME = ".lock"
#: Seconds that workers of a killed run are given to notice that it is gone.
ORPHANS = 10.0

logger = logging.getLogger("nipype.workflow")

#: By descriptor, the thread that holds a folder.
_held: dict[int, int] = {}


class FolderInUseError(RuntimeError):
    """Another run holds the work folder."""


@contextlib.contextmanager
def locked(folder, wait: bool = False) -> Iterator[None]:
    """Hold a folder, so that no other run writes to it.

    The lock is the operating system's (``flock``): it ends with the process that holds it and
    the workers that this thread forked, however they end.  Processes that other threads fork
    meanwhile do not hold it.

    Parameters
    ----------
    folder : path-like
        Made if it is not there.
    wait : bool
        Wait for another run to end.

    Raises
    ------
    FolderInUseError
        If another run holds the folder, unless ``wait``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    _held[descriptor] = threading.get_ident()
    try:
        _acquire(descriptor, folder, wait)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        del _held[descriptor]
        os.close(descriptor)


def _let_go() -> None:
    """In a forked process: leave to the process that holds them the folders of its other threads.

    Else they would be in use as long as this process lives, and it would wait for itself.
    """
    for descriptor in [descriptor for descriptor, holder in _held.items() if holder != threading.get_ident()]:
        del _held[descriptor]
        os.close(descriptor)


os.register_at_fork(after_in_child=_let_go)


def _acquire(descriptor: int, folder: Path, wait: bool) -> None:
    began, said = time.monotonic(), False
    while not _try(descriptor, folder):
        holder = _holder(descriptor)
        dying = (
            not is_running(holder.get("process", 0), holder.get("host", ""))
            and time.monotonic() - began < ORPHANS
        )
        if not wait and not dying:
            raise FolderInUseError(
                f"{folder} is in use by {_told(holder)}; wait until it has ended, or choose "
                "another work folder."
            )
        if not said and not dying:
            said = True
            logger.warning("%s is in use by %s; waiting for it to end.", folder, _told(holder))
        time.sleep(0.05)
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
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
        logger.warning(
            "the file system of %s knows no locks; take care that no other run uses it meanwhile.", folder
        )
    return True


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
