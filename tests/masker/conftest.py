import nibabel as nib
import numpy as np
import pytest


@pytest.fixture
def atlas(rng, grids):
    """Three overlapping maps in memory, on the plain grid."""
    return nib.Nifti1Image(rng.normal(size=(*grids["plain"].shape, 3)), grids["plain"].affine)


@pytest.fixture
def bold(rng, grids):
    """A run in memory: ``bold(grid, n_frames, t_r)``."""

    def bold(grid="plain", n_frames=20, t_r=2.0):
        data = 100 + rng.normal(size=(*grids[grid].shape, n_frames)).cumsum(axis=-1)
        image = nib.Nifti1Image(data, grids[grid].affine)
        image.header.set_xyzt_units("mm", "sec")
        image.header.set_zooms((*image.header.get_zooms()[:3], t_r))
        return image

    return bold


@pytest.fixture
def nodes_run(monkeypatch):
    """Names of the nodes that are run while the test goes on."""
    from nipype_maps.engine.plugins import executors

    names, execute_node = [], executors.execute_node

    def noting(node, updatehash):
        names.append(node.name)
        return execute_node(node, updatehash)

    monkeypatch.setattr(executors, "execute_node", noting)
    return names


@pytest.fixture
def same():
    """Assert that arrays are equal, to the last bit."""
    return np.testing.assert_array_equal


@pytest.fixture
def close():
    """Assert that arrays differ by rounding only: sums over other blocks of frames."""
    return lambda answer, expected: np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-12)
