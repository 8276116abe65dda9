import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nipype_maps.numerics.blocking import tiles_of
from nipype_maps.numerics.blocks import StoredBlock
from nipype_maps.numerics.patches import patch_of

seeds = st.integers(0, 2**32 - 1)
SHAPE = (19, 10, 17)


class Held:
    """(K, X, Y, Z) maps in memory."""

    shape = SHAPE

    def __init__(self, volumes):
        self.volumes, self.n_maps = volumes, len(volumes)
        self.matrix = np.stack([volume.ravel(order="F") for volume in volumes], axis=1)

    def slabs(self, thickness):
        for first in range(0, SHAPE[2], thickness):
            patches = [patch_of(volume[:, :, first : first + thickness]) for volume in self.volumes]
            yield [(index, patch) for index, patch in enumerate(patches) if patch.values.size]


def local_maps(rng, n_maps, edge):
    """Maps that are non-zero in a box each, or everywhere."""
    volumes = np.zeros((n_maps, *SHAPE))
    for volume in volumes:
        low = [rng.integers(0, max(1, n - edge)) for n in SHAPE]
        box = volume[tuple(slice(n, n + edge) for n in low)]
        box[:] = rng.normal(size=box.shape)
    return Held(volumes)


@given(seed=seeds, n_maps=st.integers(1, 40), edge=st.sampled_from([2, 5, 30]))
def test_tiles_are_the_matrix(seed, n_maps, edge):
    """Each product beside that of the dense matrix; sums of 1,000 terms round to 1e-12."""
    rng = np.random.default_rng(seed)
    maps = local_maps(rng, n_maps, edge)
    matrix, tiles = maps.matrix, tiles_of(maps)
    assert sorted(tiles.voxels) == np.flatnonzero(matrix.any(axis=1)).tolist()
    np.testing.assert_allclose(tiles.gram(), matrix.T @ matrix, atol=1e-11)
    frames = rng.normal(size=(5, len(matrix)))
    np.testing.assert_allclose(
        tiles.collect(StoredBlock(0, frames[:, tiles.voxels])), frames @ matrix, atol=1e-11
    )
    signals = rng.normal(size=(4, n_maps))
    np.testing.assert_allclose(tiles.expand(signals), (signals @ matrix.T)[:, tiles.voxels], atol=1e-12)
    rows = [rows for rows, _ in tiles.dense(100)]
    assert [row.start for row in rows] == [0, *(row.stop for row in rows[:-1])]
    np.testing.assert_array_equal(np.vstack([slab for _, slab in tiles.dense(100)]), matrix[tiles.voxels])


def test_far_maps_share_no_tile():
    """Two maps of 8 and 4 voxels in opposite corners: 12 values, not 24."""
    volumes = np.zeros((2, *SHAPE))
    volumes[0, :2, :2, :2] = volumes[1, -2:, -2:, -1:] = 1
    tiles = tiles_of(Held(volumes))
    assert np.concatenate(tiles.pieces).tolist() == [1.0] * 12
    assert tiles.maps.tolist() == [0, 1]


@pytest.mark.parametrize("dtype", ["int16", ">i2", "uint8", "float32", ">f8"])
@pytest.mark.parametrize(("slope", "inter"), [(1.0, 0.0), (0.5, -300.0)])
def test_stored_values_are_converted(rng, dtype, slope, inter):
    maps = local_maps(rng, 3, 5)
    matrix, tiles = maps.matrix, tiles_of(maps)
    stored = rng.integers(0, 200, size=(4, tiles.voxels.size)).astype(dtype)
    expected = (slope * stored.astype(float) + inter) @ matrix[tiles.voxels]
    np.testing.assert_allclose(tiles.collect(StoredBlock(0, stored, slope, inter)), expected, atol=1e-9)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_voxel_that_is_not_finite_counts_as_0(rng, wrong):
    maps = local_maps(rng, 3, 5)
    matrix, tiles = maps.matrix, tiles_of(maps)
    stored = rng.normal(size=(4, tiles.voxels.size))
    stored[1, 7] = wrong
    values = 2 * stored + 3
    values[1, 7] = 0
    expected = values @ matrix[tiles.voxels]
    np.testing.assert_allclose(tiles.collect(StoredBlock(0, stored, 2.0, 3.0)), expected, atol=1e-11)
