import numpy as np

from nipype_maps.numerics.coverage import coverage, inside_of
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.overlap import OverlapCounter


def test_negative_weights_overlap_too_and_tiny_ones_do_not():
    counter = OverlapCounter(5, eps=1e-7)
    counter.add(np.array([0, 1, 2, 4]), np.array([-1.0, -1, 1e-8, 1]))
    counter.add(np.array([0, 2, 3, 4]), np.array([-2.0, 3, 3, 1e-8]))
    assert counter.pairs == {(0, 1): 1}


def test_inside_agrees_with_a_loop_over_voxels(rng, grids):
    mask = rng.random(grids["coarse"].n_voxels) < 0.5
    for name in ("plain", "flipped", "permuted", "oblique"):
        source, target = grids[name], grids["coarse"]
        inside = source.unflatten(inside_of(source, target, mask))
        volume = target.unflatten(mask)
        for voxel in np.ndindex(*source.shape):
            where = np.linalg.inv(target.affine) @ source.affine @ [*voxel, 1]
            nearest = np.floor(np.round(where[:3], 6) + 0.5).astype(int)
            within = all(0 <= i < n for i, n in zip(nearest, target.shape, strict=True))
            assert inside[voxel] == (within and volume[tuple(nearest)])


def test_coverage_is_a_share_of_absolute_weight():
    grid = Grid((4, 1, 1), np.eye(4))
    half = inside_of(grid, Grid((2, 1, 1), np.eye(4)))
    assert coverage(np.array([1.0, -1, 1, -1]), half) == 0.5
    assert np.isnan(coverage(np.zeros(4), half))
