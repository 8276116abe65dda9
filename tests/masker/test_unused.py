"""Graphs that nobody has used for days are removed, and nothing that anybody still needs."""

import os
import subprocess
import sys
import time

import nibabel as nib
import pytest
from click.testing import CliRunner

from nipype_maps import NiftiMapsMasker
from nipype_maps.cli import main
from nipype_maps.engine.workfolder.dependencies import NAME as NEEDS
from nipype_maps.engine.workfolder.lock import NAME, locked

WEEK = 7 * 86400


def clean(*arguments, status=0):
    result = CliRunner().invoke(main, ["prune", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result.output


def age(*folders, seconds=WEEK):
    """Make folders look as if nobody had used them for a week."""
    for folder in folders:
        for path in (folder, folder / NAME, folder / NEEDS):
            if path.exists():
                os.utime(path, (time.time() - seconds,) * 2)


@pytest.fixture
def image(rng, grids):
    def image(n_volumes):
        values = 100 + rng.normal(size=(*grids["plain"].shape, n_volumes))
        return nib.Nifti1Image(values, grids["plain"].affine)

    return image


@pytest.fixture
def memory(tmp_path, image):
    """Two maskers of one memory, the first of which nobody has used for a week."""
    run, maskers = image(12), []
    for maps in (image(2), image(3)):
        maskers.append(NiftiMapsMasker(maps, memory=tmp_path, mask_img=None).fit(run))
        maskers[-1].transform(run)
        if len(maskers) == 1:
            work = maskers[0].memory_
            age(*work.glob("*"), *work.glob("inputs/*"))
    return work, run, maskers


def test_what_no_run_has_used_goes_with_its_inputs(memory, tmp_path, nodes_run):
    work, run, (first, second) = memory
    before, expected = sorted(work.glob("*")), second.transform(run)
    (old_inputs, new_inputs) = sorted(work.glob("inputs/*"), key=os.path.getmtime)
    would = clean("--work", tmp_path, "--unused-for", 5, "--dry-run")
    assert "3 folders would be removed" in would
    assert sorted(work.glob("*")) == before
    said = clean("--work", tmp_path, "--unused-for", 5)
    assert said == would.replace("would be removed", "removed")
    assert (old_inputs.exists(), new_inputs.exists()) == (False, True)
    nodes_run.clear()
    assert (second.transform(run) == expected).all()
    assert nodes_run == []
    assert first.fit(run).transform(run).shape == (12, 2)
    assert "0 folders removed" in clean("--work", work, "--unused-for", 5)


def test_what_is_in_use_is_left(memory):
    work, run, (first, _) = memory
    (used,) = (folder for folder in work.glob("fits_*") if time.time() - os.path.getmtime(folder) > 1000)
    with locked(used):
        age(used)  # as a run that has been at work for a week
        said = clean("--work", work, "--unused-for", 5)
        assert f"{used} is in use by process {os.getpid()}" in said
        assert "1 folder removed" in said
    assert first.transform(run).shape == (12, 2)


def test_a_folder_that_was_used_again_is_left(memory):
    work, run, (first, _) = memory
    first.transform(run)
    assert "0 folders removed" in clean("--work", work, "--unused-for", 5)


def test_whoever_waits_for_a_folder_that_is_removed_makes_a_new_one(tmp_path):
    """Two that wait for its lock never hold it both."""
    folder = tmp_path / "graph"
    with locked(folder):
        waiting = [subprocess.Popen([sys.executable, "-c", WAIT, folder]) for _ in range(3)]
        while len(list(tmp_path.glob("waits-*"))) < 3:  # until each has opened the lock
            time.sleep(0.01)
        (folder / NAME).unlink()
        folder.rmdir()
    assert [process.wait() for process in waiting] == [0, 0, 0]
    assert folder.exists()


WAIT = """
import os, sys, time
from pathlib import Path
from nipype_maps.engine.workfolder import lock
folder, hold = Path(sys.argv[1]), lock._hold
def hold_and_say(*arguments):
    (folder.parent / f"waits-{os.getpid()}").touch()
    hold(*arguments)
lock._hold = hold_and_say
with lock.locked(folder, wait=True):
    os.mkdir(folder / "alone")
    time.sleep(0.2)
    os.rmdir(folder / "alone")
"""


@pytest.mark.parametrize("days", ["-1", "x"])
def test_days_are_a_number(tmp_path, days):
    assert "--unused-for" in clean("--work", tmp_path, "--unused-for", days, status=2)


def test_a_time_that_is_no_number_removes_nothing(tmp_path):
    result = CliRunner().invoke(main, ["prune", "--work", str(tmp_path), "--unused-for", "nan"])
    assert result.exit_code == 2
    assert "--unused-for is not a finite number of days" in result.stderr
