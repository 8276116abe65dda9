import numpy as np
import pytest

from nipype_maps.files.projectors import MapsInfo, read_projector, write_projector
from nipype_maps.numerics.blocks import StoredBlock
from nipype_maps.numerics.projector import build_projector


@pytest.mark.parametrize("density", [0.05, 1.0])
def test_a_projector_survives_the_disk_bit_by_bit(tmp_path, rng, grids, density):
    grid = grids["plain"]
    maps = rng.normal(size=(grid.n_voxels, 3)) * (rng.random((grid.n_voxels, 3)) < density)
    projector, info = build_projector(maps), MapsInfo(grid, ["a", "b", "ü"], "zero", {"Rank": 3})
    for name in ("one.npz", "two.npz"):
        write_projector(tmp_path / name, [projector.weights], projector.solution, info)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()

    back, said = read_projector(tmp_path / "one.npz")
    run = StoredBlock(0, rng.normal(size=(4, back.support.size)))
    np.testing.assert_array_equal(back.project(run), projector.project(run))
    assert (said.names, said.empty, said.description) == (["a", "b", "ü"], "zero", {"Rank": 3})
    assert said.grid.same_as(grid)
    assert (back.solution.rank, back.solution.condition) == (3, projector.solution.condition)


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=1)
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("other.npz", "text.npz"):
        with pytest.raises(ValueError, match=f"{name} is no projector"):
            read_projector(tmp_path / name)
