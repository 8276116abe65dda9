"""What a user sees while a graph runs."""

import io
import logging
import re
import sys
import threading

import pytest
from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node

from nipype_maps.engine.execution import Progress
from nipype_maps.engine.execution.log import log_to
from nipype_maps.engine.execution.progress import cells


class Terminal(io.StringIO):
    def isatty(self):
        return True


def node(name="project", part="transform"):
    node = Node(IdentityInterface(fields=["a"]), name=name)
    node._hierarchy = f"extract.{part}"
    return node


def show(monkeypatch, stream, node, shown=True):
    monkeypatch.setattr("sys.stderr", stream)
    with Progress(shown) as progress:
        progress.expect(2)
        for status in ("start", "end", "start", "exception"):
            progress(node, status)
    return stream.getvalue()


def test_a_terminal_shows_nodes_done_of_all_and_the_current_one(monkeypatch):
    shown = show(monkeypatch, Terminal(), node())
    assert "1/2" in shown
    assert "2/2" in shown
    assert "transform.project" in shown


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("part", ["transform", "transform_" + "sub-01_ses-baseline_" * 9, "静息态" * 20])
def test_the_bar_never_wraps(monkeypatch, width, part):
    monkeypatch.setenv("COLUMNS", str(width))
    *lines, end = show(monkeypatch, Terminal(), node(part=part)).split("\r")[1:]
    assert end.endswith("\n")
    for line in [*lines, end.removesuffix("\n")]:
        assert cells(line) == width - 1
        assert line.rstrip().endswith("project")


def test_a_short_run_says_nothing_without_a_terminal(monkeypatch):
    assert show(monkeypatch, io.StringIO(), node()) == ""


@pytest.mark.parametrize(("stream", "shown"), [(io.StringIO, True), (Terminal, "lines")])
def test_a_long_run_says_a_line_now_and_then_and_at_its_end(monkeypatch, stream, shown):
    """Where there is no terminal, or the log is on it."""
    monkeypatch.setattr("nipype_maps.engine.execution.progress.QUIET", 0.01)
    monkeypatch.setattr("sys.stderr", stream())
    told = threading.Event()
    monkeypatch.setattr(Progress, "_report", lambda self, tell=Progress._report: (tell(self), told.set()))
    with Progress(shown) as progress:
        progress.expect(2)
        progress(node(), "end")
        told.wait()
        progress(node("clean"), "end")
    lines = [re.sub(r"\d\d:\d\d:\d\d", "<time>", line) for line in sys.stderr.getvalue().splitlines()]
    assert lines[0] == "progress: 1 of 2 steps finished after <time> (transform.project)"
    assert lines[-1] == "progress: 2 of 2 steps finished after <time>"


def test_nobody_is_told_where_standard_error_is_closed(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    with Progress() as progress:
        progress.expect(1)
        progress(node(), "end")


def test_the_log_goes_to_a_file_and_comes_back(tmp_path):
    logger = logging.getLogger("nipype")
    before = logger.handlers[:]
    for verbose in (False, True):
        with log_to(tmp_path / "logs" / "nipype.log", verbose):
            shown = [handler for handler in logger.handlers if handler in before]
            assert shown == (before if verbose else [])
            logger.error("the %s ran", "node")
    assert logger.handlers == before
    assert (tmp_path / "logs" / "nipype.log").read_text().count("ERROR nipype: the node ran") == 2


def test_the_log_follows_no_link(tmp_path, monkeypatch):
    """In a folder that others may write to."""
    # half a character cannot travel between the processes of pytest-xdist, nor what pytest keeps of it
    monkeypatch.setattr(logging.getLogger("nipype"), "propagate", False)
    precious, log = tmp_path / "precious", tmp_path / "logs" / "nipype.log"
    log.parent.mkdir()
    precious.write_text("precious")
    log.symlink_to(precious)
    for line in ("first", "second \udcff"):
        with log_to(log):
            logging.getLogger("nipype.workflow").error(line)
    assert precious.read_text() == "precious"
    assert [text.rpartition(": ")[2] for text in log.read_text().splitlines()] == ["first", r"second \udcff"]
