"""nipype's log: into a file, and off the screen unless asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _ToFile(logging.FileHandler):
    """Where the disk is full, the run's own failure says so, not each line that cannot be logged."""

    def handleError(self, record):  # noqa: N802
        pass


@contextmanager
def log_to(path, verbose: bool = False) -> Iterator[None]:
    """Append nipype's log to a file.

    Parameters
    ----------
    path : path-like
    verbose : bool
        Keep it on the screen too.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    to_file = _ToFile(path, encoding="utf-8", errors="backslashreplace")
    to_file.setFormatter(logging.Formatter(FORMAT))
    with _handled_by(to_file, verbose):
        yield


def off_the_screen():
    """Keep nipype's log to nobody, for as long as the context lasts."""
    return _handled_by(logging.NullHandler(), verbose=False)


@contextmanager
def _handled_by(handler: logging.Handler, verbose: bool) -> Iterator[None]:
    logger = logging.getLogger("nipype")
    screen = logger.handlers[:]
    logger.handlers[:] = [*screen, handler] if verbose else [handler]
    try:
        yield
    finally:
        logger.handlers[:] = screen
        handler.close()
