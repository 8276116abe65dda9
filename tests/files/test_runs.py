import json
from pathlib import Path

import nibabel as nib
import pytest

from nipype_maps.files.runs import Run


@pytest.mark.parametrize(
    ("value", "unit", "t_r"),
    [
        (2.0, "sec", 2.0),
        (0.72, "sec", 0.72),
        (1500.0, "msec", 1.5),
        (2.0, "unknown", None),
        (0.0, "sec", None),
    ],
)
def test_t_r_from_the_header_in_its_unit(make_run, value, unit, t_r):
    path = make_run(n_frames=2)
    image = nib.load(path)
    image.header.set_xyzt_units("mm", unit)
    image.header["pixdim"][4] = value
    nib.save(nib.Nifti1Image(image.get_fdata(), image.affine, image.header), path)
    assert Run(path).t_r == pytest.approx(t_r, rel=1e-12) if t_r else Run(path).t_r is None


def test_t_r_from_sidecar_header_and_caller(make_run):
    path = make_run(n_frames=2, t_r=2.0)
    sidecar = Path(path.replace(".nii.gz", ".json"))
    sidecar.write_text(json.dumps({"RepetitionTime": 2.0001}))
    assert Run(path).t_r == 2.0001
    sidecar.write_text(json.dumps({"RepetitionTime": 0.8}))
    with pytest.raises(ValueError, match=r"RepetitionTime is 0.8 s, but the header says 2 s"):
        _ = Run(path).t_r
    assert Run(path, t_r=0.8).t_r == 0.8
    sidecar.write_text(json.dumps({"RepetitionTime": "2"}))
    with pytest.raises(ValueError, match="not a number of seconds"):
        _ = Run(path).t_r
    sidecar.write_text("{")
    with pytest.raises(ValueError, match="is not a JSON file"):
        _ = Run(path).t_r
