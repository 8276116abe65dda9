"""Small runs and maps, made once."""

from pathlib import Path

import nibabel as nib
import numpy as np

SHAPE = (24, 28, 22)


def dataset(folder: Path, n_runs: int, n_frames: int = 60) -> tuple[list[Path], Path]:
    """Runs of noise, and eight overlapping maps on a finer grid."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    maps = folder / "blobs.nii.gz"
    if not maps.exists():
        where = np.stack(np.meshgrid(*(np.linspace(-1, 1, 2 * n) for n in SHAPE), indexing="ij"), axis=-1)
        centers = rng.uniform(-0.6, 0.6, size=(8, 3))
        values = [np.exp(-((where - center) ** 2).sum(axis=-1) / 0.1) for center in centers]
        image = nib.Nifti1Image(np.stack(values, axis=-1).astype("float32"), np.diag([2, 2, 2, 1]))
        nib.save(image, maps)
    runs = [folder / f"sub-{index + 1:02d}_task-rest_bold.nii.gz" for index in range(n_runs)]
    for run in runs:
        if not run.exists():
            values = rng.normal(1000, 20, size=(*SHAPE, n_frames)).astype("int16")
            image = nib.Nifti1Image(values, np.diag([4, 4, 4, 1]))
            image.header.set_xyzt_units("mm", "sec")
            image.header.set_zooms((4, 4, 4, 2))
            nib.save(image, run)
    return runs, maps
