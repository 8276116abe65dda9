import hashlib
import os
import shutil

import numpy as np
import pytest

from nipype_maps.storage import checksums
from nipype_maps.storage.checksums import CHUNK, checksum, digest, record, remembering, unchanged
from nipype_maps.storage.sparse import write_around


@pytest.fixture
def content(rng):
    """Three chunks: zeros with something at the ends, only zeros, noise of an odd length."""
    data = np.zeros(2 * CHUNK + 12345, np.uint8)
    data[:5] = data[CHUNK - 5 : CHUNK] = 1
    data[2 * CHUNK :] = rng.integers(0, 256, 12345)
    return data


def recorded(path):
    """The digest by which an output of a node is known."""
    record(path.parent, [path])
    return digest(path)


def test_holes_make_no_difference(tmp_path, content):
    content.tofile(tmp_path / "full")
    with open(tmp_path / "holes", "wb") as stream:
        write_around(stream.fileno(), 0, content)
    shutil.copyfile(tmp_path / "holes", tmp_path / "copy")
    assert len({recorded(tmp_path / name) for name in ("full", "holes", "copy")}) == 1


@pytest.mark.parametrize("identify", [checksum, recorded])
def test_every_change_of_content_is_seen(tmp_path, content, identify):
    """One byte anywhere, also from or to zero; bytes moved by whole blocks; zeros at the end."""
    others = [content]
    for where in (0, CHUNK + 7, 2 * CHUNK + 99, content.size - 1):
        changed = content.copy()
        changed[where] += 1
        others.append(changed)
    others += [np.roll(content, checksums.BLOCK), np.roll(content, CHUNK), np.append(content, [0])]
    found = set()
    for index, data in enumerate(others):
        data.astype(np.uint8).tofile(tmp_path / str(index))
        found.add(identify(tmp_path / str(index)))
    assert len(found) == len(others)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_file_written_to_is_read_again(tmp_path, recorded):
    """Even if size and time of the last write are put back, as a copying tool does."""
    path = tmp_path / "run.nii"
    path.write_bytes(b"abcd")
    if recorded:
        record(tmp_path, [str(path)])
    before, times = digest(path), (os.stat(path).st_atime_ns, os.stat(path).st_mtime_ns)
    clock = tmp_path / "clock"
    clock.touch()
    while clock.stat().st_ctime_ns == path.stat().st_ctime_ns:  # a file system's may tick 250 times a second
        clock.touch()
    path.write_bytes(b"abcx")
    os.utime(path, ns=times)
    assert digest(path) != before


def test_what_is_remembered_is_not_read_again(tmp_path, monkeypatch):
    path = tmp_path / "maps.nii"
    path.write_bytes(b"abcd")
    record(tmp_path, [str(path)])
    expected = digest(path)
    monkeypatch.setattr(checksums, "_computed", lambda *arguments: "read again")
    assert digest(path) == expected
    (tmp_path / "maps.nii").rename(tmp_path / "other.nii")
    assert digest(tmp_path / "other.nii") == "read again"


def test_other_processes_remember_too(tmp_path, monkeypatch):
    path = tmp_path / "run.nii"
    path.write_bytes(b"abcd")
    monkeypatch.setattr(checksums, "SETTLED", -1.0)
    with remembering(tmp_path / "memory"):
        expected = digest(path)
    monkeypatch.setattr(checksums, "_known", {})
    monkeypatch.setattr(checksums, "_computed", lambda *arguments: "read again")
    with remembering(tmp_path / "memory"):
        assert digest(path) == expected
        path.write_bytes(b"abcx")
        assert digest(path) == "read again"


def test_a_recorded_file_is_known_to_be_unchanged(tmp_path, monkeypatch):
    path = tmp_path / "maps.nii"
    path.write_bytes(b"abcd")
    assert unchanged(tmp_path, path) is None
    record(tmp_path, [str(path)])
    assert unchanged(tmp_path, path)
    shutil.copytree(tmp_path, tmp_path / "copy")  # another inode: read once, then no more
    assert unchanged(tmp_path / "copy", tmp_path / "copy" / "maps.nii")
    monkeypatch.setattr(checksums, "_computed", lambda *arguments: "read again")
    assert unchanged(tmp_path / "copy", tmp_path / "copy" / "maps.nii")
    monkeypatch.undo()
    for content in (b"abcx", b"abc", b""):
        path.write_bytes(content)
        assert unchanged(tmp_path, path) is False


def test_a_damaged_record_is_as_none(tmp_path):
    path = tmp_path / "maps.nii"
    path.write_bytes(b"abcd")
    expected = digest(path)
    for text in (
        "{",
        "[]",
        "[" * 100_000,
        "\x00",
        "",
        '{"maps.nii": null}',
        "1e999",
        '{"maps.nii": 3}',
        '{"maps.nii": [[1], "x"]}',
    ):
        (tmp_path / checksums.RECORD).write_text(text)
        assert digest(path) == expected


def test_where_a_block_lies_counts(tmp_path):
    for index in (1, 2):
        data = np.zeros(4 * checksums.BLOCK, np.uint8)
        data[index * checksums.BLOCK] = 1
        data.tofile(tmp_path / str(index))
    assert recorded(tmp_path / "1") != recorded(tmp_path / "2")


def test_a_process_does_not_remember_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(checksums, "SETTLED", -1.0)
    monkeypatch.setattr(checksums, "KNOWN", 3)
    monkeypatch.setattr(checksums, "_known", {})
    for name in "abcde":
        (tmp_path / name).write_text(name)
        digest(tmp_path / name)
    assert [os.path.basename(path) for path, _ in checksums._known] == ["c", "d", "e"]


def test_a_copy_in_a_folder_that_can_only_be_read_is_known(tmp_path, monkeypatch):
    path = tmp_path / "maps.nii"
    path.write_bytes(b"abcd")
    record(tmp_path, [str(path)])
    os.utime(path)

    def read_only(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checksums, "_write", read_only)
    assert unchanged(tmp_path, path)


def test_a_checksum_is_what_sha256sum_prints(tmp_path, content):
    """Also of a recorded file, whose cache keys hold a digest that is computed faster."""
    path = tmp_path / "maps.nii"
    content.tofile(path)
    expected = hashlib.sha256(content.tobytes()).hexdigest()
    assert digest(path) == checksum(path) == expected
    record(tmp_path, [path])
    assert checksum(path) == expected
    assert digest(path) != expected


def test_a_copied_record_keeps_the_kind_of_digest(tmp_path, content, monkeypatch):
    """The copy has another inode: it is read again, and is the same."""
    monkeypatch.setattr(checksums, "SETTLED", -1.0)
    (tmp_path / "node").mkdir()
    path = tmp_path / "node" / "maps.nii"
    content.tofile(path)
    record(path.parent, [path])
    shutil.copytree(path.parent, tmp_path / "copy")
    copy = tmp_path / "copy" / "maps.nii"
    assert digest(copy) == digest(path)
    assert checksum(copy) == checksum(path) != digest(path)  # both are remembered
    assert digest(copy) == digest(path)


def test_a_file_passed_on_is_recorded_by_its_own_digest(tmp_path):
    """By its checksum, or as the node that made it has recorded it."""
    made, run = tmp_path / "made", tmp_path / "run.nii"
    made.mkdir()
    (made / "maps.nii").write_bytes(b"maps")
    run.write_bytes(b"run")
    record(made, [made / "maps.nii"])
    (tmp_path / "node").mkdir()
    record(tmp_path / "node", [run, made / "maps.nii"])
    assert unchanged(tmp_path / "node", run)
    assert unchanged(tmp_path / "node", made / "maps.nii")
    run.write_bytes(b"ran")
    assert unchanged(tmp_path / "node", run) is False


def test_a_file_is_read_once_for_key_and_sidecar(tmp_path, monkeypatch):
    path = tmp_path / "run.nii"
    path.write_bytes(b"abcd")
    monkeypatch.setattr(checksums, "SETTLED", -1.0)
    read = []
    monkeypatch.setattr(checksums, "_sha256", lambda path: str(read.append(path)))
    digest(path), checksum(path), digest(path)
    assert len(read) == 1
