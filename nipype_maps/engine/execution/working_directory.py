"""Call a function without changing the working directory of the program's other threads.

nipype changes the working directory of the whole process while a node is executed and while results
are read: other threads that open files by relative names meanwhile would open them there.  On
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
from typing import Any, TypeVar

T = TypeVar("T")
#: Of ``unshare(2)``: stop sharing the working directory, the root folder and the umask.
CLONE_FS = 0x200

_warned = False


def call_apart(function: Callable[[], T]) -> T:
    """Call a function without arguments in a thread with a working directory of its own.

    It returns or raises what the function does.  The function starts in the caller's working
    directory and in a copy of its context (`contextvars`).  If the caller is interrupted, by Ctrl-C
    above all, so is the function, and the caller continues when it has finished.

    Where threads cannot have working directories (macOS; containers whose seccomp filter refuses
    ``unshare``) the function is called in the caller's thread, and the first such call of a program
    with other threads issues a warning.
    """
    if not _can_unshare():
        _warn_of_threads()
        return function()
    call = _Call(contextvars.copy_context(), function)
    call.wait()
    try:
        if call.error is not None:
            raise call.error
        return call.value
    finally:
        del call  # the error's traceback refers to this frame


class _Call:
    """A function that is called in a thread."""

    def __init__(self, context: contextvars.Context, function: Callable[[], Any]):
        self.value: Any = None
        self.error: BaseException | None = None
        self._context, self._function = context, function
        self._is_over = threading.Event()
        self.thread = threading.Thread(target=self._run, name="nipype-maps")

    def _run(self) -> None:
        try:
            if not _unshare():
                raise OSError("this thread was refused a working directory of its own.")
            self.value = self._context.run(self._function)
        except BaseException as error:
            self.error = error
        finally:
            self._is_over.set()

    def wait(self) -> None:
        """Start the call and wait for its end; whatever interrupts that interrupts the function."""
        started, to_interrupt = False, False
        interruption: BaseException | None = None
        while True:
            try:
                if not started:
                    started = True
                    self.thread.start()
                if to_interrupt and self.thread.ident is not None:
                    to_interrupt = False
                    _raise_in(self.thread, KeyboardInterrupt)
                if not self._is_running():
                    break
                # not for ever: an exception that another thread sets must be raised
                self._is_over.wait(0.5)
            except BaseException as error:
                interruption, to_interrupt = interruption or error, True
        if self.thread.ident is not None:
            self.thread.join()
        if interruption is not None:
            self.error = interruption

    def _is_running(self) -> bool:
        # Python before 3.13 takes a thread whose `join` was interrupted for finished
        return not self._is_over.is_set() and self.thread in threading.enumerate()


def _raise_in(thread: threading.Thread, kind: type[BaseException]) -> None:
    """Raise an exception in a thread, at its next instruction in Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(kind))


@functools.cache
def _can_unshare() -> bool:
    """Whether threads can have working directories of their own here; tried in a short-lived thread."""
    if not (sys.platform == "linux" and hasattr(ctypes, "pythonapi")):
        return False
    answers: list[bool] = []
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
        "threads cannot have a working directory of their own on this system, so that of the whole program "
        "changes while a masker is at work; let other threads use absolute paths meanwhile.",
        RuntimeWarning,
        stacklevel=2,
    )
