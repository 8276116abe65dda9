import pytest
from nipype.interfaces.base import BaseInterfaceInputSpec, SimpleInterface, TraitedSpec, traits
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.engine.execution import run_workflow, run_workflows

from ..plugins import steps


class InputSpec(BaseInterfaceInputSpec):
    fail = traits.Bool(False, usedefault=True, desc="whether to fail")
    after = traits.Any(desc="what came before")


class OutputSpec(TraitedSpec):
    value = traits.Int(desc="one")


class Step(SimpleInterface):
    """Give 1, or fail."""

    input_spec = InputSpec
    output_spec = OutputSpec

    def _run_interface(self, runtime):
        if self.inputs.fail:
            raise ValueError("the cat sat on it;\nfeed the cat.")
        self._results["value"] = 1
        return runtime


@pytest.fixture
def workflow(tmp_path):
    """a -> bad -> behind, and good apart."""
    workflow = Workflow(name="wf", base_dir=str(tmp_path / "work"))
    a, bad, behind, good = (Node(Step(), name=name) for name in ("a", "bad", "behind", "good"))
    bad.inputs.fail = True
    workflow.connect([(a, bad, [("value", "after")]), (bad, behind, [("value", "after")])])
    workflow.add_nodes([good])
    return workflow


@pytest.mark.parametrize("plugin", ["Linear", "MultiProc"])
def test_a_failure_is_told_in_a_sentence_and_other_branches_go_on(workflow, tmp_path, plugin):
    if plugin == "MultiProc":
        # workers cannot import a class of a test module
        for name in workflow.list_node_names():
            workflow.get_node(name).run_without_submitting = True
    outcome = run_workflow(workflow, logs=tmp_path / "logs", plugin=plugin)
    (failure,) = outcome.failures
    assert (failure.node, failure.reason) == ("bad", "the cat sat on it; feed the cat.")
    assert sorted(outcome.done) == sorted(outcome.executed) == ["a", "good"]
    assert [path.name.split("-")[0] for path in (tmp_path / "logs").iterdir()] == ["crash"]


def test_what_is_found_cached_is_done_but_not_executed(workflow, tmp_path):
    run_workflow(workflow, logs=tmp_path / "logs")
    workflow.get_node("bad").inputs.fail = False
    outcome = run_workflow(workflow, logs=tmp_path / "logs")
    assert sorted(outcome.executed) == ["bad", "behind"]
    assert sorted(outcome.done) == ["a", "bad", "behind", "good"]


def parts(folder, does, journal):
    """Three workflows of one name, each with two nodes behind one that they share."""
    for part in range(3):
        workflow = Workflow(name="wf", base_dir=str(folder))
        shared = Node(steps.Step(does=does, journal=str(journal)), name="shared")
        workflow.add_nodes([shared])
        for name in (f"first{part}", f"second{part}"):
            own = Node(steps.Step(journal=str(journal)), name=name)
            workflow.connect(shared, "out_file", own, "after")
        yield workflow


def noted(journal):
    return sorted(path.name.rpartition("-")[0] for path in journal.iterdir())


@pytest.mark.parametrize("plugin", ["Linear", "MultiProc"])
def test_several_workflows_are_run_as_one(tmp_path, plugin):
    (tmp_path / "journal").mkdir()
    made = []

    def counted():
        for workflow in parts(tmp_path / "work", "works", tmp_path / "journal"):
            made.append(len(noted(tmp_path / "journal")))
            yield workflow

    outcome = run_workflows(counted(), logs=tmp_path / "logs", plugin=plugin, n_procs=1)
    own = sorted(f"{name}{part}" for name in ("first", "second") for part in range(3))
    assert not outcome.failures
    assert noted(tmp_path / "journal") == sorted(outcome.executed) == [*own, "shared"]
    if plugin == "Linear":  # each is made when the one before it is done
        assert made == [0, 3, 5]
    again = run_workflows(counted(), logs=tmp_path / "logs", plugin=plugin)
    assert again.executed == []
    assert sorted(again.done) == sorted(outcome.done)


@pytest.mark.parametrize("plugin", ["Linear", "MultiProc"])
def test_a_failure_of_what_workflows_share_is_told_once(tmp_path, plugin):
    (tmp_path / "journal").mkdir()
    workflows = parts(tmp_path / "work", "raises", tmp_path / "journal")
    outcome = run_workflows(workflows, logs=tmp_path / "logs", plugin=plugin)
    assert [failure.node for failure in outcome.failures] == ["shared"]
    assert outcome.done == {}


def test_a_workflow_that_cannot_be_made_is_told_beside_nodes_that_failed(tmp_path):
    def workflows():
        yield from parts(tmp_path / "work", "raises", tmp_path)
        raise OSError("the disk is gone.")

    outcome = run_workflows(workflows(), logs=tmp_path / "logs")
    assert sorted(failure.reason for failure in outcome.failures) == [
        "the cat sat on it; feed the cat.",
        "the disk is gone.",
    ]


def test_no_workflow_is_nothing_to_run(tmp_path):
    assert run_workflows([], logs=tmp_path).done == {}
