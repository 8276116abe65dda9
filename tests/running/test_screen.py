"""What a user sees while a graph runs."""

import io
import logging

from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node

from nipype_maps.running import Progress
from nipype_maps.running.log import log_to


class Terminal(io.StringIO):
    def isatty(self):
        return True


def show(monkeypatch, stream):
    monkeypatch.setattr("sys.stderr", stream)
    node = Node(IdentityInterface(fields=["a"]), name="project")
    node._hierarchy = "extract.transform"
    with Progress() as progress:
        progress.expect(2)
        for status in ("start", "end", "start", "exception"):
            progress(node, status)
    return stream.getvalue()


def test_a_terminal_shows_nodes_done_of_all_and_the_current_one(monkeypatch):
    shown = show(monkeypatch, Terminal())
    assert "1/2" in shown
    assert "2/2" in shown
    assert "transform.project" in shown


def test_elsewhere_there_is_silence(monkeypatch):
    assert show(monkeypatch, io.StringIO()) == ""


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


def test_the_log_follows_no_link(tmp_path):
    """In a folder that others may write to."""
    precious, log = tmp_path / "precious", tmp_path / "logs" / "nipype.log"
    log.parent.mkdir()
    precious.write_text("precious")
    log.symlink_to(precious)
    for line in ("first", "second \udcff"):
        with log_to(log):
            logging.getLogger("nipype.workflow").error(line)
    assert precious.read_text() == "precious"
    assert [text.rpartition(": ")[2] for text in log.read_text().splitlines()] == ["first", r"second \udcff"]
