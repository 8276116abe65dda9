import pytest

from nipype_maps.files.atomic import copy, replacing


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
