import os
import re
import subprocess
import sys
import time

import pytest

from nipype_maps.workfolder.lock import NAME, FolderInUseError, locked

HOLD = """
import sys, time
from nipype_maps.workfolder.lock import locked
with locked(sys.argv[1]):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder for some seconds."""
    started = []

    def hold(seconds):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path), str(seconds)], stdout=subprocess.PIPE
        )
        assert process.stdout.readline() == b"held\n"
        started.append(process)
        return process

    yield hold
    for process in started:
        process.kill()
        process.wait()


def test_a_second_run_is_told_who_is_there_since_when(tmp_path, holder):
    process = holder(60)
    sentence = (
        rf"{tmp_path} is in use by the run of process {process.pid} on .* \(since 20\d\d-.*\); wait until"
    )
    with pytest.raises(FolderInUseError, match=sentence), locked(tmp_path):
        pass


def test_a_second_run_may_wait(tmp_path, holder):
    holder(0.5)
    began = time.monotonic()
    with locked(tmp_path, wait=True):
        assert time.monotonic() - began > 0.1


def test_the_lock_of_a_dead_holder_is_taken_over_and_told_of(tmp_path, holder, caplog):
    caplog.set_level("WARNING", "nipype.workflow")
    process = holder(60)
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
    holder(60)
    for text in ("", "{", "[]", '{"process": "x"}'):
        (tmp_path / NAME).write_text(text)
        with pytest.raises(FolderInUseError, match="is in use by"), locked(tmp_path):
            pass
