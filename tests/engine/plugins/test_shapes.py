"""Graphs of every shape that nipype has give what they give with its own plugin, however they are run."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nipype.interfaces.utility import Function, IdentityInterface
from nipype.pipeline.engine import JoinNode, MapNode, Node, Workflow

from nipype_maps.engine.workfolder.lock import locked
from nipype_maps.plugins import LinearPlugin, MultiProcPlugin

from .steps import names


def add(one, two):
    return one + two


def total(numbers):
    return sum(numbers)


def values_of(folder, items, plugin):
    """Sum over iterables of a sum over items; by node."""
    workflow = Workflow(name="wf", base_dir=str(folder))
    source = Node(IdentityInterface(["one"]), name="source", iterables=("one", [10, 20]))
    each = MapNode(
        Function(["one", "two"], ["out"], add), iterfield=["two"], name="each", n_procs=64, mem_gb=512
    )
    each.inputs.two = items
    of_each = Node(Function(["numbers"], ["out"], total), name="of_each", run_without_submitting=True)
    join = Function(["numbers"], ["out"], total)
    of_all = JoinNode(join, joinsource="source", joinfield="numbers", name="of_all")
    workflow.connect([
        (source, each, [("one", "one")]),
        (each, of_each, [("out", "numbers")]),
        (of_each, of_all, [("out", "numbers")]),
    ])  # fmt: skip
    workflow.config["execution"].update(crashdump_dir=str(folder), create_report="false")
    graph = workflow.run(plugin=plugin)
    return [(node.name, node.result.outputs.out) for node in graph if not node.name.startswith("each")]


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
@pytest.mark.parametrize("items", [[1, 2, 3], [1]])
def test_mapped_joined_and_iterated_nodes(tmp_path, kind, items):
    found = values_of(tmp_path / "ours", items, kind({"n_procs": 2}))
    assert found == values_of(tmp_path / "nipype", items, "Linear")
    assert dict(found)["of_all"] == sum(10 + item + 20 + item for item in items)
    plugin = kind({"n_procs": 2})
    assert values_of(tmp_path / "ours", items, plugin) == found
    assert plugin.executed == []
    assert "of_all" in names(plugin.cached)


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
def test_a_mapped_node_of_no_items_fails_as_with_nipypes_own_plugin(tmp_path, kind):
    plugin = kind({"n_procs": 2})
    with pytest.raises(RuntimeError, match="Input two was not set but it is listed in iterfields"):
        values_of(tmp_path, [], plugin)
    assert [failure.node for failure in plugin.failures] == ["each", "each"]


PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {root!r})
from nipype_maps import plugins
from tests.engine.plugins.test_multiproc import Node, Step, Workflow
workflow = Workflow(name="wf", base_dir={work!r})
workflow.add_nodes([Node(Step(does="sleeps"), name="one")])
workflow.run(plugin=plugins.{kind}({{"n_procs": 2}}))
"""


@pytest.mark.parametrize("kind", ["LinearPlugin", "MultiProcPlugin"])
@pytest.mark.parametrize(("sent", "said"), [("SIGINT", "KeyboardInterrupt"), ("SIGTERM", "")])
def test_a_run_that_is_interrupted_ends_at_once_with_all_its_processes(tmp_path, kind, sent, said):
    program = PROGRAM.format(root=str(Path(__file__).parents[3]), work=str(tmp_path), kind=kind)
    master = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.rglob("*_unfinished.json")):
        assert master.poll() is None
        time.sleep(0.01)
    master.send_signal(getattr(signal, sent))
    errors = master.communicate(timeout=300)[1]  # the node would take an hour
    assert master.returncode in (-signal.SIGTERM, -signal.SIGINT, 1, 130)
    assert errors.strip().splitlines()[-1:] == [said] * bool(said)
    with locked(tmp_path / "wf"):
        assert not list(tmp_path.rglob("out.txt"))
