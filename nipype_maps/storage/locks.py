"""Locks of the operating system: they end with the process that holds them, however it ends.

Process ids are less reliable: they are reused, and differ between containers.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

HOST = os.uname().nodename
#: Errors of file systems without locks; some need a descriptor that is open for writing.
WITHOUT = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EBADF)


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file without waiting; False if another holds it, None if that cannot be known.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file, open(file.name) as again:
    ...     try_lock(file.fileno()), try_lock(again.fileno())
    (True, False)
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in WITHOUT:
            raise
        return None
    return True


def unlock(descriptor: int) -> None:
    """Release a lock, also on behalf of processes that were forked meanwhile and hold it too."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    except OSError as error:
        if error.errno not in WITHOUT:
            raise


def is_at(descriptor: int, path: Path) -> bool:
    """Whether a path still names the file that was opened."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False
