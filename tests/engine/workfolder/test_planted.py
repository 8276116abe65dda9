"""Result files that somebody else wrote: of our own interfaces nothing in them is run."""

import contextlib
import gzip
import importlib
import os
import pickle
from pathlib import Path

import pytest
from nipype.interfaces.base.support import Bunch, InterfaceResult
from nipype.pipeline.engine import Node

from nipype_maps.engine.plugins.finished import FinishedNode
from nipype_maps.engine.workfolder import reading
from nipype_maps.interfaces.grid import ReadGridOutputSpec
from nipype_maps.interfaces.smooth import Smooth, SmoothOutputSpec
from nipype_maps.plugins import MultiProcPlugin, PlanPlugin

from .test_results import ALL


class Runs:
    """Pickled, it makes a file when it is read."""

    def __reduce__(self):
        return os.mkdir, (os.environ["NIPYPE_MAPS_TEST_PLANTED"],)


class Imports:
    def __reduce__(self):
        return importlib.import_module, ("this",)


class Unknown:
    """Without attributes that results have."""


def result(outputs, **changes):
    made = InterfaceResult(interface=Smooth, runtime=Bunch(), inputs={}, outputs=outputs)
    made.__dict__.update(changes)
    return made


def incomplete(name):
    made = result(SmoothOutputSpec())
    del made.__dict__[name]
    return made


PLANTED = {
    "code": lambda folder: Runs(),
    "code in a result": lambda folder: result(SmoothOutputSpec(), runtime=Runs()),
    "code in outputs": lambda folder: result(Bunch(out_file=Runs())),
    "import": lambda folder: Imports(),
    "dict": lambda folder: {"outputs": 1},
    "text": lambda folder: "results",
    "nothing": lambda folder: None,
    "list": lambda folder: [[[[]]]],
    "a class": lambda folder: Smooth,
    "no outputs": lambda folder: result(None),
    "no field outputs": lambda folder: incomplete("outputs"),
    "no field runtime": lambda folder: incomplete("runtime"),
    "outputs of no kind": lambda folder: result(3),
    "outputs of a dict": lambda folder: result({"out_file": "/etc/passwd"}),
    "undefined outputs": lambda folder: result(SmoothOutputSpec()),
    "of another interface": lambda folder: result(ReadGridOutputSpec(n_frames=3)),
    "another file": lambda folder: result(SmoothOutputSpec(out_file="/etc/passwd")),
    "another file here": lambda folder: result(SmoothOutputSpec(out_file=str(folder / "_inputs.pklz"))),
    "a file of a wrong type": lambda folder: result(Bunch(out_file=3)),
    "a class of ours elsewhere": lambda folder: Unknown(),
}


@pytest.fixture
def mark(tmp_path, monkeypatch):
    """What planted code makes."""
    monkeypatch.setenv("NIPYPE_MAPS_TEST_PLANTED", str(tmp_path / "code was run"))
    return tmp_path / "code was run"


@pytest.fixture
def planted(run, tmp_path):
    """Where the results of a node, which was run, are kept."""
    assert run() == ALL
    return tmp_path / "work" / "masker" / "fit" / "smooth" / "result_smooth.pklz"


def plant(path, content):
    with gzip.open(path, "wb") as stream:
        stream.write(content if isinstance(content, bytes) else pickle.dumps(content))


@pytest.mark.parametrize("name", PLANTED)
def test_the_node_is_run_again_and_nothing_else_is(run, build, signals, planted, mark, name):
    expected = signals()
    plant(planted, PLANTED[name](planted.parent))
    planner = PlanPlugin()
    build().run(plugin=planner)
    assert [step.name for step in planner.steps if step.state == "run"] == ["fit.smooth"]
    with contextlib.suppress(Exception):
        FinishedNode("smooth", "smooth", "smooth", str(planted), Smooth).result  # noqa: B018
    assert run() == ["fit.smooth"]
    assert signals() == expected
    assert run() == []
    assert not mark.exists()


def test_in_processes_too(run, signals, planted, mark):
    expected = signals()
    plant(planted, Runs())
    assert run(MultiProcPlugin(plugin_args={"n_procs": 2})) == ["fit.smooth"]
    assert signals() == expected
    assert not mark.exists()


def test_the_log_says_what_it_is(run, planted, mark, caplog):
    caplog.set_level("WARNING", "nipype.workflow")
    plant(planted, Runs())
    run()
    assert "fit.smooth is executed again: result_smooth.pklz contains no results." in caplog.text


def test_nor_is_it_read_to_report_a_failure(run, planted, mark, monkeypatch):
    for key in planted.parent.glob("_0x*.json"):
        key.unlink()
    plant(planted, Runs())

    def fails(node, updatehash):
        raise OSError("it fails before its interface runs")

    monkeypatch.setattr(Node, "run", fails)
    with pytest.raises(RuntimeError, match=r"fit\.smooth: it fails before"):
        run()
    assert not mark.exists()


def test_a_file_that_unpacks_to_much_is_not_unpacked(run, planted, monkeypatch):
    monkeypatch.setattr(reading, "LIMIT", 1 << 20)
    plant(planted, bytes(2 << 20))
    with pytest.raises(reading.NoResultError, match="contains more than results"):
        reading.read_result(planted, Smooth)
    assert run() == ["fit.smooth"]


def test_results_of_other_interfaces_hold_what_they_hold(tmp_path):
    """Nodes of other people in a graph with ours."""
    from nipype.interfaces.utility import Function

    def give():
        import fractions

        return fractions.Fraction(1, 3)

    node = Node(Function(output_names=["out"], function=give), name="give", base_dir=str(tmp_path))
    node.run()
    assert str(FinishedNode.of(node).result.outputs.out) == "1/3"
    path = Path(node.output_dir()) / "result_give.pklz"
    for content in ({}, "text", result(3)):
        plant(path, content)
        from nipype_maps.engine.workfolder.results import damage

        assert damage(node) or content.outputs == 3


def test_a_link_in_place_of_a_nodes_folder_is_not_followed(run, planted, tmp_path):
    """What is in its way would be deleted."""
    folder, other = planted.parent, tmp_path / "precious"
    other.mkdir()
    for name in (planted.name, "_0xabc.json", "notes"):
        (other / name).write_text("precious")
    folder.rename(tmp_path / "moved")
    folder.symlink_to(other)
    with pytest.raises(OSError, match=rf"{folder} is a link .*; remove it"):
        run()
    assert sorted(path.name for path in other.iterdir()) == ["_0xabc.json", "notes", planted.name]
