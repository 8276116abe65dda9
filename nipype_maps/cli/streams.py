"""Standard streams that never stop a command: its results matter more than what it says of them."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class LastingOutput(io.RawIOBase):
    """Writes to a file descriptor until that fails, and nowhere after.

    Attributes
    ----------
    error : OSError or None
        Why it failed first; None also where a reader closed the pipe, since it wants no more.
    """

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self._is_open = True
        self.error: OSError | None = None

    def writable(self):
        """Whether it can be written: always."""
        return True

    def fileno(self):
        """Return the descriptor."""
        return self._descriptor

    def isatty(self):
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, content):
        """Write some bytes; how many were taken."""
        if self._is_open:
            try:
                return os.write(self._descriptor, content)
            except OSError as error:
                self._is_open = False
                self.error = None if error.errno == errno.EPIPE else error
        return len(content)


@contextmanager
def lasting_output() -> Iterator[None]:
    """Standard output and error that neither a letter nor a full disk stops.

    Raises
    ------
    SystemExit
        At the end, with status 1 if it was to be 0 and standard output could not be written.
    """
    _open_closed_ones()
    before, stdout = (sys.stdout, sys.stderr), None
    for name in ("stderr", "stdout"):
        stdout = _make_lasting(name)
    status = 0
    try:
        yield
    except SystemExit as end:
        status = end.code
        raise
    finally:
        sys.stdout.flush()
        error = stdout.error if stdout else None
        if error is not None:
            print(f"error: standard output cannot be written ({error.strerror}).", file=sys.stderr)
        sys.stderr.flush()
        sys.stdout, sys.stderr = before
        if error is not None and not status:
            raise SystemExit(1)


def _make_lasting(name: str) -> LastingOutput | None:
    """What is behind a standard stream from now on; None where a test, for example, has replaced it."""
    stream = getattr(sys, name)
    try:
        descriptor = stream.fileno()
        stream.flush()
    except (AttributeError, OSError, ValueError):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        return None
    lasting = LastingOutput(descriptor)
    buffer = io.BufferedWriter(lasting)
    setattr(sys, name, io.TextIOWrapper(buffer, stream.encoding, "backslashreplace", line_buffering=True))
    return lasting


def _open_closed_ones() -> None:
    """Give closed standard streams a place, lest the next file that is opened takes it."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:
            # the lowest free number, which is this one
            os.open(os.devnull, os.O_RDWR)
            if getattr(sys, name) is None:
                mode = "r" if name == "stdin" else "w"
                stream = open(descriptor, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 (to stay)
                setattr(sys, name, stream)
