import os
import re
import subprocess
import sys
import threading
import time

import pytest

from nipype_maps.engine.workfolder.lock import NAME, FolderInUseError, locked

HOLD = """
import sys
from nipype_maps.engine.workfolder.lock import locked
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
    sentence = rf"{tmp_path} is in use by process {process.pid} on .* \(since 20\d\d-.*\); wait until"
    with pytest.raises(FolderInUseError, match=sentence), locked(tmp_path):
        pass


def test_a_second_run_may_wait(tmp_path, holder, caplog):
    caplog.set_level("WARNING", "nipype.workflow")
    process, ended = holder(), []

    def let_go():
        while "waiting until it has finished" not in caplog.text:
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
    assert re.search(rf"was held by process {process.pid} .*was killed", caplog.text)
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


def test_who_is_alive_is_no_matter_of_process_ids(tmp_path, holder, monkeypatch):
    """In a container the id of another one's process may be nobody's."""
    process = holder()
    note = tmp_path / NAME
    note.write_text(note.read_text().replace(str(process.pid), str(2**30)))
    monkeypatch.setattr(
        "nipype_maps.engine.workfolder.lock.time.sleep", lambda seconds: pytest.fail("it waits")
    )
    with pytest.raises(FolderInUseError, match=f"process {2**30}"), locked(tmp_path):
        pass


def test_workers_of_a_killed_run_are_waited_for(tmp_path):
    forking = "import os\n    if os.fork(): time.sleep(60)\n    print"  # the worker speaks
    code = HOLD.replace("print", forking)
    process = subprocess.Popen([sys.executable, "-c", code, tmp_path, "1"], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    process.kill()
    process.wait()
    with locked(tmp_path):
        pass


def test_a_child_that_knows_nothing_of_it_does_not_keep_the_lock(tmp_path):
    with locked(tmp_path):
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
    try:
        with locked(tmp_path):
            pass
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_the_umask_decides_who_may_lock(tmp_path, umask):
    before = os.umask(umask)
    try:
        with locked(tmp_path / "work"):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "work" / NAME).stat().st_mode & 0o777 == 0o666 & ~umask
    assert (tmp_path / "work").stat().st_mode & 0o777 == 0o777 & ~umask


PLANTED = {
    "is a symbolic link": lambda path, other: path.symlink_to(other),
    "is not a regular file": lambda path, other: os.mkfifo(path),
    "cannot be locked|directory": lambda path, other: path.mkdir(),
}


@pytest.mark.parametrize("sentence", PLANTED)
def test_a_lock_that_is_no_file_is_refused(tmp_path, sentence):
    other = tmp_path / "precious"
    other.write_text("precious")
    (tmp_path / "work").mkdir()
    PLANTED[sentence](tmp_path / "work" / NAME, other)
    with pytest.raises(OSError, match=sentence), locked(tmp_path / "work"):
        pass
    assert other.read_text() == "precious"
