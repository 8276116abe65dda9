import os
import shutil

from nipype_maps.plugins import PlanPlugin

from .conftest import tiny
from .test_results import ALL


def planned(workflow) -> dict:
    planner = PlanPlugin()
    workflow.run(plugin=planner)
    return {step.name: (step.state, step.reasons) for step in planner.steps}


def test_nothing_is_run_and_everything_would_be(build, tmp_path):
    steps = planned(build())
    assert sorted(steps) == ALL
    assert set(map(str, steps.values())) == {"('run', ['not executed yet'])"}
    assert not (tmp_path / "work").exists()


def test_what_is_there_is_cached(build, run):
    run()
    assert {state for state, _ in planned(build()).values()} == {"cached"}
    assert run() == []


def test_data_that_moved_are_the_same(build, run, make_run, tmp_path):
    run()
    original = build().inputs.inputnode.run_file
    moved = tmp_path / "elsewhere" / os.path.basename(original)
    moved.parent.mkdir()
    shutil.move(original, moved)
    assert {state for state, _ in planned(build(run_file=str(moved))).values()} == {"cached"}
    assert run(run_file=str(moved)) == []


def test_a_parameter_that_changed_is_told(build, run):
    run()
    steps = planned(build(smoothing_fwhm=8.0))
    assert steps["fit.smooth"] == ("run", ["fwhm: 6.0 -> 8.0"])
    assert steps["fit.fit_projector"] == ("depends", ["fit.smooth"])
    assert steps["transform.clean"] == ("depends", ["transform.project"])
    assert steps["fit.atlas.mask"] == ("cached", [])
    assert planned(build(smoothing_fwhm=tiny(6.0)))["fit.smooth"][0] == "run"
    assert run(smoothing_fwhm=8.0) == [
        "fit.fit_projector",
        "fit.smooth",
        "transform.clean",
        "transform.project",
    ]


def test_a_file_that_changed_is_told(build, run, tmp_path):
    run()
    table = tmp_path / "data" / "confounds.tsv"
    table.write_text(table.read_text().replace("a\tb", "c\tb"))
    steps = planned(build())
    assert steps.pop("transform.clean") == ("run", [f"confounds_files: the content of {table} has changed"])
    assert {state for state, _ in steps.values()} == {"cached"}
    assert run() == ["transform.clean"]


def test_another_file_is_told_by_name(build, run, tmp_path):
    run()
    other = shutil.copy(build().inputs.inputnode.confounds_files[0], tmp_path / "other.tsv")
    (reason,) = planned(build(confounds_files=[str(other)]))["transform.clean"][1]
    assert reason.startswith("confounds_files: ")
    assert "confounds.tsv -> " in reason
    assert planned(build(confounds_files=[]))["transform.clean"][0] == "run"


def test_a_new_version_of_the_algorithm_is_told(build, run):
    run()
    workflow = build()
    smooth = workflow.get_node("fit.smooth").inputs
    before, smooth.code_version = smooth.code_version, "99"
    assert planned(workflow)["fit.smooth"] == ("run", [f"code_version: {before} -> 99"])


def test_damage_is_told_and_left_as_it_is(build, run, tmp_path):
    run()
    projector = tmp_path / "work" / "masker" / "fit" / "fit_projector" / "projector.npz"
    projector.write_bytes(b"")
    assert planned(build())["fit.fit_projector"] == (
        "run",
        ["projector.npz has changed since it was written"],
    )
    assert projector.exists()


def test_a_killed_node_was_begun(build, run, tmp_path):
    run()
    folder = tmp_path / "work" / "masker" / "transform" / "clean"
    (key,) = folder.glob("_0x*.json")
    key.rename(key.with_name(f"{key.stem}_unfinished.json"))
    assert planned(build())["transform.clean"] == ("run", ["started, but not finished"])
    assert run() == ["transform.clean"]


def test_a_lost_note_of_the_inputs_is_told(build, run, tmp_path):
    run()
    (key,) = (tmp_path / "work" / "masker" / "fit" / "smooth").glob("_0x*.json")
    key.write_text("")
    steps = planned(build(smoothing_fwhm=8.0))
    assert steps["fit.smooth"][0] == "run"
