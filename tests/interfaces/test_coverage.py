"""How much of each map lies where a run has signal, and what is said where that is little."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.spaces import space_of, spaces_differ
from nipype_maps.interfaces import FitProjector, Mask, Project, Resample
from nipype_maps.numerics.grid import Grid

GRID = Grid((20, 20, 20), np.array([[8.0, 0, 0, -80], [0, 8, 0, -80], [0, 0, 8, -80], [0, 0, 0, 1]]))
DISTANCE = np.linalg.norm(np.stack(np.indices(GRID.shape)) * 8 - 80, axis=0)


@pytest.fixture
def head(save, rng):
    """Make a run of a head in the dark: ``head(name, change)`` returns its path."""

    def head(name="sub-01_bold.nii", change=lambda run: run, dtype=None):
        run = np.where(DISTANCE < 60, 1000.0, 5.0)[..., None] + rng.normal(size=(*GRID.shape, 6))
        return save(change(run), GRID, name, dtype=dtype)

    return head


@pytest.fixture
def atlas(save):
    """Make two maps in the head, moved along x by so many mm; returns their path."""

    def atlas(shift=0.0, name="maps.nii"):
        affine = GRID.affine.copy()
        affine[0, 3] += shift
        maps = np.zeros((*GRID.shape, 2))
        maps[7:14, 7:14, 7:14, 0] = 1
        maps[4:9, 8:12, 8:12, 1] = np.linspace(1, 3, 5)[:, None, None]
        return save(maps, Grid(GRID.shape, affine), name)

    return atlas


@pytest.fixture
def project(execute):
    """Signals' sidecar of a run and maps, as the graph makes it."""

    def project(run, maps, mask=None, demean=False, resample="maps"):
        if resample == "maps":
            on_grid = execute(Resample(in_file=maps, reference=run), "resample").out_file
        else:
            on_grid = maps
        cut = Mask(in_file=on_grid, original_file=maps, demean=demean)
        if mask:
            cut.inputs.mask_file = mask
        masked = execute(cut, "mask")
        fit = FitProjector(
            maps_file=masked.out_file,
            coverage=masked.coverage,
            maps_source=maps,
            parameters={"Demean": demean},
        )
        if mask:
            fit.inputs.mask_source = mask
        projector = execute(fit, "fit").projector
        out = execute(Project(in_file=run, projector=projector, on_mismatch="resample"), "project")
        return json.loads(Path(out.out_json).read_text())

    return project


def test_maps_inside_the_head_are_covered_and_nothing_is_said(head, atlas, project):
    sidecar = project(head(), atlas())
    assert sidecar["Maps"]["Coverage"] == [1, 1]
    assert min(sidecar["Maps"]["SignalCoverage"]) > 0.95
    assert sidecar["Warnings"] == []


@pytest.mark.parametrize("resample", ["maps", "run"])
@pytest.mark.parametrize("demean", [False, True])
def test_maps_shifted_by_60_mm_are_warned_of(head, atlas, project, resample, demean):
    sidecar = project(head(), atlas(-60), resample=resample, demean=demean)
    assert sidecar["Maps"]["SignalCoverage"][1] < 0.1
    assert [warning for warning in sidecar["Warnings"] if "has signal" in warning] == [
        f"less than half of the weight of map-01 ({sidecar['Maps']['SignalCoverage'][0]:.0%}), "
        f"map-02 ({sidecar['Maps']['SignalCoverage'][1]:.0%}) is where sub-01_bold.nii has signal; check "
        "that maps, mask and run are in the same space, and that the field of view covers the maps."
    ]


CHANGES = {
    "zero outside": lambda run: np.where(DISTANCE[..., None] < 60, run, 0),
    "not a number outside": lambda run: np.where(DISTANCE[..., None] < 60, run, np.nan),
    "demeaned inside": lambda run: np.where(DISTANCE[..., None] < 60, run - 1000, 0),
    "z-scored inside": lambda run: np.where(
        DISTANCE[..., None] < 60, (run - run.mean(-1, keepdims=True)) / 2, 0
    ),
    "first frames blank": lambda run: run * (np.arange(6) > 1),
    "first frame missing": lambda run: np.where(np.arange(6) > 0, run, np.nan),
    "in small numbers": lambda run: run * 1e-9,
}


@pytest.mark.parametrize("what", CHANGES)
def test_signal_is_found_in_runs_of_every_kind(head, atlas, project, what):
    near, far = (
        project(head("run.nii", CHANGES[what]), atlas(shift, f"at{shift}.nii")) for shift in (0, -60)
    )
    assert min(near["Maps"]["SignalCoverage"]) > 0.95
    assert max(far["Maps"]["SignalCoverage"]) < 0.5
    assert not [warning for warning in near["Warnings"] if "has signal" in warning]
    assert len([warning for warning in far["Warnings"] if "has signal" in warning]) == 1


def test_integers_with_a_slope_are_judged_by_their_values(head, atlas, project, tmp_path):
    image = nib.load(head(dtype="int16"))
    scaled = nib.Nifti1Image(np.asarray(image.dataobj) * 0.01 - 3, image.affine, dtype="int16")
    nib.save(scaled, tmp_path / "scaled.nii")
    assert min(project(str(tmp_path / "scaled.nii"), atlas())["Maps"]["SignalCoverage"]) > 0.95


def test_a_run_without_any_signal_is_warned_of(head, atlas, project):
    sidecar = project(head(change=lambda run: run * 0 + 7), atlas())
    assert "the run is constant in every frame, so that it holds no signal." in sidecar["Warnings"]
    assert sidecar["Maps"]["SignalCoverage"] == [0, 0]
    assert sidecar["WarningKinds"] == ["NoSignal", "SignalCoverage"]


def test_a_mask_of_another_place_is_warned_of(head, atlas, project, save):
    """Half of each map is inside, and half of that outside the head."""
    inside = (np.indices(GRID.shape)[0] < 8).astype("uint8")
    sidecar = project(head(), atlas(), save(inside, GRID, "mask.nii"))
    assert sidecar["Maps"]["SignalCoverage"][0] == pytest.approx(1 / 7, abs=0.01)
    assert any("map-01 (14%)" in warning and "mask" in warning for warning in sidecar["Warnings"])


@pytest.mark.parametrize(
    ("run", "maps", "differ"),
    [
        ("sub-01_space-MNI152NLin2009cAsym_desc-preproc_bold", "tpl-MNI152NLin6Asym_atlas-x_probseg", True),
        (
            "sub-01_space-MNI152NLin6Asym_desc-preproc_bold",
            "tpl-MNI152NLin6Asym_res-02_atlas-x_probseg",
            False,
        ),
        ("sub-01_space-MNI_desc-preproc_bold", "tpl-MNI152NLin6Asym_atlas-x_probseg", False),
        ("sub-01_space-MNI152NLin6Asym_res-2_desc-preproc_bold", "atlas-x_space-MNI_probseg", False),
        ("sub-01_task-rest_desc-preproc_bold", "tpl-MNI152NLin6Asym_atlas-x_probseg", True),
        ("sub-01_space-T1w_desc-preproc_bold", "space-MNI152NLin6Asym_probseg", True),
        ("sub-01_space-T1w_desc-preproc_bold", "sub-01_space-func_probseg", False),
        ("sub-01_space-MNI152NLin6Asym_desc-preproc_bold", "sub-01_space-T1w_probseg", True),
        ("sub-01_space-MNI152NLin6Asym_desc-preproc_bold", "sub-01_task-rest_desc-brain_mask", True),
        ("sub-01_task-rest_desc-preproc_bold", "sub-01_task-rest_desc-brain_mask", False),
        ("sub-01_space-MNI152_desc-preproc_bold", "tpl-MNI152NLin6Asym_atlas-x_probseg", False),
        ("sub-01_space-MNI305_desc-preproc_bold", "tpl-MNI152NLin6Asym_atlas-x_probseg", True),
        ("sub-01_task-rest_bold", "tpl-MNI152NLin6Asym_atlas-x_probseg", False),
        ("sub-01_space-MNI152NLin6Asym_desc-preproc_bold", "msdl", False),
        ("sub-01_space-MNIInfant_cohort-1_desc-preproc_bold", "tpl-MNIInfant_cohort-2_probseg", True),
        ("sub-01_space-MNIInfant_cohort-1_desc-preproc_bold", "tpl-MNIInfant_probseg", False),
        ("sub-01_space-MNIInfant_cohort-1_desc-preproc_bold", "tpl-MNIInfant_cohort-10_probseg", True),
        ("sub-01_space-MNIInfant_cohort-01_desc-preproc_bold", "tpl-MNIInfant_cohort-1_probseg", False),
        ("sub-01_space-MNIInfant+2_desc-preproc_bold", "tpl-MNIInfant_cohort-2_probseg", False),
        ("sub-01_space-MNIInfant+2_desc-preproc_bold", "tpl-MNIInfant_cohort-1_probseg", True),
        ("sub-01_space-MNIInfant+2_desc-preproc_bold", "sub-01_space-MNIInfant+20_desc-brain_mask", True),
        ("sub-01_space-MNI_cohort-2_desc-preproc_bold", "tpl-MNIInfant_cohort-2_probseg", False),
        ("sub-01_space-MNI_cohort-1_desc-preproc_bold", "tpl-MNIInfant_cohort-2_probseg", True),
    ],
)
def test_names_tell_of_spaces(run, maps, differ):
    assert spaces_differ(space_of(f"{run}.nii.gz"), space_of(f"{maps}.nii.gz")) == differ


def test_spaces_that_differ_by_name_are_warned_of(head, atlas, project, save):
    mask = save(np.ones(GRID.shape, "uint8"), GRID, "sub-01_space-T1w_desc-brain_mask.nii")
    run = head("sub-01_space-MNI152NLin6Asym_desc-preproc_bold.nii")
    maps = "tpl-MNI152NLin2009cAsym_atlas-x_probseg.nii"
    assert project(run, atlas(name=maps), mask)["Warnings"] == [
        f"by their names {Path(run).name} is in the space MNI152NLin6Asym, but the {what}; "
        "give files of one space."
        for what in (
            f"maps {maps} in MNI152NLin2009cAsym",
            "mask sub-01_space-T1w_desc-brain_mask.nii in native",
        )
    ]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0, 1, 2, 3], "whole numbers from 1 to 3; if they are labels"),
        ([0, 1, 1, 1], None),
        ([0, 1, 3, 7], None),
    ],
)
def test_labels_of_regions_are_no_map(execute, save, grids, values, told):
    shape = grids["plain"].shape
    labels = save(np.resize(values, shape), grids["plain"], "labels.nii.gz", dtype="int16")
    warnings = execute(Mask(in_file=labels)).warnings
    assert any(told in warning for warning in warnings) if told else not warnings
