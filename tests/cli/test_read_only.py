"""Folders that a call may not write to, and where intermediate results go instead."""

import os
import subprocess
import sys

import pytest

from ..derivatives import REAL_MAPS, write_derivatives

CALL = [sys.executable, "-c", "from nipype_maps.cli import main; main()", "dataset"]


@pytest.fixture
def fmriprep(tmp_path):
    return write_derivatives(tmp_path / "fmriprep", 1, 1, tiny=True)


def state(root):
    """All files and folders, with their sizes and times."""
    paths = [root, *root.rglob("*")]
    return {
        path: (status.st_mode, status.st_size, status.st_mtime_ns)
        for path in paths
        for status in [path.lstat()]
    }


def test_nothing_is_written_to_the_input_or_the_home(fmriprep, tmp_path):
    """Permissions bind users but root; what root would write is seen by the states."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home, elsewhere):
        folder.mkdir()
    read_only = [path for root in (fmriprep, home) for path in (root, *root.rglob("*"))]
    for path in read_only:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = [state(root) for root in (fmriprep, home)]
    environment = {**os.environ, "HOME": str(home)}
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "NIPYPE_CONFIG_DIR"):
        environment.pop(name, None)
    maps = ",".join(map(str, REAL_MAPS))
    done = subprocess.run(
        [*CALL, fmriprep, tmp_path / "out", "--maps", maps, "--confounds-strategy", "6P"],
        env=environment, cwd=elsewhere, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    after = [state(root) for root in (fmriprep, home)]
    for path in read_only:
        path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 run done" in done.stdout
    assert after == before
    assert list(elsewhere.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"fmriprep", "home", "elsewhere", "out", "out-work"}


def test_intermediate_results_are_beside_the_data_set_and_found_again(invoke, fmriprep, tmp_path):
    call = ["dataset", fmriprep, tmp_path / "out", "--maps", ",".join(map(str, REAL_MAPS))]
    invoke(*call)
    assert not (tmp_path / "out" / "work").exists()
    assert list((tmp_path / "out-work").glob("extract_*"))
    assert "0 steps executed" in invoke(*call).stdout
    invoke(*call, "-w", tmp_path / "chosen")
    assert list((tmp_path / "chosen").glob("extract_*"))


def test_a_work_folder_of_an_earlier_version_is_spoken_of(invoke, fmriprep, tmp_path):
    (tmp_path / "out" / "work").mkdir(parents=True)
    call = ["dataset", fmriprep, tmp_path / "out", "--maps", ",".join(map(str, REAL_MAPS))]
    sentence = f"{tmp_path / 'out' / 'work'} has intermediate results of an earlier version"
    assert sentence in invoke(*call).stderr
    assert sentence in invoke(*call, "--work", tmp_path / "chosen").stderr
    (tmp_path / "out" / "work").rmdir()
    assert sentence not in invoke(*call).stderr


def test_where_nothing_can_be_written_beside_the_data_set_a_folder_is_to_be_chosen(
    invoke, fmriprep, tmp_path
):
    (tmp_path / "out-work").write_text("a file")
    call = ["dataset", fmriprep, tmp_path / "out", "--maps", ",".join(map(str, REAL_MAPS))]
    done = invoke(*call, status=1)
    assert f"cannot make the folder {tmp_path / 'out-work'}: File exists" in done.stderr
    assert "choose a folder for intermediate results by --work" in done.stderr


def test_another_file_system_is_spoken_of(invoke, fmriprep, tmp_path, monkeypatch):
    monkeypatch.setattr("os.path.ismount", lambda path: path == tmp_path / "out")
    call = ["dataset", fmriprep, tmp_path / "out", "--maps", ",".join(map(str, REAL_MAPS))]
    assert "on another file system than" in invoke(*call).stderr


@pytest.mark.parametrize("more", [[], ["--work", "sub-0001/work"]])
def test_intermediate_results_are_not_among_the_runs(invoke, tmp_path, more):
    root = write_derivatives(tmp_path / "maps-work", 1, 1, tiny=True)
    before = state(root)
    more = [root / word if word.startswith("sub-") else word for word in more]
    call = ["dataset", root, tmp_path / "maps", "--maps", ",".join(map(str, REAL_MAPS)), *more]
    assert "is among the runs of" in invoke(*call, status=2).stderr
    assert state(root) == before
