import os

import numpy as np
import pytest

from nipype_maps.storage.sparse import PAGE, extents, read_around, write_around


@pytest.fixture
def file(tmp_path):
    with open(tmp_path / "file", "w+b") as stream:
        yield stream


@pytest.mark.parametrize("offset", [0, 352, PAGE + 1])
@pytest.mark.parametrize("used", [[], [0], [3, 40], [5 * PAGE - 1, 60 * PAGE, 99 * PAGE + 17], "all"])
def test_what_was_written_is_read(file, rng, used, offset):
    data = np.zeros(99 * PAGE + 18, np.uint8)
    data[slice(None) if used == "all" else used] = 7
    write_around(file.fileno(), offset, data)
    file.truncate(offset + data.size)
    assert os.pread(file.fileno(), data.size, offset) == data.tobytes()
    assert os.pread(file.fileno(), offset, 0) == bytes(offset)
    for start, size in ((0, data.size + 9), (offset + 3 * PAGE + 5, 70 * PAGE)):
        expected = np.zeros(size, np.uint8)
        there = np.frombuffer(os.pread(file.fileno(), size, start), np.uint8)
        expected[: there.size] = there
        buffer = np.full(size, 99, np.uint8)
        read_around(file.fileno(), start, buffer)
        np.testing.assert_array_equal(buffer, expected)


def test_extents_hold_all_that_is_not_zero(file):
    os.pwrite(file.fileno(), b"x" * 10, 40 * PAGE)
    os.pwrite(file.fileno(), b"x" * 10, 80 * PAGE)
    file.truncate(200 * PAGE)
    found = list(extents(file.fileno(), 10, 150 * PAGE))
    for at in (40 * PAGE, 80 * PAGE + 9):
        assert any(first <= at < last for first, last in found)
    assert all(10 <= first < last <= 150 * PAGE for first, last in found)
    assert list(extents(file.fileno(), 120 * PAGE, 150 * PAGE)) in ([], [(120 * PAGE, 150 * PAGE)])


def test_where_the_system_cannot_tell_all_is_data(file, monkeypatch):
    file.truncate(100)

    def refuse(fd, offset, whence):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "lseek", refuse)
    assert list(extents(file.fileno(), 10, 50)) == [(10, 50)]
    monkeypatch.delattr(os, "SEEK_DATA")
    assert list(extents(file.fileno(), 10, 50)) == [(10, 50)]
