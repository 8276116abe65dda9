import contextvars
import os
import signal
import threading
import time
import traceback
import warnings

import pytest

from nipype_maps.engine.execution import working_directory
from nipype_maps.engine.execution.working_directory import call_apart

needs_folders = pytest.mark.skipif(
    not working_directory._can_unshare(), reason="threads have no folders here"
)


@pytest.fixture
def without_folders(monkeypatch):
    """As in a container that refuses ``unshare``."""
    monkeypatch.setattr(working_directory, "_can_unshare", lambda: False)
    monkeypatch.setattr(working_directory, "_warned", False)


@needs_folders
def test_the_folder_is_the_callers_and_stays_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inner").mkdir()

    def change():
        began_in = os.getcwd()
        os.chdir("inner")
        inside = []
        thread = threading.Thread(target=lambda: inside.append(os.getcwd()))
        thread.start()
        thread.join()
        return began_in, *inside

    assert call_apart(change) == (str(tmp_path), str(tmp_path / "inner"))
    assert os.getcwd() == str(tmp_path)


def test_context_and_exceptions_come_through():
    color = contextvars.ContextVar("color")
    color.set("red")
    assert call_apart(color.get) == "red"

    def failing():
        raise ZeroDivisionError("by hand")

    with pytest.raises(ZeroDivisionError, match="by hand") as caught:
        call_apart(failing)
    assert "failing" in [frame.name for frame in traceback.extract_tb(caught.tb)]


class StoppedError(Exception):
    pass


@needs_folders
@pytest.mark.parametrize("kind", [KeyboardInterrupt, StoppedError])
def test_whatever_interrupts_the_caller_interrupts_the_call(kind):
    """Ctrl-C, or what a handler of another signal raises."""
    ended = []

    def handler(number, frame):
        raise kind("now")

    def endless():
        try:
            os.kill(os.getpid(), signal.SIGUSR1)
            while True:
                time.sleep(0.001)
        finally:
            ended.append(True)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(kind, match="now"):
            call_apart(endless)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert ended == [True]
    assert "nipype-maps" not in [thread.name for thread in threading.enumerate()]


def test_without_folders_a_program_of_several_threads_is_warned_once(without_folders):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if threading.active_count() == 1:
            assert call_apart(threading.get_ident) == threading.get_ident()
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        with pytest.warns(RuntimeWarning, match="that of the whole program changes"):
            call_apart(int)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            call_apart(int)
    finally:
        stop.set()
        other.join()
