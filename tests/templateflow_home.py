"""A small copy of TemplateFlow's archive: names as there, tiny images."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np

from nipype_maps.numerics.grid import Grid

#: Voxel sizes by the labels of resolutions; 03 of MNI152NLin6Asym is finer than 01, as in the archive.
SIZES = {
    "MNI152NLin2009cAsym": {"01": 1.0, "02": 2.0, "03": 3.0},
    "MNI152NLin6Asym": {"01": 1.0, "02": 2.0, "03": 0.5},
}
TABLE = "Component\tDifumo_names\tYeo_networks7\tYeo_networks17\tGM\tWM\tCSF\n"


def write_home(root: Path, grid: Grid, rng: np.random.Generator) -> Path:
    """DiFuMo of 4 and 8 maps in two templates, and atlases of other kinds; return the folder."""
    for template, sizes in SIZES.items():
        folder = root / f"tpl-{template}"
        folder.mkdir(parents=True)
        resolutions = {label: {"zooms": [size] * 3} for label, size in sizes.items()}
        (folder / "template_description.json").write_text(json.dumps({"Name": template, "res": resolutions}))
        for n_maps in (4, 8):
            for label in ("02", "03"):
                name = f"tpl-{template}_res-{label}_atlas-DiFuMo_desc-{n_maps}dimensions_probseg.nii.gz"
                _write_maps(folder / name, grid, n_maps, rng)
            rows = "".join(f"{k}\tregion {k}\tDefault\tDefaultA\t1\t0\t0\n" for k in range(1, n_maps + 1))
            name = f"tpl-{template}_atlas-DiFuMo_desc-{n_maps}dimensions_probseg.tsv"
            (folder / name).write_text(TABLE + rows)
    folder = root / "tpl-MNI152NLin6Asym"
    _write_maps(folder / "tpl-MNI152NLin6Asym_res-02_atlas-HOSPA_probseg.nii.gz", grid, 3, rng)
    # no maps: a tissue, labels of regions
    _write_maps(folder / "tpl-MNI152NLin6Asym_res-02_label-GM_probseg.nii.gz", grid, 1, rng)
    (folder / "tpl-MNI152NLin6Asym_res-02_atlas-Schaefer2018_dseg.nii.gz").write_bytes(b"")
    # known to the archive, not downloaded yet
    (folder / "tpl-MNI152NLin6Asym_res-01_atlas-HOCPA_probseg.nii.gz").write_bytes(b"")
    return root


def _write_maps(path: Path, grid: Grid, n_maps: int, rng: np.random.Generator) -> None:
    nib.save(nib.Nifti1Image(rng.random((*grid.shape, n_maps)), grid.affine), path)
