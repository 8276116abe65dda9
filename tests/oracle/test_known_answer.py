"""A run made of maps times known time courses: extraction returns the time courses."""

import nibabel as nib
import numpy as np

from nipype_maps.numerics.grid import Grid


def test_time_courses_come_back_from_noise(our_signals, save, rng):
    """Smooth, signed, overlapping maps in noise as strong as the signal itself."""
    grid = Grid((24, 28, 24), np.diag([4.0, 4.0, 4.0, 1.0]))
    x = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    centers = rng.uniform(6, 20, size=(10, 3))
    weights = np.exp(-((x[..., None, :] - centers) ** 2).sum(axis=-1) / 18)
    maps = weights[..., :8] - 0.5 * weights[..., [8, 9] * 4]
    known = np.cumsum(rng.normal(size=(120, 8)), axis=0)
    data = maps @ known.T
    noise = data.std() * rng.normal(size=data.shape)
    atlas = save(maps, grid, "maps.nii.gz")

    exact = our_signals(save(data, grid, "exact.nii.gz"), atlas)
    np.testing.assert_allclose(exact, known, atol=1e-11 * np.abs(known).max())

    noisy = our_signals(save((data + noise).astype("f4"), grid, "noisy.nii.gz"), atlas)
    correlations = [np.corrcoef(a, b)[0, 1] for a, b in zip(noisy.T, known.T, strict=True)]
    assert min(correlations) > 0.99
    # the error is what least squares owes to white noise, sigma (A'A)^-1/2, and no more
    flat = maps.reshape(-1, 8)
    owed = noise.std() * np.sqrt(np.diag(np.linalg.inv(flat.T @ flat)))
    np.testing.assert_allclose((noisy - known).std(axis=0), owed, rtol=0.3)
    assert nib.load(atlas).shape == (24, 28, 24, 8)
