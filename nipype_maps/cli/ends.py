"""How a command ends: whatever stops it, with a sentence and a status, and nothing left running."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

#: What a scheduler or a terminal that closes sends; where somebody ignores it (nohup), it stays so.
STOPPING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_well() -> Iterator[None]:
    """Turn what ends a command into a sentence on standard error, and an exit status.

    Raises
    ------
    SystemExit
        130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP, 1 for all else that the command itself
        has not told.
    """
    with _signals_as_ctrl_c() as received:
        try:
            yield
        except KeyboardInterrupt as error:
            number = received[0] if received else signal.SIGINT
            kept = f"; {error}" if str(error) else "."
            line = "\n" if sys.stderr.isatty() else ""  # the terminal shows ^C
            click.echo(f"{line}interrupted{kept}", err=True)
            raise SystemExit(128 + number) from None
        except (OSError, MemoryError) as error:
            click.echo(f"error: {_words(error)}", err=True)
            raise SystemExit(1) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            click.echo(f"error: {_words(error)}{_report(error)}", err=True)
            raise SystemExit(1) from None


@contextmanager
def _signals_as_ctrl_c() -> Iterator[list[int]]:
    """Let signals that ask for an end do what Ctrl-C does; the list takes their numbers."""
    received: list[int] = []

    def interrupt(number, frame):
        received.append(number)
        if len(received) == 1:  # a scheduler may send it again while the end is under way
            raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in STOPPING:
            if signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, interrupt)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _words(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    if isinstance(error, MemoryError):
        return "there is not enough memory; give the call more, or use fewer processes."
    return " ".join(f"{type(error).__name__}: {error}".split())


def _report(error: BaseException) -> str:
    """Where the traceback of what nobody foresaw is."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        descriptor, path = tempfile.mkstemp(prefix="nipype-maps-error-", suffix=".txt", text=True)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError:
        return f"\n{text}"
    return f"\nthis is an error of nipype-maps itself: please report it with {os.path.abspath(path)}"
