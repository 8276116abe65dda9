"""A tree of runs as fMRIPrep 25 names them: sessions, runs, two spaces, resolutions, several echoes."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np

from .derivatives import COLUMNS, MOTION, T_R

N_FRAMES = 30
SPACES = ("space-MNI152NLin2009cAsym_res-2", "space-MNI152NLin6Asym_res-2")


def write_fmriprep(root: Path, grid, rng) -> Path:
    """A participant with two sessions, of which one has two runs, and one of several echoes.

    Parameters
    ----------
    root : pathlib.Path
    grid : nipype_maps.numerics.grid.Grid
    rng : numpy.random.Generator
    """
    root.mkdir(parents=True)
    described = {
        "Name": "fMRIPrep - fMRI PREProcessing workflow",
        "BIDSVersion": "1.9.0",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "fMRIPrep", "Version": "25.2.0"}],
        "DatasetDOI": "doi:10.18112/openneuro.ds000030",
    }
    write(root / "dataset_description.json", described)
    for session, entities, n_echoes in (
        ("pre", "sub-01_ses-pre_task-rest_run-1", 0),
        ("pre", "sub-01_ses-pre_task-rest_run-2", 0),
        ("post", "sub-01_ses-post_task-movie_dir-AP", 3),
    ):
        folder = root / "sub-01" / f"ses-{session}" / "func"
        folder.mkdir(parents=True, exist_ok=True)
        table = np.abs(rng.normal(size=(N_FRAMES, len(COLUMNS)))) / 10
        table[:, -1] = np.arange(N_FRAMES) == 0
        path = folder / f"{entities}_desc-confounds_timeseries.tsv"
        np.savetxt(path, table, fmt="%.6g", delimiter="\t", header="\t".join(COLUMNS), comments="")
        write(path.with_suffix(".json"), {name: {"Method": "Mean"} for name in MOTION})
        write(folder / f"{entities}_from-orig_to-boldref_mode-image_desc-hmc_xfm.json", {})
        for space in SPACES:
            save_run(folder / f"{entities}_{space}_desc-preproc_bold.nii.gz", grid, rng)
            mask = nib.Nifti1Image(np.ones(grid.shape, np.uint8), grid.affine)
            nib.save(mask, folder / f"{entities}_{space}_desc-brain_mask.nii.gz")
            nib.save(mask, folder / f"{entities}_{space}_boldref.nii.gz")
        for echo in range(1, n_echoes + 1):  # with --me-output-echos, in the space of the run alone
            save_run(folder / f"{entities}_echo-{echo}_desc-preproc_bold.nii.gz", grid, rng)
    return root


def save_run(path: Path, grid, rng) -> None:
    """A run and its sidecar."""
    image = nib.Nifti1Image(rng.normal(100, 5, (*grid.shape, N_FRAMES)).astype("float32"), grid.affine)
    image.set_sform(grid.affine, code="mni")
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_zooms((*image.header.get_zooms()[:3], T_R))
    nib.save(image, path)
    sidecar = {"RepetitionTime": T_R, "TaskName": "rest", "SkullStripped": False, "Resolution": "2 mm"}
    write(path.with_name(path.name.replace(".nii.gz", ".json")), sidecar)


def write(path: Path, content: dict) -> None:
    """A JSON file."""
    path.write_text(json.dumps(content))
