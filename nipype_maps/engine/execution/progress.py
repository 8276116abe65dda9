"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
import unicodedata
from types import TracebackType
from typing import Literal

from nipype.pipeline.engine import Node

from ..nipype_api import name_in_graph

#: Seconds without a line at the start, and at least between two lines; later a tenth of the time
#: so far, so that hours give tens of lines.
QUIET, EVERY, SHARE = 30.0, 30.0, 0.1
#: Width of the bar itself in columns, where there is room for it.
BAR = 24


class Progress:
    """Finished steps of all, and the current one.

    Parameters
    ----------
    shown : bool or 'lines'
        False shows nothing; 'lines' never draws a bar, which a log on the same screen would break.

    Examples
    --------
    >>> with Progress(False) as progress:
    ...     progress.expect(2)
    """

    def __init__(self, shown: bool | Literal["lines"] = True):
        self._n_steps = self._n_finished = 0
        self._name = ""
        self._start = time.monotonic()
        self._is_over = threading.Event()
        self._ticker: threading.Thread | None = None
        self._has_reported = False
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._draws = bool(shown) and shown != "lines" and is_terminal
        self._reports = bool(shown) and sys.stderr is not None and not self._draws

    def expect(self, n_steps: int) -> None:
        """Announce so many more steps."""
        self._n_steps += n_steps

    def __enter__(self) -> Progress:
        if self._reports:
            self._ticker = threading.Thread(target=self._report_regularly, daemon=True)
            self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        if self._ticker is not None:
            self._ticker.join()
        if self._draws and self._n_finished:
            _write("\n")
        elif self._has_reported:
            self._report()

    def __call__(self, node: Node, status: str) -> None:
        """Report the status of a node: 'start', 'end' or 'exception'."""
        self._name = name_in_graph(node)
        self._n_finished += status != "start"
        if self._draws:
            _write(f"\r{bar_line(self._n_finished, self._n_steps, self._seconds, self._name, columns())}")

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._start

    def _report_regularly(self) -> None:
        pause = QUIET
        while not self._is_over.wait(pause):
            self._report()
            pause = max(EVERY, SHARE * self._seconds)

    def _report(self) -> None:
        self._has_reported = True
        finished = f"{self._n_finished} of {steps(self._n_steps)} finished after {clock(self._seconds)}"
        _write(f"progress: {finished}" + (f" ({self._name})\n" if self._n_finished < self._n_steps else "\n"))


def steps(n: int) -> str:
    """A number of steps in words.

    Examples
    --------
    >>> steps(1), steps(11)
    ('1 step', '11 steps')
    """
    return f"{n} step{'' if n == 1 else 's'}"


def bar_line(n_finished: int, n_steps: int, seconds: float, name: str, width: int) -> str:
    """A line of progress, one column narrower than the terminal.

    Of a long name the end is shown, which names the step.

    Examples
    --------
    >>> print(bar_line(6, 12, 75, "transform_sub-01.project", 60).rstrip())
    [############------------] 6/12 00:01:15 ..m_sub-01.project
    >>> print(bar_line(6, 12, 75, "transform_sub-01.project", 40).rstrip())
    6/12 00:01:15 transform_sub-01.project
    """
    filled = BAR * n_finished // max(n_steps, 1)
    figures = f"{n_finished}/{n_steps} {clock(seconds)} "
    bar = f"[{'#' * filled}{'-' * (BAR - filled)}] " if width > len(figures) + BAR + 20 else ""
    line = f"{bar}{figures}"
    line += shortened(name, width - 1 - len(line))
    return line[: width - 1] + " " * (width - 1 - cells(line))


def shortened(name: str, width: int) -> str:
    """The end of a name that fits into some columns of a terminal.

    Examples
    --------
    >>> shortened("transform_sub-01.clean", 12), shortened("clean", 12)
    ('..b-01.clean', 'clean')
    """
    if cells(name) <= width:
        return name
    end = name
    while end and cells(end) > width - 2:
        end = end[1:]
    return f"..{end}"[: max(width, 0)]


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: letters of some scripts take two, accents none."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(bool(unicodedata.combining(letter)) for letter in text)


def clock(seconds: float) -> str:
    """Hours, minutes and seconds.

    Examples
    --------
    >>> clock(4000.5)
    '01:06:40'
    """
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def columns() -> int:
    """Width of the terminal that standard error is shown on."""
    if os.environ.get("COLUMNS", "").isdigit():
        return shutil.get_terminal_size().columns
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # the execution matters more than its progress
        sys.stderr.write(text)
        sys.stderr.flush()
