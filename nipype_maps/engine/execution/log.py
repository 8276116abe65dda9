"""nipype's log: to a file, and not to the screen unless requested."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from ...storage.paths import PathLike

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


#: For each active context its thread, and the handlers that were set before.
_screens: list[tuple[int, list[logging.Handler]]] = []


class _ToFile(logging.FileHandler):
    """A log file; symbolic links are replaced, not followed.

    Where the disk is full, the failure of a step reports it, not each line that cannot be logged.
    """

    def _open(self) -> Any:  # logging declares an io.TextIOWrapper
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            descriptor = os.open(self.baseFilename, flags, 0o666)
        except OSError:
            if not os.path.islink(self.baseFilename):
                raise
            # in a folder that others may write to, a link may lead to any file of this user
            os.unlink(self.baseFilename)
            descriptor = os.open(self.baseFilename, flags | os.O_EXCL, 0o666)
        return open(descriptor, self.mode, encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        pass


@contextmanager
def log_to(path: PathLike, verbose: bool = False) -> Iterator[None]:
    """Append nipype's log to a file.

    Parameters
    ----------
    path : path-like
    verbose : bool
        Show it on the screen too.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    to_file = _ToFile(path, encoding="utf-8", errors="backslashreplace")
    to_file.setFormatter(logging.Formatter(FORMAT))
    with _handled_by(to_file, verbose):
        yield


def silenced() -> AbstractContextManager[None]:
    """A context in which nipype logs nothing."""
    return _handled_by(logging.NullHandler(), verbose=False)


@contextmanager
def _handled_by(handler: logging.Handler, verbose: bool) -> Iterator[None]:
    logger = logging.getLogger("nipype")
    screen = logger.handlers[:]
    _screens.append((threading.get_ident(), screen))
    logger.handlers[:] = [*screen, handler] if verbose else [handler]
    try:
        yield
    finally:
        _screens.pop()
        logger.handlers[:] = screen
        handler.close()


def _restore() -> None:
    """In a process that another thread forked: log where that program did before."""
    if _screens and _screens[0][0] != threading.get_ident():
        logging.getLogger("nipype").handlers[:] = _screens[0][1]
        _screens.clear()


os.register_at_fork(after_in_child=_restore)
