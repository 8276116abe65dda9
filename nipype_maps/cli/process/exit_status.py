"""Whatever stops a command: a message, an exit status, and no process left running."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ...engine.interrupts import signals_as_ctrl_c


@contextmanager
def ending_with_status() -> Iterator[None]:
    """Turn an exception that ends a command into a message on standard error and an exit status.

    Raises
    ------
    SystemExit
        130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP, 1 for any exception that is not click's.
    """
    with signals_as_ctrl_c() as interrupts:
        try:
            with interrupts.heeded():
                yield
        except KeyboardInterrupt as error:
            number = interrupts.received[0] if interrupts.received else signal.SIGINT
            kept = f"; {error}" if str(error) else "."
            line = "\n" if sys.stderr.isatty() else ""  # the terminal shows ^C
            click.echo(f"{line}interrupted{kept}", err=True)
            raise SystemExit(128 + number) from None
        except (OSError, MemoryError) as error:
            click.echo(f"error: {_message(error)}", err=True)
            raise SystemExit(1) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            click.echo(f"error: {_message(error)}{_traceback_file(error)}", err=True)
            raise SystemExit(1) from None


def _message(error: BaseException) -> str:
    """The message of an exception, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    if isinstance(error, MemoryError):
        return "there is not enough memory; give the call more, or use fewer processes."
    return " ".join(f"{type(error).__name__}: {error}".split())


def _traceback_file(error: BaseException) -> str:
    """A request to report an unexpected error, with the file that its traceback is saved to."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        descriptor, path = tempfile.mkstemp(prefix="nipype-maps-error-", suffix=".txt", text=True)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError:
        return f"\n{text}"
    return f"\nthis is a bug in nipype-maps: please report it with {os.path.abspath(path)}"
