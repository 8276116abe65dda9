import re
from pathlib import Path

import numpy as np
import pytest

from nipype_maps.bids.tables import read_table
from nipype_maps.engine.execution import run_workflow
from nipype_maps.graphs import RunInputs, init_dataset_wf, init_fit_wf, init_inverse_wf, init_masker_wf
from nipype_maps.storage.json_files import read_json


@pytest.fixture
def extract(run_masker, maps):
    """Run the masker graph on the maps."""

    def extract(run, mask=None, **others):
        return run_masker(run, maps, mask, **others)

    return extract


def signals(outcome, node="transform.clean"):
    return read_table(outcome.done[node].result.outputs.out_file).values


@pytest.mark.parametrize("target", ["data", "mask", "maps"])
@pytest.mark.parametrize("grid", ["plain", "permuted", "oblique"])
def test_smoothing_maps_or_data_is_the_same(extract, make_run, mask, target, grid):
    run = make_run(grid=grid)
    parameters = {"resampling_target": target, "smoothing_fwhm": 7.0, "empty_maps": "zero"}
    on_maps = signals(extract(run, mask, smooth_on="maps", **parameters))
    on_data = signals(extract(run, mask, smooth_on="data", **parameters))
    # two orders of the same float64 sums; the condition of the maps multiplies the rounding
    assert np.abs((on_maps - on_data) / on_data.std(axis=0).max()).max() < 1e-10
    assert on_maps.shape == (40, 4)


def test_the_second_call_runs_nothing(extract, make_run, mask):
    run = make_run()
    first = extract(run, mask, smoothing_fwhm=5.0, high_variance_confounds=True)
    second = extract(run, mask, smoothing_fwhm=5.0, high_variance_confounds=True)
    assert sorted(first.executed) == sorted(first.done) == sorted(second.done)
    assert second.executed == []


def test_another_run_on_the_grid_runs_no_node_of_the_fit(extract, make_run, mask):
    extract(make_run(), mask, smoothing_fwhm=5.0)
    outcome = extract(make_run("sub-02_task-rest_bold.nii.gz"), mask, smoothing_fwhm=5.0)
    assert sorted(outcome.executed) == ["read_run", "transform.clean", "transform.project"]


def test_a_fit_is_cached_by_its_grid_to_the_last_bit_and_not_by_the_grids_name(tmp_path, maps, grids):
    def executed(affine, name):
        workflow = init_fit_wf(name="fit", smoothing_fwhm=5.0)
        workflow.base_dir = str(tmp_path)
        grid = {"shape": grids["plain"].shape, "affine": affine, "name": name}
        workflow.inputs.inputnode.grid, workflow.inputs.inputnode.maps_file = grid, maps
        outcome = run_workflow(workflow, logs=tmp_path)
        assert not outcome.failures
        return sorted(outcome.executed)

    affine = grids["plain"].affine.copy()
    steps = ["atlas.mask", "atlas.resample_maps", "atlas.resample_mask", "fit_projector", "smooth"]
    assert executed(affine, "sub-01_bold.nii") == steps
    assert executed(affine, "sub-02_bold.nii") == []
    affine[0, 3] = np.nextafter(affine[0, 3], 0)
    assert "atlas.resample_maps" in executed(affine, "sub-02_bold.nii")


def test_a_run_of_other_content_under_the_same_name_is_run_again(extract, make_run):
    before = signals(extract(make_run()))
    outcome = extract(make_run())
    assert "transform.project" in outcome.executed
    assert not np.array_equal(signals(outcome), before)


def test_another_cleaning_projects_nothing_again(extract, make_run):
    run = make_run()
    extract(run)
    assert extract(run, detrend=True).executed == ["transform.clean"]


def test_processes_give_the_same_bytes(extract, make_run, mask):
    run, results = make_run(), []
    for plugin in ("Linear", "MultiProc"):
        outcome = extract(
            run, mask, work=plugin, plugin=plugin, smoothing_fwhm=5.0, detrend=True, standardize="zscore"
        )
        outputs = outcome.done["transform.clean"].result.outputs
        results.append([Path(path).read_bytes() for path in (outputs.out_file, outputs.out_json)])
    assert results[0] == results[1]


def test_without_resampling_grids_must_agree(tmp_path, make_run, maps):
    workflow = init_masker_wf(resampling_target=None)
    workflow.base_dir = str(tmp_path)
    workflow.inputs.inputnode.run_file = make_run(grid="plain")
    workflow.inputs.inputnode.maps_file = maps
    outcome = run_workflow(workflow, logs=tmp_path)
    (failure,) = outcome.failures
    assert failure.node == "transform.project"
    assert "sub-01_task-rest_bold.nii.gz (7 x 8 x 6" in failure.reason
    assert "atlas.nii.gz (8 x 7 x 6" in failure.reason


def test_without_resampling_a_mask_elsewhere_is_named_with_the_maps(tmp_path, make_run, maps, mask):
    workflow = init_masker_wf(resampling_target=None)
    workflow.base_dir = str(tmp_path)
    door = workflow.inputs.inputnode
    door.run_file, door.maps_file, door.mask_file = make_run(grid="flipped"), maps, mask
    (failure,) = run_workflow(workflow, logs=tmp_path).failures
    assert failure.node == "fit.atlas.resample_mask"
    assert re.search(r"mask.nii.gz \(4 x 4 x 3 .*atlas.nii.gz \(8 x 7 x 6 ", failure.reason)


def test_a_run_without_place_is_named_where_maps_would_be_put_onto_it(tmp_path, make_run, maps):
    workflow = init_masker_wf()
    workflow.base_dir = str(tmp_path)
    workflow.inputs.inputnode.run_file = make_run("lost.nii.gz", located=False)
    workflow.inputs.inputnode.maps_file = maps
    (failure,) = run_workflow(workflow, logs=tmp_path).failures
    assert "lost.nii.gz has neither sform nor qform" in failure.reason


def test_signals_of_maps_come_back_with_their_confounds_gone(tmp_path, extract, save, maps, rng, grids):
    """A run made of the maps, known signals and a confound: the signals are what is left."""
    import nibabel as nib

    known, confound = rng.normal(size=(2, 50, 4))
    confound = confound[:, :1] - confound[:, :1].mean()
    known -= known.mean(axis=0)
    known -= confound @ (confound.T @ known) / (confound.T @ confound)
    values = nib.load(maps).get_fdata() @ (known + 5 * confound + 3).T
    np.savetxt(tmp_path / "motion.txt", confound)
    outcome = extract(
        save(values, grids["flipped"], "known.nii.gz"),
        inputs={"confounds_files": [str(tmp_path / "motion.txt")], "sample_mask": None},
    )
    np.testing.assert_allclose(signals(outcome) - 3, known, atol=1e-10)


def test_inverse_after_masker_is_the_projection(tmp_path, extract, make_run, mask):
    """signals -> image -> signals comes back, on the run's grid, with its TR."""
    import nibabel as nib

    outcome = extract(make_run(t_r=0.8), mask)
    there = outcome.done["transform.clean"].result.outputs
    workflow = init_inverse_wf()
    workflow.base_dir = str(tmp_path / "work")
    door = workflow.inputs.inputnode
    door.signals_file, door.t_r = there.out_file, 0.8
    door.maps_file = outcome.done["fit.atlas.mask"].result.outputs.out_file
    image = run_workflow(workflow, logs=tmp_path).done["inverse"].result.outputs.out_file
    assert nib.load(image).header.get_zooms()[3] == np.float32(0.8)
    np.testing.assert_allclose(signals(extract(image, mask)), signals(outcome), rtol=1e-9)


def test_data_set_shares_a_fit_per_grid(tmp_path, make_run, maps):
    runs = [
        RunInputs("one", make_run("one.nii.gz")),
        RunInputs("two", make_run("two.nii.gz")),
        RunInputs("three", make_run("three.nii.gz", grid="oblique"), t_r=1.0),
    ]
    workflow = init_dataset_wf(runs=runs, detrend=True, smoothing_fwhm=5.0)
    parts = {name.partition(".")[0] for name in workflow.list_node_names()} - {"inputnode"}
    assert sum(part.startswith("fit_") for part in parts) == 2
    assert {part for part in parts if part.startswith("transform")} == {run.workflow_name for run in runs}
    workflow.base_dir = str(tmp_path / "work")
    workflow.inputs.inputnode.maps_file = maps
    outcome = run_workflow(workflow, logs=tmp_path)
    assert not outcome.failures
    assert all(signals(outcome, f"{run.workflow_name}.clean").shape == (40, 4) for run in runs)


def test_data_set_refuses_parameters_it_does_not_know(make_run):
    with pytest.raises(TypeError, match="no parameter 'smoothing'"):
        init_dataset_wf(runs=[RunInputs("one", make_run())], smoothing=5.0)


def test_what_is_another_runs_by_its_name_is_a_warning(tmp_path, make_run, maps):
    table = tmp_path / "sub-02_desc-confounds_timeseries.tsv"
    table.write_text("trans_x\n" + "".join(f"{k % 7}\n" for k in range(40)))
    run = RunInputs("one", make_run(), [str(table)])
    assert run.mismatches() == [
        f"{table.name} is of sub-02, but is given for sub-01_task-rest_bold.nii.gz of sub-01"
    ]
    for parameters in ({}, {"confounds_strategy": "ours", "strategies_file": str(tmp_path / "ours.json")}):
        (tmp_path / "ours.json").write_text('{"ours": {"Columns": ["trans_x"]}}')
        workflow = init_dataset_wf(runs=[run], **parameters)
        workflow.base_dir = str(tmp_path / "work")
        workflow.inputs.inputnode.maps_file = maps
        outcome = run_workflow(workflow, logs=tmp_path / "logs")
        sidecar = read_json(outcome.done[f"{run.workflow_name}.clean"].result.outputs.out_json)
        (warning,) = sidecar["Warnings"]
        assert warning.startswith("sub-02_desc-confounds_timeseries")
        assert "is of sub-02, but is given for sub-01_task-rest_bold of sub-01." in warning


def test_runs_of_alike_names_are_parts_of_their_own(make_run):
    runs = [RunInputs(name, make_run(f"{name}.nii.gz")) for name in ("a.b", "a_b", "a b", "a+b")]
    names = init_dataset_wf(runs=runs).list_node_names()
    assert len({name.partition(".")[0] for name in names if name.startswith("transform_")}) == 4
