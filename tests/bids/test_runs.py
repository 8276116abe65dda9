import json
from pathlib import Path

import nibabel as nib
import pytest

from nipype_maps.bids.runs import Run
from nipype_maps.notes import collected


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


@pytest.mark.parametrize(
    "value", [True, "2", "2 s", [2.0], {"s": 2}, 0, -2, float("nan"), float("inf"), 10**400, False]
)
def test_a_sidecar_without_a_number_of_seconds_is_refused(make_run, value):
    path = make_run(n_frames=2, t_r=2.0)
    sidecar = Path(path.replace(".nii.gz", ".json"))
    sidecar.write_text(json.dumps({"RepetitionTime": value}))
    with pytest.raises(ValueError, match=r"bold.json: RepetitionTime is .*, not a number of seconds above 0"):
        _ = Run(path).t_r


@pytest.mark.parametrize(
    ("where", "t_r", "warned"),
    [
        ("t_r", 2000, True),
        ("the sidecar", 2000, True),
        ("the header", 2000, True),
        ("t_r", 0.001, True),
        ("t_r", 30.1, True),
        ("t_r", 0.05, False),
        ("the header", 30, False),
    ],
)
def test_times_between_frames_that_cannot_be_seconds_are_warned_of(make_run, recwarn, where, t_r, warned):
    path = make_run(n_frames=2, t_r=t_r if where == "the header" else 0)
    if where == "the sidecar":
        Path(path.replace(".nii.gz", ".json")).write_text(json.dumps({"RepetitionTime": t_r}))
    assert Run(path, t_r if where == "t_r" else None).t_r == pytest.approx(t_r)
    origin = "t_r (--t-r)" if where == "t_r" else where
    sentence = (
        f"{path} has {t_r:g} s between frames, as {origin} says, which is not between 0.05 and 30 s; "
        "check the unit, and pass t_r (--t-r) in seconds."
    )
    assert [str(warning.message) for warning in recwarn] == [sentence] * warned


@pytest.mark.parametrize("step", [float("nan"), float("inf"), -2.0])
def test_a_header_whose_time_step_is_none_gives_none(make_run, step):
    path = make_run(n_frames=2)
    image = nib.load(path)
    image.header["pixdim"][4] = step
    nib.save(nib.Nifti1Image(image.get_fdata(), image.affine, image.header), path)
    assert Run(path).t_r is None


@pytest.mark.parametrize(("given", "told"), [(3.0, True), (2.0001, False)])
def test_a_time_between_frames_beside_that_of_the_header(make_run, given, told):
    with collected() as notes:
        assert Run(make_run(), given).t_r == given
    assert (
        notes
        == ["sub-01_task-rest_bold.nii.gz has 2 s between frames by its header; t_r (--t-r) of 3 s is taken."]
        * told
    )
