"""How far a run is, on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
import unicodedata
from typing import Literal

#: Seconds without a line at the start, and at least between two lines; of a long run a tenth of
#: its time, so that hours leave tens of lines.
QUIET, EVERY, SHARE = 30.0, 30.0, 0.1
#: Cells of the bar itself, where there is room for it.
BAR = 24


class Progress:
    """Nodes done of all, and the current one.

    Parameters
    ----------
    shown : bool or 'lines'
        False keeps it quiet; 'lines' never draws a bar, which a log on the same screen would break.

    Examples
    --------
    >>> with Progress(False) as progress:
    ...     progress.expect(2)
    """

    def __init__(self, shown: bool | Literal["lines"] = True):
        self._n_nodes = self._n_done = 0
        self._name = ""
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._ticking: threading.Thread | None = None
        self._has_told = False
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._draws = bool(shown) and shown != "lines" and is_terminal
        self._tells = bool(shown) and sys.stderr is not None and not self._draws

    def expect(self, n_nodes: int) -> None:
        """Count on so many more nodes."""
        self._n_nodes += n_nodes

    def __enter__(self) -> Progress:
        if self._tells:
            self._ticking = threading.Thread(target=self._tell_now_and_then, daemon=True)
            self._ticking.start()
        return self

    def __exit__(self, *error) -> None:
        self._ended.set()
        if self._ticking is not None:
            self._ticking.join()
        if self._draws and self._n_done:
            _write("\n")
        elif self._has_told:
            self._tell()

    def __call__(self, node, status: str) -> None:
        """Take a node and 'start', 'end' or 'exception'."""
        self._name = node.fullname.partition(".")[2]
        self._n_done += status != "start"
        if self._draws:
            _write(f"\r{bar_line(self._n_done, self._n_nodes, self._seconds, self._name, columns())}")

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _tell_now_and_then(self) -> None:
        pause = QUIET
        while not self._ended.wait(pause):
            self._tell()
            pause = max(EVERY, SHARE * self._seconds)

    def _tell(self) -> None:
        self._has_told = True
        done = f"{self._n_done} of {self._n_nodes} nodes done after {clock(self._seconds)}"
        _write(f"progress: {done}" + (f" ({self._name})\n" if self._n_done < self._n_nodes else "\n"))


def bar_line(n_done: int, n_nodes: int, seconds: float, name: str, width: int) -> str:
    """A line of progress that is at most one cell short of the terminal's width.

    Of a long name the end is shown, which says what the node does.

    Examples
    --------
    >>> print(bar_line(6, 12, 75, "transform_sub-01.project", 60).rstrip())
    [############------------] 6/12 00:01:15 ..m_sub-01.project
    >>> print(bar_line(6, 12, 75, "transform_sub-01.project", 40).rstrip())
    6/12 00:01:15 transform_sub-01.project
    """
    filled = BAR * n_done // max(n_nodes, 1)
    figures = f"{n_done}/{n_nodes} {clock(seconds)} "
    bar = f"[{'#' * filled}{'-' * (BAR - filled)}] " if width > len(figures) + BAR + 20 else ""
    line = f"{bar}{figures}"
    line += shortened(name, width - 1 - len(line))
    return line[: width - 1] + " " * (width - 1 - cells(line))


def shortened(name: str, width: int) -> str:
    """The end of a name that fits some cells of a terminal.

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
    """How many cells of a terminal a text takes: letters of some scripts take two, accents none."""
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
    """Width of the terminal behind standard error."""
    if os.environ.get("COLUMNS", "").isdigit():
        return shutil.get_terminal_size().columns
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # the run matters more than what is said of it
        sys.stderr.write(text)
        sys.stderr.flush()
