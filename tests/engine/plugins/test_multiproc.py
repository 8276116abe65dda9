import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from nipype.pipeline.engine import MapNode, Node, Workflow

from nipype_maps.engine.workfolder.lock import locked
from nipype_maps.plugins import LinearPlugin, MultiProcPlugin

from .steps import Step, names


def independent(folder, journal, n_nodes, does="lasts", **settings):
    workflow = Workflow(name="wf", base_dir=str(folder))
    nodes = [Node(Step(does=does, journal=str(journal)), name=f"n{i}", **settings) for i in range(n_nodes)]
    workflow.add_nodes(nodes)
    workflow.config["execution"] = {"poll_sleep_duration": "0.01", "create_report": "false"}
    return workflow


def most_at_once(journal):
    times = [tuple(map(float, path.read_text().split())) for path in journal.iterdir()]
    return max(sum(begin <= start < end for begin, end in times) for start, _ in times)


@pytest.mark.parametrize(
    ("settings", "plugin_args", "expected"),
    [
        ({}, {"n_procs": 3}, 3),
        ({}, {"n_procs": 1}, 1),
        ({"n_procs": 2}, {"n_procs": 5}, 2),
        ({"n_procs": 9}, {"n_procs": 2}, 1),
        ({"mem_gb": 1}, {"n_procs": 4, "memory_gb": 2.5}, 2),
    ],
)
def test_as_much_at_once_as_there_are_processors_and_memory_for(tmp_path, settings, plugin_args, expected):
    journal = tmp_path / "journal"
    journal.mkdir()
    (tmp_path / "begun").mkdir()
    (tmp_path / "expected").write_text(str(expected))
    workflow = independent(tmp_path / "work", journal, 6, does="meets", **settings)
    workflow.run(plugin=MultiProcPlugin(plugin_args))
    assert len(list(journal.iterdir())) == 6
    assert most_at_once(journal) == expected


def mapped(folder, does, journal):
    workflow = Workflow(name="wf", base_dir=str(folder))
    items = MapNode(Step(journal=str(journal)), iterfield=["does"], name="items")
    items.inputs.does = does
    last = Node(Step(), name="last")
    workflow.connect(items, "out_file", last, "after")
    workflow.config["execution"] = {"crashdump_dir": str(folder), "crashfile_format": "txt"}
    return workflow


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
def test_of_a_mapnode_only_the_items_that_failed_are_run_again(tmp_path, kind):
    journal = tmp_path / "journal"
    journal.mkdir()
    bad = "raises" if kind is LinearPlugin else "is_killed"
    with pytest.raises(RuntimeError):
        mapped(tmp_path, ["works", bad, "lasts"], journal).run(plugin=kind())
    plugin = kind()
    mapped(tmp_path, ["works", "moves_away", "lasts"], journal).run(plugin=plugin)
    assert "last" in names(plugin.executed)
    items = [path.name.partition("-")[0] for path in journal.iterdir()]
    assert sorted(items) == ["_items0", "_items1", "_items2"]


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
def test_of_a_mapnode_only_damaged_items_are_run_again(tmp_path, kind):
    journal = tmp_path / "journal"
    journal.mkdir()
    mapped(tmp_path, ["works", "lasts"], journal).run(plugin=kind())
    damaged = tmp_path / "wf" / "items" / "mapflow" / "_items1" / "out.txt"
    damaged.write_text("wrong")
    mapped(tmp_path, ["works", "lasts"], journal).run(plugin=kind())
    assert damaged.read_text() == "lasts\n"
    items = [path.name.partition("-")[0] for path in journal.iterdir()]
    assert sorted(items) == ["_items0", "_items1", "_items1"]


PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.engine.plugins.test_multiproc import MultiProcPlugin, independent
independent({work!r}, {journal!r}, 40).run(plugin=MultiProcPlugin({{"n_procs": 2}}))
"""


def test_workers_end_with_their_master_and_the_folder_is_free(tmp_path):
    journal, work = tmp_path / "journal", tmp_path / "work"
    journal.mkdir()
    program = PROGRAM.format(root=str(Path(__file__).parents[3]), work=str(work), journal=str(journal))
    master = subprocess.Popen([sys.executable, "-c", program])
    while len(list(journal.iterdir())) < 2:
        assert master.poll() is None
        time.sleep(0.01)
    children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
    assert len(children) == 2
    os.kill(master.pid, signal.SIGKILL)
    master.wait()
    with locked(work / "wf"):  # waits for the workers, no longer
        assert not [child for child in children if Path(f"/proc/{child}/cwd").exists()]
        written = len(list(journal.iterdir()))
        time.sleep(0.5)
        assert len(list(journal.iterdir())) == written
    plugin = MultiProcPlugin({"n_procs": 2})
    independent(work, journal, 40).run(plugin=plugin)
    assert len(plugin.cached) + len(plugin.executed) == 40
    # at most the two that were at work have been run twice
    assert len(list(journal.iterdir())) <= 42


SLEEPERS = """
import sys
sys.path.insert(0, {root!r})
from tests.engine.plugins.test_multiproc import MultiProcPlugin, Node, Step, Workflow
workflow = Workflow(name="wf", base_dir={work!r})
workflow.add_nodes([Node(Step(does="sleeps"), name=name) for name in ("one", "two")])
workflow.run(plugin=MultiProcPlugin({{"n_procs": 2}}))
"""


def test_workers_do_not_finish_what_they_are_at_when_their_master_is_killed(tmp_path):
    """The folder is free long before a node of a minute would have ended."""
    program = SLEEPERS.format(root=str(Path(__file__).parents[3]), work=str(tmp_path))
    master = subprocess.Popen([sys.executable, "-c", program])
    while len(list(tmp_path.rglob("*_unfinished.json"))) < 2:
        assert master.poll() is None
        time.sleep(0.01)
    master.kill()
    master.wait()
    with locked(tmp_path / "wf"):
        assert not list(tmp_path.rglob("out.txt"))


def test_a_worker_killed_while_idle_is_replaced(tmp_path):
    from nipype_maps.engine.plugins.multiproc import InWorkers

    workers = InWorkers(1, 1.0)
    node = Node(Step(), name="one", base_dir=str(tmp_path))
    for name in ("one", "two"):
        node = Node(Step(), name=name, base_dir=str(tmp_path))
        node.config = {}
        workers.submit(node)
        assert workers.wait() == (node, None)
        os.kill(workers._idle[0]._process.pid, signal.SIGKILL)
        workers._idle[0]._process.join()
    workers.stop()


def test_pairs_of_nodes_run_in_the_order_of_the_graph(tmp_path):
    journal = tmp_path / "journal"
    journal.mkdir()
    workflow = Workflow(name="wf", base_dir=str(tmp_path))
    chain = [Node(Step(journal=str(journal)), name=f"n{i}") for i in range(5)]
    for one, two in pairwise(chain):
        workflow.connect(one, "out_file", two, "after")
    workflow.run(plugin=MultiProcPlugin({"n_procs": 4}))
    order = sorted(journal.iterdir(), key=lambda path: float(path.read_text().split()[0]))
    assert [path.name.partition("-")[0] for path in order] == [f"n{i}" for i in range(5)]
