"""Whatever happens to a file in a work folder: the next run gives the same signals again."""

import json
import shutil

import pytest

from nipype_maps.graphs import init_masker_wf
from nipype_maps.plugins import LinearPlugin
from nipype_maps.storage.checksums import RECORD

from .conftest import flip

ALL = [
    "fit.atlas.mask",
    "fit.atlas.resample_maps",
    "fit.atlas.resample_mask",
    "fit.fit_projector",
    "fit.smooth",
    "read_run",
    "transform.clean",
    "transform.project",
]
HARMS = {
    "deleted": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "flipped": flip,
}


@pytest.mark.parametrize("harm", HARMS)
def test_every_file_in_turn(run, signals, tmp_path, harm):
    """Nodes are run again only if their own results were harmed, and the log says why."""
    assert run() == ALL
    expected = signals()
    work = tmp_path / "work" / "masker"
    files = [path for path in sorted(work.rglob("*")) if path.is_file() and path.name[0] != "."]
    assert len(files) > 4 * len(ALL)
    for path in files:
        before = path.read_bytes()
        if not before and harm != "deleted":
            continue
        HARMS[harm](path)
        executed = run()
        harmed = ".".join(path.parent.relative_to(work).parts)
        assert set(executed) <= {harmed}, path
        assert signals() == expected, path
        # an output that was changed is never used: its node was run again
        if not path.name.startswith("_"):
            # (one bit of a record may be no matter)
            assert executed == [harmed] or (path.name == RECORD and harm == "flipped"), path
        assert run() == []


def test_the_log_says_what_is_wrong(run, tmp_path, caplog):
    caplog.set_level("WARNING", "nipype.workflow")
    run()
    work = tmp_path / "work" / "masker" / "fit"
    for path in (work / "smooth").glob("*.nii"):
        path.unlink()
    flip(work / "fit_projector" / "projector.npz")
    (work / "atlas" / "mask" / "result_mask.pklz").write_bytes(b"x")
    caplog.clear()
    run()
    said = [record.getMessage() for record in caplog.records if "executed again" in record.getMessage()]
    assert len(said) == 3
    assert any(
        "fit.smooth is executed again: " in line and line.endswith(".nii is missing.") for line in said
    )
    assert any("projector.npz has changed since it was written." in line for line in said)
    assert any("result_mask.pklz cannot be read (" in line for line in said)


def test_a_work_folder_can_be_moved(run, signals, tmp_path):
    """Other inodes and times: the outputs are read once, and found to be what was recorded."""
    run()
    expected = signals()
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "work", copy)
    shutil.rmtree(tmp_path / "work")
    copy.rename(tmp_path / "work")
    assert run() == []
    assert signals() == expected


def test_what_was_computed_again_has_the_same_bytes(run, tmp_path):
    run()
    work = tmp_path / "work" / "masker"

    def outputs():
        entries = [json.loads(path.read_text()) for path in sorted(work.rglob(RECORD))]
        return [{name: value for name, (_, value) in entry.items()} for entry in entries]

    first = outputs()
    shutil.rmtree(work)
    assert run() == ALL
    assert outputs() == first
    assert len(first) == len(ALL) - 1  # read_run gives values alone


def test_records_survive_the_removal_of_outputs_that_nothing_needs(build, tmp_path):
    """As nipype does unless it is told not to."""
    for _ in range(2):
        workflow, plugin = build(), LinearPlugin()
        workflow.config["execution"]["remove_unnecessary_outputs"] = "true"
        workflow.run(plugin=plugin)
    assert not plugin.executed


def test_a_file_that_was_only_handed_on_must_be_as_it_was(tmp_path, make_run, rng, save, grids):
    """Maps on the run's grid are not copied: where they lay before, others may lie now."""
    run_file = make_run(n_frames=6)
    values = rng.normal(size=(*grids["plain"].shape, 2))
    first = save(values, grids["plain"], "first/maps.nii.gz")
    second = tmp_path / "second" / "maps.nii.gz"
    second.parent.mkdir()
    shutil.copy(first, second)

    def signals_of(maps, folder):
        workflow = init_masker_wf(name="masker")
        workflow.base_dir = str(tmp_path / folder)
        workflow.inputs.inputnode.run_file, workflow.inputs.inputnode.maps_file = run_file, str(maps)
        workflow.config["execution"]["create_report"] = "false"
        workflow.run(plugin=LinearPlugin())
        return next((tmp_path / folder).rglob("*_clean.tsv")).read_bytes()

    expected = signals_of(first, "work")
    save(rng.normal(size=values.shape), grids["plain"], "first/maps.nii.gz")
    assert signals_of(second, "work") == expected
    assert signals_of(first, "work") != expected
