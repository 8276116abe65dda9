"""Processes beside workers: those that a program forks, and those that a node does."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from nipype.pipeline.engine import Node, Workflow

from nipype_maps.engine.workfolder.lock import locked
from nipype_maps.plugins import MultiProcPlugin

from .steps import Step, names

ROOT = str(Path(__file__).parents[3])
#: Forks a process that outlives it while its workers are at work.
FORKS = """
import os, sys, time
sys.path.insert(0, {root!r})
from tests.engine.plugins.test_multiproc import MultiProcPlugin, Node, Step, Workflow

def fork(node, status):
    # the worker of the first node is there then
    if node.name == "two" and status == "start" and os.fork() == 0:
        with open({forked!r}, "w") as stream:
            stream.write(str(os.getpid()) + " ")
        time.sleep(3600)

workflow = Workflow(name="wf", base_dir={work!r})
workflow.add_nodes([Node(Step(does="sleeps"), name=name) for name in ("one", "two")])
workflow.run(plugin=MultiProcPlugin({{"n_procs": 2, "status_callback": fork}}))
"""


def children_of(process):
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def test_workers_end_with_their_master_though_a_process_that_it_forked_goes_on(tmp_path):
    (tmp_path / "forked").touch()
    program = FORKS.format(root=ROOT, work=str(tmp_path / "work"), forked=str(tmp_path / "forked"))
    master = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL)
    while not (text := (tmp_path / "forked").read_text()).endswith(" "):
        assert master.poll() is None
        time.sleep(0.01)
    forked = int(text)
    workers = set()
    try:
        while len(list(tmp_path.rglob("*_unfinished.json"))) < 2:
            assert master.poll() is None
            time.sleep(0.01)
        workers = set(map(int, children_of(master.pid))) - {forked}
        assert len(workers) == 2
        master.kill()
        master.wait()
        left = [f"/proc/{worker}/cwd" for worker in workers]
        while any(os.path.exists(path) for path in left):  # hangs where they do not end
            time.sleep(0.01)
    finally:
        master.kill()
        master.wait()
        for process in (forked, *workers):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


class Nested(Step):
    """Runs a graph in processes of its own."""

    def _works(self):
        workflow = Workflow(name="inner", base_dir=os.getcwd())
        workflow.add_nodes([Node(Step(), name=name) for name in ("one", "two")])
        plugin = MultiProcPlugin({"n_procs": 2})
        workflow.run(plugin=plugin)
        assert names(plugin.executed) == ["one", "two"]


def test_a_node_may_run_a_graph_in_processes_itself(tmp_path):
    workflow = Workflow(name="wf", base_dir=str(tmp_path))
    workflow.add_nodes([Node(Nested(), name=name) for name in ("a", "b")])
    plugin = MultiProcPlugin({"n_procs": 2})
    workflow.run(plugin=plugin)
    assert names(plugin.executed) == ["a", "b"]
    with locked(tmp_path / "wf"):
        pass
