import os
import re
import subprocess
import sys
import threading
import time

import pytest

from nipype_maps.workfolder.lock import NAME, FolderInUseError, locked

HOLD = """
import sys
from nipype_maps.workfolder.lock import locked
with locked(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder until it is told to let go."""
    started = []

    def hold():
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout.readline() == b"held\n"
        started.append(process)
        return process

    yield hold
    for process in started:
        process.kill()
        process.wait()


def test_a_second_run_is_told_who_is_there_since_when(tmp_path, holder):
    process = holder()
    sentence = (
        rf"{tmp_path} is in use by the run of process {process.pid} on .* \(since 20\d\d-.*\); wait until"
    )
    with pytest.raises(FolderInUseError, match=sentence), locked(tmp_path):
        pass


def test_a_second_run_may_wait(tmp_path, holder, caplog):
    caplog.set_level("WARNING", "nipype.workflow")
    process, ended = holder(), []

    def let_go():
        while "waiting for it to end" not in caplog.text:
            time.sleep(0.01)
        process.communicate(b"\n")
        ended.append(process)

    thread = threading.Thread(target=let_go, daemon=True)
    thread.start()
    with locked(tmp_path, wait=True):
        thread.join()
        assert ended == [process]


def test_the_lock_of_a_dead_holder_is_taken_over_and_told_of(tmp_path, holder, caplog):
    caplog.set_level("WARNING", "nipype.workflow")
    process = holder()
    process.kill()
    process.wait()
    with locked(tmp_path):
        pass
    assert re.search(rf"was held by the run of process {process.pid} .*ended without letting go", caplog.text)
    caplog.clear()
    with locked(tmp_path):
        assert f'"process": {os.getpid()}' in (tmp_path / NAME).read_text()
    assert not caplog.text


def test_a_damaged_note_of_the_holder_does_not_matter(tmp_path, holder):
    holder()
    for text in ("", "{", "[]", '{"process": "x"}'):
        (tmp_path / NAME).write_text(text)
        with pytest.raises(FolderInUseError, match="is in use by"), locked(tmp_path):
            pass
