import numpy as np
import pytest

from nipype_maps.numerics.coverage import coverages
from nipype_maps.numerics.grid import Grid
from nipype_maps.numerics.masking import (
    MaskingEffect,
    maps_to_keep,
    masked_maps,
    masking_effect,
    n_labels,
    require_any_map,
    require_no_overlap,
)
from nipype_maps.numerics.overlap import OverlapCounter, smallest_weight
from nipype_maps.numerics.patches import Patch

SHAPE = (4, 1, 1)


def line(*values):
    return Patch((0, 0, 0), np.array(values, dtype=float).reshape(SHAPE))


INSIDE = np.array([True, True, False, False]).reshape(SHAPE)


@pytest.mark.parametrize(
    ("values", "inside", "changes", "nonzero", "any_before"),
    [
        ([1, 2, 0, 0], INSIDE, False, True, True),
        ([1, 2, 3, 0], INSIDE, True, True, True),
        ([0, 0, 3, 0], INSIDE, True, False, True),
        ([0, 0, 3, 0], None, False, True, True),
        ([0, 0, 0, 0], INSIDE, False, False, False),
        ([np.nan, 0, 0, 0], None, True, False, False),
    ],
)
def test_what_a_mask_does_to_a_map(values, inside, changes, nonzero, any_before):
    effect = masking_effect([line(*values)], inside, SHAPE)
    assert effect == MaskingEffect(changes, [nonzero], any_before)


def test_overlaps_are_counted_before_masking_and_named():
    counter = OverlapCounter(4, smallest_weight(np.dtype("float32")))
    masking_effect([line(0, 0, 1, 1), line(0, 0, 1, 1e-9)], INSIDE, SHAPE, counter)
    with pytest.raises(
        ValueError, match=r"allow_overlap=False \(--no-allow-overlap\) .* a and b share 1 voxels;"
    ):
        require_no_overlap(counter, ["a", "b"])
    require_no_overlap(OverlapCounter(4, 0.0), ["a", "b"])


@pytest.mark.parametrize(
    ("any_before", "coverage", "words"),
    [
        (False, [np.nan], "atlas.nii contains no map: it is 0 everywhere"),
        (False, [0.5], "No map left after resampling atlas.nii; check"),
        (True, [0.5], "No map left after applying mask to the maps image atlas.nii; check"),
    ],
)
def test_where_no_map_is_left_the_reason_is_said(any_before, coverage, words):
    with pytest.raises(ValueError, match=words):
        require_any_map(MaskingEffect(True, [False], any_before), coverage, "atlas.nii")
    require_any_map(MaskingEffect(True, [True], True), coverage, "atlas.nii")


def test_empty_maps_are_kept_dropped_or_refused():
    nonzero, names = [True, False], ["a", "b"]
    assert maps_to_keep(nonzero, names, "nan") == maps_to_keep(nonzero, names, "zero") == [0, 1]
    with pytest.warns(UserWarning, match="no non-zero voxel .* are left out: b"):
        assert maps_to_keep(nonzero, names, "drop") == [0]
    with pytest.raises(ValueError, match=r"no non-zero voxel .*: b; empty_maps='error'"):
        maps_to_keep(nonzero, names, "error")


def test_maps_are_masked_and_demeaned_inside():
    maps = [line(1, 3, 5, 7), line(9, 9, 9, 9), line(2, 2, 2, 2)]
    plain, constant = masked_maps(maps, INSIDE, SHAPE, keep=[0, 2], demean=[False, False, True])
    assert plain.values.ravel().tolist() == [1, 3, 0, 0]
    assert constant.values.ravel().tolist() == [0, 0, 0, 0]
    (demeaned,) = masked_maps(maps, None, SHAPE, keep=[0], demean=[True, False, False])
    assert demeaned.values.ravel().tolist() == [-3, -1, 1, 3]


def test_coverage_refers_to_the_maps_before_resampling():
    """A grid of the first two voxels of four, of which the mask keeps one."""
    source, target = Grid(SHAPE, np.eye(4)), Grid((2, 1, 1), np.eye(4))
    inside = np.array([True, False]).reshape(2, 1, 1)
    shares = coverages([line(1, 1, 1, -1), line(0, 0, 0, 0)], 2, source, target, inside, False)
    np.testing.assert_array_equal(shares, [0.25, np.nan])
    assert coverages(iter(()), 2, source, source, None, is_complete=True) == [1.0, 1.0]


def test_labels_are_whole_numbers_without_gaps():
    assert n_labels(np.array([0.0, 3, 1, 2, 2])) == 3
    assert n_labels(np.array([0.0, 3, 1])) == n_labels(np.array([1.5])) == n_labels(np.zeros(3)) == 0
