"""A masker beside other threads, in forked processes, and when somebody presses Ctrl-C."""

import logging
import os
import queue
import signal
import threading
import time
import traceback

import nibabel as nib
import pytest

from nipype_maps import NiftiMapsMasker
from nipype_maps.engine.execution import working_directory
from nipype_maps.engine.workfolder.lock import locked
from nipype_maps.interfaces import Clean, Mask, Project


@pytest.mark.skipif(not working_directory._can_unshare(), reason="threads have no folders here")
def test_the_folder_of_other_threads_never_changes(tmp_path, atlas, bold, monkeypatch):
    """Whenever the folder is changed, another thread is asked where it is."""
    monkeypatch.chdir(tmp_path)
    asked, answers, chdir = queue.SimpleQueue(), queue.SimpleQueue(), os.chdir

    def answering():
        while asked.get():
            answers.put(os.getcwd())

    seen = []

    def asking(path):
        chdir(path)
        asked.put(True)
        seen.append(answers.get())

    nib.save(bold(), "run.nii")
    other = threading.Thread(target=answering)
    other.start()
    monkeypatch.setattr(os, "chdir", asking)
    try:
        masker = NiftiMapsMasker(atlas, memory="cache").fit("run.nii")
        masker.inverse_transform(masker.transform("run.nii"))
    finally:
        asked.put(False)
        other.join()
    assert len(seen) > 10
    assert set(seen) == {str(tmp_path)}
    assert sorted(os.listdir()) == ["cache", "run.nii"]


@pytest.mark.parametrize("memory", [None, "cache"])
def test_ctrl_c_ends_the_work_and_leaves_the_masker_usable(tmp_path, atlas, bold, monkeypatch, same, memory):
    masker, run, work = NiftiMapsMasker(atlas, memory=memory and tmp_path / memory), bold(), Clean._run
    expected, threads = masker.fit(run).transform(run), set(threading.enumerate())

    def interrupted(self, inputs, cwd, notes):
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            time.sleep(0.001)

    monkeypatch.setattr(Clean, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        masker.set_params(detrend=True).transform(run)
    monkeypatch.setattr(Clean, "_run", work)
    assert set(threading.enumerate()) <= threads
    same(masker.set_params(detrend=False).transform(run), expected)
    assert not [path for path in masker._folder().path.iterdir() if path.name.startswith(f".{os.getpid()}")]


@pytest.fixture
def forked():
    """Call a function in a forked process: whether it ended well; a hang is ended after minutes."""

    def forked(function) -> bool:
        process = os.fork()
        if process == 0:
            status = 1
            try:
                signal.alarm(120)
                function()
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0

    return forked


@pytest.mark.parametrize("interface", [Mask, Project])
@pytest.mark.parametrize("memory", [None, "cache"])
def test_a_process_forked_while_another_thread_is_in_a_masker(
    tmp_path, atlas, bold, monkeypatch, same, forked, memory, interface
):
    """It inherits locks that nobody there would let go: of threads, and of folders."""
    run, inside, over = bold(), threading.Event(), threading.Event()
    memory = memory and tmp_path / memory
    masker = NiftiMapsMasker(atlas, memory=memory).fit(run)
    expected, work, screen = masker.transform(run), interface._run, logging.getLogger("nipype").handlers[:]

    def waiting(self, inputs, cwd, notes):
        inside.set()
        over.wait()
        return work(self, inputs, cwd, notes)

    monkeypatch.setattr(interface, "_run", waiting)
    others = NiftiMapsMasker(nib.Nifti1Image(2 * atlas.get_fdata(), atlas.affine), memory=memory)
    other = threading.Thread(target=others.fit_transform, args=(bold(),))
    other.start()
    inside.wait()

    def child():
        monkeypatch.setattr(interface, "_run", work)
        assert logging.getLogger("nipype").handlers == screen
        same(masker.transform(run), expected)
        same(NiftiMapsMasker(atlas, memory=memory).fit_transform(run), expected)

    try:
        assert forked(child)
    finally:
        over.set()
        other.join()


def test_a_forked_process_does_not_keep_a_folder_that_another_thread_holds(tmp_path, forked):
    held, over = threading.Event(), threading.Event()

    def hold():
        with locked(tmp_path):
            held.set()
            over.wait()

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    over.set()
    other.join()
    try:
        with locked(tmp_path):
            pass
    finally:
        os.close(writing)
        os.waitpid(process, 0)
