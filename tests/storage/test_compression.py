import gzip
import importlib.util
import sys

import pytest

from nipype_maps.storage import compression


@pytest.fixture(params=["ISA-L", "zlib"])
def module(request, monkeypatch):
    """The module as it is with and without the package isal."""
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)
    spec = importlib.util.spec_from_file_location("nipype_maps.storage.again", compression.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert ("isal" in module._GzipFile.__module__) == (request.param == "ISA-L")
    return module


def test_what_is_written_reads_back_and_is_the_same_every_time(module, tmp_path, rng):
    content = rng.integers(0, 9, 100_000).astype("u1").tobytes()
    for name in ("one.gz", "two.gz", "plain"):
        with module.open_to_write(tmp_path / name) as stream:
            stream.write(content)
        with module.open_to_read(tmp_path / name) as stream:
            assert stream.read() == content
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.gz").read_bytes()) == content
    assert (tmp_path / "plain").read_bytes() == content


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-20], lambda b: b[:50] + b"\xff" * 40 + b[90:], lambda b: b"x" + b]
)
def test_damage_raises_what_the_module_says(module, tmp_path, rng, damage):
    compressed = gzip.compress(rng.integers(0, 9, 100_000).astype("u1").tobytes())
    (tmp_path / "bad.gz").write_bytes(damage(compressed))
    with pytest.raises(module.DAMAGED), module.open_to_read(tmp_path / "bad.gz") as stream:
        stream.read()
