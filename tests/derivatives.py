"""Folders of preprocessed runs as fMRIPrep writes them, for tests and benchmarks."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
from nipype import testing

MOTION = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
COLUMNS = [*MOTION, "framewise_displacement", "std_dvars", "non_steady_state_outlier00"]
T_R = 2.0
#: A run and tissue probability maps that are part of nipype's package.
DATA = Path(testing.__file__).parent / "data"
REAL_RUN = DATA / "ds003_sub-01_mc.nii.gz"
#: Where the maps lie; the run's own header does not say where it does.
REAL_AFFINE = np.array([[-12.5, 0, 0, 4.75], [0, 12.5, 0, -200.75], [0, 0, 16, 25], [0, 0, 0, 1]])
REAL_MAPS = [DATA / f"tpm_{index:02d}.nii.gz" for index in range(3)]


def describe(root: Path) -> Path:
    """Make the folder and its description."""
    root.mkdir(parents=True)
    content = {"Name": "fMRIPrep", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}
    (root / "dataset_description.json").write_text(json.dumps(content))
    return root


def write_run(root: Path, entities: str, values: np.ndarray, affine: np.ndarray, table: np.ndarray) -> None:
    """A run, its sidecar, mask and table of confounds (COLUMNS)."""
    folder = root / entities.partition("_")[0] / "func"
    folder.mkdir(parents=True, exist_ok=True)
    image = nib.Nifti1Image(values, affine)
    image.set_sform(affine, code="mni")
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_zooms((*image.header.get_zooms()[:3], T_R))
    nib.save(image, folder / f"{entities}_space-MNI_desc-preproc_bold.nii.gz")
    sidecar = folder / f"{entities}_space-MNI_desc-preproc_bold.json"
    sidecar.write_text(json.dumps({"RepetitionTime": T_R}))
    mask = nib.Nifti1Image(np.ones(values.shape[:3], np.uint8), affine)
    nib.save(mask, folder / f"{entities}_space-MNI_desc-brain_mask.nii.gz")
    path = folder / f"{entities}_desc-confounds_timeseries.tsv"
    np.savetxt(path, table, fmt="%.6g", delimiter="\t", header="\t".join(COLUMNS), comments="")


def write_derivatives(root: Path, n_subjects: int, n_runs: int, tiny: bool = False) -> Path:
    """Runs made from the real one, each with noise of its own, every other subject's on a second grid.

    Parameters
    ----------
    root : pathlib.Path
    n_subjects, n_runs : int
        How many, and how many of each.
    tiny : bool
        6 x 6 x 5 voxels instead of 16 x 16 x 9.
    """
    values = nib.load(REAL_RUN).get_fdata(dtype="float32")
    low, high = ((5, 5, 2), (11, 11, 7)) if tiny else ((0, 0, 0), values.shape[:3])
    places = [
        tuple(slice(first, last) for first, last in zip(low, high, strict=True)),
        (slice(low[0] + 1, high[0]), slice(low[1], high[1]), slice(low[2], high[2] - 1)),
    ]
    rng = np.random.default_rng(11)
    describe(root)
    for subject in range(n_subjects):
        place = places[subject % 2]
        affine = REAL_AFFINE.copy()
        affine[:3, 3] = nib.affines.apply_affine(affine, [part.start for part in place])
        for run in range(n_runs):
            own = values[place] + rng.normal(0, 5, values[place].shape).astype("float32")
            entities = f"sub-{subject + 1:04d}_task-rest_run-{run + 1:02d}"
            table = np.abs(rng.normal(size=(own.shape[3], len(COLUMNS)))) / 10
            table[:, -1] = np.arange(own.shape[3]) == 0
            write_run(root, entities, own, affine, table)
    return root
