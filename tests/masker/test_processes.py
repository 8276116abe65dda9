"""A masker beside other threads, in forked processes, and when somebody presses Ctrl-C."""

import os
import queue
import signal
import threading
import time

import nibabel as nib
import pytest

from nipype_maps import NiftiMapsMasker
from nipype_maps.interfaces import Clean
from nipype_maps.running import apart


@pytest.mark.skipif(not apart._can_unshare(), reason="threads have no folders here")
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
    expected = masker.fit(run).transform(run)

    def interrupted(self, inputs, cwd, notes):
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            time.sleep(0.001)

    monkeypatch.setattr(Clean, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        masker.set_params(detrend=True).transform(run)
    monkeypatch.setattr(Clean, "_run", work)
    assert threading.active_count() == 1
    same(masker.set_params(detrend=False).transform(run), expected)
    assert not [path for path in masker._folder().path.iterdir() if path.name.startswith(f".{os.getpid()}")]
