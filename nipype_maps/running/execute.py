"""Run a workflow and say what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node, Workflow

from .progress import Listener, Progress

#: What served where nipype's own defaults did not: a crash file that can be read, no scan
#: of the network for versions, no waiting of 2 s between looks at the workers, and no
#: deletion of outputs that nothing is connected to.
SETTINGS = {
    "check_version": "false",
    "crashfile_format": "txt",
    "create_report": "false",
    "poll_sleep_duration": "0.05",
    "remove_unnecessary_outputs": "false",
    "stop_on_first_crash": "false",
}


@dataclass(frozen=True)
class Failure:
    """A node that failed.

    Attributes
    ----------
    node : str
        Its name in the graph.
    reason : str
        One sentence.
    """

    node: str
    reason: str


@dataclass
class Outcome:
    """What came of a run.

    Attributes
    ----------
    done : dict of str to Node
        Nodes whose results are there and up to date, by name in the graph.
    executed : list of str
        Those among them that were run, the others having been found cached.
    failures : list of Failure
    """

    done: dict[str, Node] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def run_workflow(
    workflow: Workflow, *, logs: Path, plugin: str = "Linear", n_procs: int | None = None
) -> Outcome:
    """Run a workflow, going on with other branches where one fails.

    Parameters
    ----------
    workflow : Workflow
        With its base_dir.
    logs : pathlib.Path
        Folder for crash files.
    plugin : {'Linear', 'MultiProc'}
    n_procs : int, optional
        Processes of MultiProc; default all cores.

    Returns
    -------
    Outcome
    """
    workflow.config["execution"].update(SETTINGS, crashdump_dir=str(logs))
    with Progress(_n_nodes(workflow)) as progress:
        recorder = _Recorder(progress, serial=plugin == "Linear")
        plugin_args = {"status_callback": recorder}
        if n_procs is not None:
            plugin_args["n_procs"] = n_procs
        try:
            workflow.run(plugin=plugin, plugin_args=plugin_args)
        except Exception as error:
            # nipype raises once more, at the end, what went wrong in the nodes
            if not recorder.outcome.failures:
                recorder.outcome.failures.append(Failure(workflow.name, _last_line(error)))
    return recorder.outcome


class _Recorder:
    """Status callback that notes what ended how."""

    def __init__(self, listener: Listener, serial: bool):
        self.outcome = Outcome()
        self._listener, self._serial = listener, serial
        self._began = datetime.now(timezone.utc).replace(tzinfo=None)
        self._started, self._ended = set(), set()

    def __call__(self, node, status):
        name = node.fullname.partition(".")[2]
        if status == "start":
            self._started.add(name)
        elif name in self._ended:
            return  # MultiProc says "end" once more of a failed node that it ran itself
        elif status == "exception":
            self.outcome.failures.append(Failure(name, _reason(node)))
            self._ended.add(name)
        else:
            self._ended.add(name)
            # Linear says "end" too of nodes it never started, behind one that failed
            if name in self._started or not self._serial:
                self.outcome.done[name] = node
                if self._was_run(node):
                    self.outcome.executed.append(name)
        self._listener(node, status)

    def _was_run(self, node) -> bool:
        try:
            started = datetime.fromisoformat(node.result.runtime.startTime)
        except Exception:  # whatever is wrong with a result, a callback must not stop the run
            return True
        return started.replace(tzinfo=None) >= self._began


def _n_nodes(workflow: Workflow) -> int:
    nodes = map(workflow.get_node, workflow.list_node_names())
    return sum(not isinstance(node.interface, IdentityInterface) for node in nodes)


def _reason(node) -> str:
    """The message of the exception that a node's interface raised."""
    try:
        message = node.result.runtime.traceback_args[0]
    except Exception:  # no result was written: the node did not come as far as its interface
        return "it stopped without a result; the log and the crash file say more."
    # nipype adds a line of its own behind the message
    return message.partition("\nAn exception of type")[0].strip().replace("\n", " ")


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
