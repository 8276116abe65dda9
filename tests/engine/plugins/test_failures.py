"""Every way for a node to fail: it is told, its branch ends, all others go on, nothing hangs."""

import threading

import pytest

from nipype_maps.engine.nipype_api import result_file
from nipype_maps.engine.plugins.graph import is_finished
from nipype_maps.plugins import LinearPlugin, MultiProcPlugin

from .steps import names, workflow_of

HERE = {
    "raises": "the cat sat on it; feed the cat.",
    "asks_to_leave": "SystemExit: 4",
    "fills_the_disk": "is full; free some space and call again: finished steps are kept.",
    "gives_what_cannot_be_stored": "_gives_what_cannot_be_stored.<locals>.<lambda>",
    "raises_what_cannot_be_stored": "<function Step._raises_what_cannot_be_stored",
    "loses_its_results": "it finished without results that can be read.",
}
#: Classes of the exceptions, where they are not RuntimeErrors.
KINDS = {
    "raises": "ValueError",
    "asks_to_leave": "SystemExit",
    "fills_the_disk": "OSError",
    "gives_what_cannot_be_stored": "AttributeError",
    "raises_what_cannot_be_stored": "LocalError",
}
IN_A_PROCESS = HERE | {
    "is_killed": "its process was killed (signal 9), most likely by the system for lack of memory",
    "segfaults": "its process was killed by signal 11 before the step had finished.",
    "leaves": "its process exited with status 3 before the step had finished.",
}
CASES = [(LinearPlugin, *case) for case in HERE.items()]
CASES += [(MultiProcPlugin, *case) for case in IN_A_PROCESS.items()]


@pytest.fixture(autouse=True)
def storing(monkeypatch):
    """What one node breaks in this process shall not last."""
    from nipype.pipeline.engine import nodes

    monkeypatch.setattr(nodes, "_save_resultfile", nodes._save_resultfile)


@pytest.mark.parametrize(("kind", "does", "reason"), CASES)
def test_a_failure_is_told_and_other_branches_go_on(tmp_path, kind, does, reason):
    told = []
    plugin = kind({"n_procs": 2, "status_callback": lambda node, status: told.append((node.name, status))})
    with pytest.raises(RuntimeError, match=r"^second: "):
        workflow_of(tmp_path, does).run(plugin=plugin)
    (failure,) = plugin.failures
    assert failure.node == "second"
    assert reason in failure.reason
    assert failure.kind == KINDS.get(does, "RuntimeError")
    assert "\n" not in failure.reason
    assert names(plugin.executed) == ["apart", "first"]
    assert ("second", "exception") in told
    assert not [status for name, status in told if name == "third"]
    (crash,) = [path for path in tmp_path.glob("crash*") if "second" in path.name]
    assert "wf.second" in crash.read_text()


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
def test_after_the_cause_is_mended_only_what_is_missing_is_run(tmp_path, kind):
    with pytest.raises(RuntimeError):
        workflow_of(tmp_path, "raises").run(plugin=kind())
    plugin = kind()
    workflow_of(tmp_path, "works").run(plugin=plugin)
    assert names(plugin.executed) == ["second", "third"]
    assert names(plugin.cached) == ["apart", "first"]


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
def test_a_callback_that_raises_stops_nothing(tmp_path, kind, caplog):
    def listen(node, status):
        raise ZeroDivisionError

    plugin = kind({"status_callback": listen})
    workflow_of(tmp_path, "works").run(plugin=plugin)
    assert names(plugin.executed) == ["apart", "first", "second", "third"]


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
def test_nothing_more_is_begun_where_the_first_failure_shall_stop_the_run(tmp_path, kind):
    workflow = workflow_of(tmp_path, "works")
    workflow.get_node("first").inputs.does = "raises"
    workflow.get_node("apart").inputs.does = "raises"
    workflow.config["execution"]["stop_on_first_crash"] = "true"
    plugin = kind({"n_procs": 1})
    with pytest.raises(RuntimeError, match="feed the cat"):
        workflow.run(plugin=plugin)
    assert len(plugin.failures) == 1


@pytest.mark.parametrize("kind", [LinearPlugin, MultiProcPlugin])
def test_a_node_that_changes_the_folder_disturbs_no_other(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plugin = kind({"n_procs": 1})
    workflow_of(tmp_path, "moves_away").run(plugin=plugin)
    assert len(plugin.executed) == 4


def test_results_that_a_file_system_shows_late_are_waited_for(tmp_path):
    ended = []
    plugin = LinearPlugin({"status_callback": lambda node, status: ended.append(node)})
    workflow_of(tmp_path, "works").run(plugin=plugin)
    node = ended[0]
    shown, hidden = result_file(node), tmp_path / "hidden"
    shown.rename(hidden)
    assert not is_finished(node, patience=0)
    showing = threading.Timer(0.3, hidden.rename, [shown])
    showing.start()
    assert is_finished(node, patience=30)
    showing.join()
