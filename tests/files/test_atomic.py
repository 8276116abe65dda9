import subprocess
import sys
from pathlib import Path

import pytest

from nipype_maps.files.atomic import copy, replacing, sweep
from nipype_maps.files.processes import HOST


def test_a_file_that_failed_leaves_the_old_one(tmp_path):
    path = tmp_path / "result.tsv"
    path.write_text("old")
    with pytest.raises(FileNotFoundError), replacing(path) as temporary:
        temporary.write_bytes((tmp_path / "absent").read_bytes())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nobody_sees_a_file_before_it_is_complete(tmp_path):
    path = tmp_path / "result.tsv"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == tmp_path
    assert path.read_text() == "new"


def test_others_may_read_what_the_umask_lets_them(tmp_path):
    with replacing(tmp_path / "a") as temporary:
        temporary.write_text("")
    (tmp_path / "b").write_text("")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_copy(tmp_path):
    (tmp_path / "a").write_bytes(b"\x00\x01")
    copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"\x00\x01"


def test_only_what_dead_processes_left_is_swept_away(tmp_path):
    left = subprocess.run(
        [sys.executable, "-c", LEAVE, tmp_path / "a.tsv"], capture_output=True, text=True, check=False
    ).stdout.strip()
    assert Path(left).exists()
    folder = Path(f"{left}-folder")
    folder.mkdir()
    (folder / "half").touch()
    elsewhere = tmp_path / Path(left).name.replace(f"-{HOST}.", "-elsewhere.")
    elsewhere.write_text("")
    (tmp_path / ".1-notes.txt").write_text("")
    with replacing(tmp_path / "b.tsv") as mine:
        mine.write_text("")
        sweep(tmp_path)
        assert sorted(tmp_path.iterdir()) == sorted([mine, elsewhere, tmp_path / ".1-notes.txt"])


LEAVE = """
import os, sys
from nipype_maps.files.atomic import replacing
with replacing(sys.argv[1]) as temporary:
    temporary.write_text("half")
    print(temporary, flush=True)
    os._exit(9)
"""
