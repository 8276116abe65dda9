"""What ``--strict`` refuses before anything is computed, and what happens without it."""

import json
import shutil

import numpy as np
import pytest

from ..derivatives import describe, write_run

RUN = "sub-01_task-rest_{}_desc-preproc_bold.nii.gz"
NATIVE = "sub-01_task-rest_desc-preproc_bold.nii.gz"
MAPS = "tpl-{}_res-02_atlas-X_probseg.nii.gz"
SIX, NINE = "MNI152NLin6Asym", "MNI152NLin2009cAsym"

#: Names of a run and of maps; whether their spaces certainly differ, may differ, or are taken for one.
PAIRS = [
    (RUN.format(f"space-{SIX}"), MAPS.format(NINE), "differ"),
    (RUN.format(f"space-{SIX}"), MAPS.format(SIX), "same"),
    (RUN.format("space-MNI"), MAPS.format(SIX), "may"),
    (RUN.format("space-MNI152"), MAPS.format(NINE), "may"),
    (RUN.format(f"space-{SIX}"), MAPS.format("MNI152"), "may"),
    (RUN.format("space-MNI"), MAPS.format("MNI"), "same"),
    (RUN.format("space-MNI305"), MAPS.format("MNI152"), "differ"),
    (RUN.format("space-MNIInfant_cohort-1"), MAPS.format("MNIInfant_cohort-2"), "differ"),
    (RUN.format("space-MNIInfant_cohort-1"), MAPS.format("MNIInfant_cohort-10"), "differ"),
    (RUN.format("space-MNIInfant_cohort-1"), MAPS.format("MNIInfant"), "may"),
    (RUN.format("space-MNIInfant+2"), MAPS.format("MNIInfant_cohort-2"), "same"),
    (RUN.format("space-MNIInfant+2"), MAPS.format("MNIInfant_cohort-1"), "differ"),
    (RUN.format("space-T1w"), MAPS.format(SIX), "differ"),
    (RUN.format("space-boldref"), MAPS.format(SIX), "differ"),
    (NATIVE, MAPS.format(SIX), "differ"),
    # names that say nothing
    (RUN.format(f"space-{SIX}"), "msdl_rois.nii.gz", "same"),
    ("rest.nii.gz", MAPS.format(SIX), "same"),
]


@pytest.fixture
def named(tmp_path, make_run, maps, mask):
    """Copies of a run, maps and a mask under other names."""
    files = {"run": make_run("any_bold.nii.gz"), "maps": maps, "mask": mask}

    def named(what, name):
        return shutil.copy(files[what], tmp_path / name)

    return named


@pytest.mark.parametrize(("run", "maps_name", "relation"), PAIRS)
def test_spaces_that_are_not_certainly_one_are_refused(call, named, tmp_path, run, maps_name, relation):
    run, maps = named("run", run), named("maps", maps_name)
    words = ["extract", run, "--maps", maps, "--out", "out", "--strict"]
    done = call(*words, "--dry-run", status=0 if relation == "same" else 2)
    if relation == "same":
        return
    assert str(run) in done.stderr
    assert str(maps) in done.stderr
    assert ("may be two spaces" if relation == "may" else "give files of one space") in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_it_the_sidecar_and_the_screen_warn_once(call, named, tmp_path):
    run, maps = named("run", PAIRS[0][0]), named("maps", PAIRS[0][1])
    done = call("extract", run, "--maps", maps, "--out", "out")
    assert done.stderr.count(f"is in the space {SIX}, but the maps {PAIRS[0][1]} in {NINE}") == 1
    (sidecar,) = (tmp_path / "out").glob("*_timeseries.json")
    assert json.loads(sidecar.read_text())["WarningKinds"].count("DifferentSpaces") == 1


def test_a_mask_is_of_the_same_space(call, named, maps):
    run = named("run", RUN.format(f"space-{SIX}"))
    for name in (f"sub-01_space-{NINE}_desc-brain_mask.nii.gz", "sub-01_desc-brain_mask.nii.gz"):
        mask = named("mask", name)
        words = ["extract", run, "--maps", maps, "--mask", mask, "--out", "out"]
        assert f"but the mask {mask} in" in call(*words, "--strict", status=2).stderr


def test_options_without_effect_are_refused(call, make_run, maps):
    words = ["extract", make_run(), "--maps", maps, "--out", "out", "--smooth-on", "data"]
    assert "warning: --smooth-on has no effect without" in call(*words, "--dry-run").stderr
    assert "--smooth-on has no effect without" in call(*words, "--strict", status=2).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no confounds are regressed out"),
        (["--confounds-strategy", "none", "--participant-label", "01", "09"], "no run is of subject 09"),
    ],
)
def test_a_data_set_without_confounds_or_participants(call, tmp_path, rng, grids, maps, words, message):
    root, grid = describe(tmp_path / "fmriprep"), grids["plain"]
    values = rng.normal(100, 5, (*grid.shape, 20))
    write_run(root, "sub-01_task-rest", values, grid.affine, np.zeros((20, 9)))
    call_ = ["dataset", root, tmp_path / "out", "--maps", maps, *words]
    assert f"warning: {message}" in call(*call_, "--dry-run").stderr
    assert message in call(*call_, "--strict", status=2).stderr
    assert not (tmp_path / "out").exists()


def test_a_data_set_of_another_space(call, tmp_path, rng, grids, named):
    root, grid = describe(tmp_path / "fmriprep"), grids["plain"]
    values = rng.normal(100, 5, (*grid.shape, 20))
    write_run(root, "sub-01_task-rest", values, grid.affine, np.zeros((20, 9)))
    maps = named("maps", MAPS.format(SIX))
    words = ["--maps", maps, "--confounds-strategy", "none", "--strict"]
    done = call("dataset", root, tmp_path / "out", *words, status=2)
    assert f"is in the space MNI and the maps {maps} in {SIX}, which may be two spaces" in done.stderr
