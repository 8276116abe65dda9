import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nipype_maps.numerics.patches import patch_of
from nipype_maps.numerics.separable import Separable

permutations = st.permutations([0, 1, 2]).map(tuple)
seeds = st.integers(0, 2**32 - 1)


def brute_force(operator, volume):
    matrices = [
        np.eye(n) if m is None else m
        for m, n in zip(operator.matrices, volume.transpose(operator.axes).shape, strict=False)
    ]
    return np.einsum("ia,jb,kc,abc->ijk", *matrices, volume.transpose(operator.axes), optimize=True)


@given(axes=permutations, with_identity=st.booleans(), seed=seeds)
def test_it_is_the_sum_that_its_docstring_says(axes, with_identity, seed):
    rng = np.random.default_rng(seed)
    shape = (2, 3, 4)
    matrices = [rng.normal(size=(5, shape[axis])) for axis in axes]
    if with_identity:
        matrices[1] = None
    operator = Separable(tuple(matrices), axes)
    volume = rng.normal(size=shape)
    np.testing.assert_allclose(operator(volume), brute_force(operator, volume), atol=1e-12)


@given(axes=permutations, seed=seeds, start=st.integers(0, 3), stop=st.integers(0, 6))
def test_inside_a_box_it_is_the_same_as_everywhere(axes, seed, start, stop):
    """With banded matrices, of which rows and columns may be missing, as resampling has them."""
    rng = np.random.default_rng(seed)
    shape = (5, 6, 7)
    matrices = [np.tri(4, shape[axis], 1) - np.tri(4, shape[axis], -2) for axis in axes]
    matrices[rng.integers(3)] = None
    operator = Separable(tuple(matrices), axes)
    volume = np.zeros(shape)
    volume[start:stop, 1:3, start:stop] = rng.normal(size=volume[start:stop, 1:3, start:stop].shape)
    expected = operator(volume)
    local = operator.local(patch_of(volume))
    np.testing.assert_allclose(local.volume(expected.shape), expected, atol=1e-13)


def test_bands_leave_nothing_out(rng):
    """Matrices of more rows than are multiplied at once, non-zero near the diagonal alone."""
    shape = (70, 40, 65)
    matrices = tuple(
        rng.normal(size=(n, n)) * (abs(np.subtract.outer(range(n), range(n))) < 4) for n in shape
    )
    operator = Separable(matrices)
    volume = rng.normal(size=shape)
    np.testing.assert_allclose(operator(volume), brute_force(operator, volume), atol=1e-10)
