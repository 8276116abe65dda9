"""Signals that ask a program to end, which end it also where Python ignores exceptions.

An exception that is raised in a finalizer, in ``__del__`` or in a callback of the garbage
collector is printed and forgotten, and so is the KeyboardInterrupt of a signal that arrives there.
"""

from __future__ import annotations

import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

#: Ctrl-C, and what a scheduler or a terminal that closes sends.
STOPPING = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
#: Seconds until it is tried again to interrupt what could not be interrupted.
SOON = 0.01
_watches: list[Interrupts] = []


class Interrupts:
    """Signals that have asked for an end.

    Attributes
    ----------
    received : list of int
        Their numbers.
    """

    def __init__(self):
        self.received: list[int] = []
        self._can_wait = False
        self._hook = sys.unraisablehook

    def raise_if_any(self) -> None:
        """Raise KeyboardInterrupt if there was a signal: for moments at which nothing ignores it."""
        if self.received:
            self._raise()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Whatever the context ends with, it ends with KeyboardInterrupt if there was a signal."""
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException:
            self.raise_if_any()
            raise
        self.raise_if_any()

    @contextmanager
    def _handling(self) -> Iterator[None]:
        before = {}
        for number, default in STOPPING.items():
            if signal.getsignal(number) == default:  # where somebody ignores it (nohup), it stays so
                before[number] = signal.signal(number, self._receive)
        if signal.getsignal(signal.SIGALRM) == signal.SIG_DFL:  # else somebody needs the timer
            before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._try_again)
            self._can_wait = True
        sys.unraisablehook, self._hook = self._ignored, sys.unraisablehook
        try:
            yield
        finally:
            sys.unraisablehook = self._hook
            self._wait(0)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _receive(self, number, frame) -> None:
        self.received.append(number)
        # a scheduler may send its signal again while the end is under way
        if number == signal.SIGINT or len(self.received) == 1:
            self._try_again(number, frame)

    def _try_again(self, number, frame) -> None:
        if self._can_wait and _is_ignoring(frame):
            self._wait(SOON)
        else:
            self._raise()

    def _raise(self) -> None:
        self._wait(0)
        raise KeyboardInterrupt

    def _ignored(self, what) -> None:
        """Of an exception that Python is about to ignore."""
        if not issubclass(what.exc_type, KeyboardInterrupt):
            self._hook(what)
        elif self._can_wait:
            self._wait(SOON)

    def _wait(self, seconds: float) -> None:
        """Try again after some seconds; 0 does not."""
        if self._can_wait:
            signal.setitimer(signal.ITIMER_REAL, seconds)


@contextmanager
def signals_as_ctrl_c() -> Iterator[Interrupts]:
    """Let signals that ask for an end do what Ctrl-C does, and let none be ignored.

    Other threads than the main one receive no signals.
    """
    watch = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield watch
        return
    _watches.append(watch)
    try:
        with watch._handling():
            yield watch
    finally:
        _watches.remove(watch)


def raise_if_interrupted() -> None:
    """Raise KeyboardInterrupt if a signal has asked for an end, and what it raised was ignored."""
    for watch in _watches:
        watch.raise_if_any()


#: Functions in which exceptions are ignored, besides all that are called __del__.
IGNORING = {weakref.finalize.__call__.__code__, Interrupts._ignored.__code__}


def _is_ignoring(frame) -> bool:
    """Whether an exception that is raised in a frame would be ignored, as far as can be seen."""
    while frame is not None:
        if frame.f_code in IGNORING or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
