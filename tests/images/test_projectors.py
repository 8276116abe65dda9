import zipfile

import numpy as np
import pytest

from nipype_maps.images.projectors import MapsInfo, read_projector, write_projector
from nipype_maps.numerics.blocks import StoredBlock

from ..matrices import build_projector


@pytest.mark.parametrize("density", [0.05, 1.0])
def test_a_projector_survives_the_disk_bit_by_bit(tmp_path, rng, grids, density):
    grid = grids["plain"]
    maps = rng.normal(size=(grid.n_voxels, 3)) * (rng.random((grid.n_voxels, 3)) < density)
    projector, info = build_projector(maps), MapsInfo(grid, ["a", "b", "ü"], [0, 2], "zero", {"Rank": 3})
    for name in ("one.npz", "two.npz"):
        write_projector(tmp_path / name, [projector.weights], projector.solution, info)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()

    back, said = read_projector(tmp_path / "one.npz")
    run = StoredBlock(0, rng.normal(size=(4, back.support.size)))
    np.testing.assert_array_equal(back.project(run), projector.project(run))
    assert (said.names, said.written) == (["a", "b", "ü"], [0, 2])
    assert (said.empty, said.description) == ("zero", {"Rank": 3})
    assert said.grid.same_as(grid)
    assert (back.solution.rank, back.solution.condition) == (3, projector.solution.condition)


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=1)
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("other.npz", "text.npz"):
        with pytest.raises(ValueError, match=f"{name} is no projector"):
            read_projector(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("voxels", lambda a: a + 10**6),
        ("voxels", lambda a: a - 10**6),
        ("voxels", lambda a: a[:-1]),
        ("voxels", lambda a: a * 1.0),
        ("maps", lambda a: a + 3),
        ("bounds", lambda a: a[::-1]),
        ("map_bounds", lambda a: a + 1),
        ("piece0000", lambda a: a[:-1]),
        ("finish", lambda a: a[:2]),
        ("vif", lambda a: a[:2]),
        ("affine", lambda a: a * np.nan),
        ("shape", lambda a: np.array([10**6, 10**6])),
        ("text", lambda a: np.array("[" * 100_000)),
        ("text", lambda a: np.array("{}")),
        ("text", lambda a: np.array(str(a).replace("[0, 1, 2]", "[0, 3]"))),
        ("rank", lambda a: np.array("three")),
    ],
)
def test_a_projector_whose_parts_do_not_fit_together_is_refused(tmp_path, rng, grids, name, change):
    grid = grids["plain"]
    projector = build_projector(rng.normal(size=(grid.n_voxels, 3)))
    info = MapsInfo(grid, ["a", "b", "c"], [0, 1, 2])
    write_projector(tmp_path / "good.npz", [projector.weights], projector.solution, info)
    with np.load(tmp_path / "good.npz") as archive:
        arrays = dict(archive)
    arrays[name] = change(arrays[name])
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(ValueError, match=r"bad.npz is no projector as FitProjector writes them"):
        read_projector(tmp_path / "bad.npz")


@pytest.mark.parametrize(
    "header", [b"{'descr': '<f8', 'fortran_order': False, 'shape': (10", b"\x00(((", b"{'a'"]
)
def test_a_projector_with_a_damaged_array_is_refused(tmp_path, rng, grids, header):
    projector = build_projector(rng.normal(size=(grids["plain"].n_voxels, 3)))
    write_projector(
        tmp_path / "good.npz",
        [projector.weights],
        projector.solution,
        MapsInfo(grids["plain"], ["a", "b", "c"], [0, 1, 2]),
    )
    with zipfile.ZipFile(tmp_path / "good.npz") as good, zipfile.ZipFile(tmp_path / "bad.npz", "w") as bad:
        for member in good.namelist():
            content = good.read(member)
            if member == "vif.npy":
                content = content[:10] + header.ljust(len(content) - 10)
            bad.writestr(member, content)
    with pytest.raises(ValueError, match=r"bad.npz is no projector as FitProjector writes them"):
        read_projector(tmp_path / "bad.npz")
