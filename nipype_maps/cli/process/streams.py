"""Standard streams whose failure does not stop a command: its results matter more."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class LastingOutput(io.RawIOBase):
    """Writes to a file descriptor until that fails, and discards everything after.

    Attributes
    ----------
    error : OSError or None
        The first failure; None also where the reader has closed the pipe.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_open = True
        self.error: OSError | None = None

    def writable(self) -> bool:
        """Whether it can be written: always."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, content: Any) -> int:
        """Write some bytes; return how many were accepted."""
        if self._is_open:
            try:
                return os.write(self._descriptor, content)
            except OSError as error:
                self._is_open = False
                self.error = None if error.errno == errno.EPIPE else error
        return len(content)


@contextmanager
def lasting_output() -> Iterator[None]:
    """Let neither a character that cannot be encoded nor a full disk stop standard output and error.

    Raises
    ------
    SystemExit
        At the end, with status 1 in place of 0, if standard output could not be written.
    """
    _open_closed_streams()
    before, stdout = (sys.stdout, sys.stderr), None
    for name in ("stderr", "stdout"):
        stdout = _make_lasting(name)
    status: str | int | None = 0
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
    """Replace a standard stream; return None where it has no descriptor, as in a test."""
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


def _open_closed_streams() -> None:
    """Open closed standard streams, lest the next file that is opened gets their descriptor."""
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
