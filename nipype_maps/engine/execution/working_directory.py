"""Call a function so that the working directory of the program's other threads stays what it is.

nipype changes the working directory of the whole process while a node is executed and while results
are read: files that other threads open by relative names meanwhile would be opened there.  On
Linux a thread can have a working directory of its own.
"""

from __future__ import annotations

import contextvars
import ctypes
import functools
import sys
import threading
import warnings
from collections.abc import Callable

#: Of ``unshare(2)``: stop sharing the working directory, the root folder and the umask.
CLONE_FS = 0x200

_warned = False


def call_apart(function: Callable):
    """What a function without arguments returns or raises, called in a thread with a folder of its own.

    It starts in the caller's working directory and in a copy of its context (`contextvars`).  Where
    the caller is interrupted, by Ctrl-C above all, so is the function, and the caller goes on when
    it has ended.

    Where threads cannot have folders (macOS; containers whose seccomp filter refuses ``unshare``)
    the function is called in the caller's thread, and the first such call of a program that runs
    other threads gives a warning.
    """
    if not _can_unshare():
        _warn_of_threads()
        return function()
    call = _Call(contextvars.copy_context(), function)
    call.go()
    try:
        if call.error is not None:
            raise call.error
        return call.value
    finally:
        del call  # the error's traceback refers to this frame


class _Call:
    """A function that is called in a thread."""

    def __init__(self, context: contextvars.Context, function: Callable):
        self.value, self.error = None, None
        self._context, self._function = context, function
        self._ended = threading.Event()
        self.thread = threading.Thread(target=self._run, name="nipype-maps")

    def _run(self) -> None:
        try:
            if not _unshare():
                raise OSError("this thread was refused a working directory of its own.")
            self.value = self._context.run(self._function)
        except BaseException as error:
            self.error = error
        finally:
            self._ended.set()

    def go(self) -> None:
        """Call it, and wait for its end; whatever interrupts that interrupts the function."""
        started, interruption, to_tell = False, None, False
        while True:
            try:
                if not started:
                    started = True
                    self.thread.start()
                if to_tell and self.thread.ident is not None:
                    to_tell = False
                    _raise_in(self.thread, KeyboardInterrupt)
                if not self._is_running():
                    break
                # not for ever: what other threads raise here shall be raised
                self._ended.wait(0.5)
            except BaseException as error:
                interruption, to_tell = interruption or error, True
        if self.thread.ident is not None:
            self.thread.join()
        if interruption is not None:
            self.error = interruption

    def _is_running(self) -> bool:
        # a thread whose `join` was interrupted is taken for ended by Python before 3.13
        return not self._ended.is_set() and self.thread in threading.enumerate()


def _raise_in(thread: threading.Thread, kind: type[BaseException]) -> None:
    """Raise an exception in a thread, at its next step in Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(kind))


@functools.cache
def _can_unshare() -> bool:
    """Whether threads can have folders of their own here; tried in a thread that ends."""
    if not (sys.platform == "linux" and hasattr(ctypes, "pythonapi")):
        return False
    answers = []
    thread = threading.Thread(target=lambda: answers.append(_unshare()))
    thread.start()
    thread.join()
    return answers == [True]


def _unshare() -> bool:
    try:
        return _libc().unshare(CLONE_FS) == 0
    except (OSError, AttributeError):
        return False


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _warn_of_threads() -> None:
    global _warned
    if _warned or threading.active_count() < 2:
        return
    _warned = True
    warnings.warn(
        "this system gives threads no working directory of their own, so that the directory of the whole "
        "program changes while a masker works; let other threads use absolute paths meanwhile.",
        RuntimeWarning,
        stacklevel=2,
    )
