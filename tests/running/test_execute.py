import pytest
from nipype.interfaces.base import BaseInterfaceInputSpec, SimpleInterface, TraitedSpec, traits
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.running import run_workflow


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
