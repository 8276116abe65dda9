import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nipype_maps.storage.atomic import ABANDONED, LOCK, copy, draft_folder, replacing, sweep
from nipype_maps.storage.locks import HOST


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


@pytest.fixture
def leave(tmp_path):
    """Make a draft in a process that is killed; the paths that it leaves behind."""

    def leave(code):
        subprocess.run([sys.executable, "-c", LEAVE.format(code)], check=False, cwd=tmp_path)
        return sorted(tmp_path.glob(".draft-*"))

    return leave


LEAVE = """
import os
from nipype_maps.storage.atomic import draft_folder, replacing
with {} as draft:
    (draft / "half" if draft.is_dir() else draft).write_text("half")
    os._exit(9)
"""


@pytest.mark.parametrize("code", ["replacing('a.tsv')", "draft_folder('.')"])
def test_only_what_nobody_makes_is_swept_away(tmp_path, leave, code):
    assert leave(code)
    others = [tmp_path / name for name in (".1-notes.txt", ".draft-notes.txt", "b.tsv")]
    for path in others:
        path.write_text("")
    with replacing(tmp_path / "b.tsv") as file, draft_folder(tmp_path) as folder:
        (folder / "a").touch()
        mine = sorted([*others, file, folder, folder.with_name(folder.name + LOCK)])
        sweep(tmp_path)
        assert sorted(tmp_path.iterdir()) == mine
    assert sorted(tmp_path.iterdir()) == sorted(others)


@pytest.mark.parametrize("old", [False, True])
def test_what_no_lock_tells_of_is_swept_when_it_is_old(tmp_path, leave, monkeypatch, old):
    """Where a file system knows no locks, and of versions that locked nothing."""
    left = [*leave("replacing('a.tsv')"), tmp_path / f".7-{HOST}.b.tsv", tmp_path / f".7-{HOST}.folder"]
    left[1].touch()
    left[2].mkdir()
    for path in left:
        os.utime(path, (time.time() - (ABANDONED + 60 if old else 60),) * 2)

    def without_locks(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", without_locks)
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == ([] if old else sorted(left))
    copy(Path(__file__), tmp_path / "c.tsv")
    assert (tmp_path / "c.tsv").exists()


def test_sweepers_and_makers_at_once(tmp_path):
    """A draft that is swept before its lock is taken is made anew: 2,000 files, none is lost."""
    sweepers = [subprocess.Popen([sys.executable, "-c", SWEEP, tmp_path]) for _ in range(2)]
    try:
        for index in range(1000):
            with replacing(tmp_path / f"{index}", durable=False) as file, draft_folder(tmp_path) as folder:
                file.write_text("x")
                (folder / "x").write_text("x")
                folder.rename(tmp_path / f"{index}.folder")
    finally:
        for process in sweepers:
            process.kill()
            process.wait()
    assert len(list(tmp_path.iterdir())) == len(list(tmp_path.glob("*.folder/x"))) * 2 == 2000


SWEEP = """
import sys
from nipype_maps.storage.atomic import sweep
while True:
    sweep(sys.argv[1])
"""


def test_no_link_is_followed(tmp_path, monkeypatch):
    """Not even one at the name that a draft is going to have."""
    precious, path = tmp_path / "precious", tmp_path / "a.tsv"
    precious.write_text("precious")
    numbers = iter(["0" * 16, "1" * 16])
    monkeypatch.setattr("secrets.token_hex", lambda n: next(numbers))
    (tmp_path / f".draft-{'0' * 16}-a.tsv").symlink_to(precious)
    (tmp_path / f".draft-{'2' * 16}").symlink_to(tmp_path.parent)
    path.symlink_to(precious)
    with replacing(path) as file:
        file.write_text("mine")
    sweep(tmp_path)
    assert (path.read_text(), path.is_symlink(), precious.read_text()) == ("mine", False, "precious")
    assert tmp_path.exists()


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_the_umask_decides(tmp_path, umask):
    before = os.umask(umask)
    try:
        copy(Path(__file__), tmp_path / "copy")
        with draft_folder(tmp_path) as folder:
            assert folder.stat().st_mode & 0o777 == 0o777 & ~umask
    finally:
        os.umask(before)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize(
    "name", ["a" * 251 + ".tsv", "é" * 125 + ".json", "two\nlines.nii.gz", b"\xff\xfe.tsv", "-", ".lock"]
)
def test_every_legal_name_has_a_draft(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    with replacing(path) as draft:
        draft.write_text("x")
        assert draft.name.endswith(path.name[-7:])
        sweep(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_draft_that_was_replaced_is_not_taken(tmp_path):
    def replaced():
        with replacing(tmp_path / "a.tsv") as draft:
            draft.unlink()
            draft.write_text("theirs")

    with pytest.raises(OSError, match=r"a.tsv was not written: its draft was moved"):
        replaced()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_the_error_names_the_file_that_was_to_be(tmp_path, monkeypatch, number):
    """Not its draft, which nobody knows."""

    def fails(*arguments):
        raise OSError(number, os.strerror(number), arguments[0])

    monkeypatch.setattr(os, "open", fails)
    with pytest.raises(OSError, match=r"/a\.tsv'$") as caught, replacing(tmp_path / "a.tsv"):
        pass
    assert caught.value.errno == number


def test_a_disk_that_is_full_leaves_no_draft(tmp_path):
    def full():
        with replacing(tmp_path / "a") as file, draft_folder(tmp_path) as folder:
            for path in (file, folder / "b"):
                path.write_text("half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space left"):
        full()
    assert list(tmp_path.iterdir()) == []
