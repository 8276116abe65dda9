"""Signals that terminate a program, made effective also where Python ignores exceptions.

An exception that is raised in a finalizer, in ``__del__`` or in a callback of the garbage
collector is printed and forgotten, and so is the KeyboardInterrupt of a signal that arrives there.
"""

from __future__ import annotations

import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

#: Ctrl-C, and the signals of a scheduler or of a terminal that closes.
STOPPING: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
#: Seconds after which an interruption that was not possible is tried again.
SOON = 0.01
_watches: list[Interrupts] = []


class Interrupts:
    """Signals received that terminate the program.

    Attributes
    ----------
    received : list of int
        Their numbers.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._can_wait = False
        self._hook: Callable[[Any], Any] = sys.unraisablehook

    def raise_if_any(self) -> None:
        """Raise KeyboardInterrupt if there was a signal: for places where nothing ignores it."""
        if self.received:
            self._raise()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """A context that ends with KeyboardInterrupt if there was a signal, whatever else was raised."""
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
        before: dict[signal.Signals, Any] = {}
        for number, default in STOPPING.items():
            if signal.getsignal(number) == default:  # a signal that is ignored (nohup) stays ignored
                before[number] = signal.signal(number, self._receive)
        if signal.getsignal(signal.SIGALRM) == signal.SIG_DFL:  # else the timer is in use
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

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.received.append(number)
        # a scheduler may send its signal again while the program is already terminating
        if number == signal.SIGINT or len(self.received) == 1:
            self._try_again(number, frame)

    def _try_again(self, number: int, frame: FrameType | None) -> None:
        if self._can_wait and _is_ignoring(frame):
            self._wait(SOON)
        else:
            self._raise()

    def _raise(self) -> NoReturn:
        self._wait(0)
        raise KeyboardInterrupt

    def _ignored(self, what: Any) -> None:
        """Called with an exception that Python is about to ignore."""
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
    """Let signals that terminate a program do what Ctrl-C does, and let none be ignored.

    Only the main thread receives signals.
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
    """Raise KeyboardInterrupt if a signal was received whose exception was ignored."""
    for watch in _watches:
        watch.raise_if_any()


#: Functions in which exceptions are ignored, in addition to all that are called __del__.
IGNORING = {weakref.finalize.__call__.__code__, Interrupts._ignored.__code__}


def _is_ignoring(frame: FrameType | None) -> bool:
    """Whether an exception raised in a frame would be ignored, as far as that can be known."""
    while frame is not None:
        if frame.f_code in IGNORING or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
