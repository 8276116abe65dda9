"""Execute a workflow and report its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node, Workflow

from ...storage.paths import PathLike
from ..interrupts import raise_if_interrupted
from ..nipype_api import name_in_graph
from ..plugins.failures import Failure, message_of
from ..plugins.finished import FinishedNode
from ..plugins.graph import GraphPlugin, NodesFailedError
from ..plugins.linear import LinearPlugin
from ..plugins.multiproc import MultiProcPlugin
from ..plugins.plan import PlanPlugin
from ..slurm.plugin import SLURMPlugin
from ..workfolder.plan import Step
from .progress import Progress, steps

PLUGINS: dict[str, type[GraphPlugin]] = {
    "Linear": LinearPlugin,
    "MultiProc": MultiProcPlugin,
    "SLURM": SLURMPlugin,
}
#: Where nipype's defaults are unsuitable: crash files that can be read, no network request for
#: versions, and no deletion of outputs that nothing is connected to.
SETTINGS = {
    "check_version": "false",
    "crashfile_format": "txt",
    "create_report": "false",
    "remove_unnecessary_outputs": "false",
}


class InterruptedRunError(KeyboardInterrupt):
    """The execution was interrupted; finished steps are kept.

    Parameters
    ----------
    n_kept : int
        How many steps have finished.
    folder : path-like
        The work folder with their results.
    """

    def __init__(self, n_kept: int, folder: PathLike):
        super().__init__(
            f"{steps(n_kept)} {'is' if n_kept == 1 else 'are'} kept in {folder}: call again to continue."
        )


@dataclass
class Outcome:
    """The outcome of an execution.

    Attributes
    ----------
    done : dict of str to FinishedNode
        Nodes whose results exist and are up to date, by name in the graph.
    executed : list of str
        Those among them that were executed; the others were cached.
    failures : list of Failure
    """

    done: dict[str, FinishedNode] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """How many steps were executed, and how many cached.

        Examples
        --------
        >>> Outcome().summary
        '0 steps executed, 0 cached'
        """
        return f"{steps(len(self.executed))} executed, {len(self.done) - len(self.executed)} cached"


def run_workflow(workflow: Workflow, **options: Any) -> Outcome:
    """`run_workflows` of one."""
    return run_workflows([workflow], **options)


def run_workflows(
    workflows: Iterable[Workflow],
    *,
    logs: Path,
    plugin: str = "Linear",
    n_procs: int | None = None,
    plugin_args: dict[str, Any] | None = None,
    wait: bool = False,
    stop_on_first_crash: bool = False,
    on_start: Callable[[str, Node], None] | None = None,
    on_done: Callable[[str, Node], None] | None = None,
    progress: bool | Literal["lines"] = True,
) -> Outcome:
    """Execute workflows as if they were one, continuing with other branches where one fails.

    Parameters
    ----------
    workflows : iterable of Workflow
        Of one name, with their base_dir.  Each is built when nodes run short, and what they
        share is executed once.
    logs : pathlib.Path
        Folder for crash files.
    plugin : {'Linear', 'MultiProc', 'SLURM'}
        Of `nipype_maps.plugins`.
    n_procs : int, optional
        Processes of MultiProc; default all cores.
    plugin_args : dict, optional
        Further arguments of the plugin.
    wait : bool
        Wait until another process has finished with the work folder; else that is a failure.
    stop_on_first_crash : bool
        Start no further node once one has failed, and cancel what waits in the cluster's queue.
    on_start : callable, optional
        Called with the name in the graph of each node that is executed, not cached, and the node.
    on_done : callable, optional
        Called with the name in the graph of each finished node, and the node, as soon as it has
        finished, while no other process can change its results.
    progress : bool or 'lines'
        Report progress on standard error: see `Progress`.

    Returns
    -------
    Outcome

    Raises
    ------
    InterruptedRunError
        On Ctrl-C.  Between nodes, signals are heeded whose exception was ignored within one.
    """
    outcome, workflows = Outcome(), iter(workflows)
    first = next(workflows, None)
    if first is None:
        return outcome
    with Progress(progress) as bar:

        def listen(node: Node, status: str) -> None:
            bar(node, status)
            callback = {"start": on_start, "end": on_done}.get(status)
            if callback is not None:
                callback(name_in_graph(node), node)
            raise_if_interrupted()

        own: dict[str, Any] = {"status_callback": listen}
        own |= {"n_procs": n_procs} if n_procs else {}
        own |= {"wait": True} if wait else {}
        runner = PLUGINS[plugin]({**(plugin_args or {}), **own})
        try:
            workflows = chain([first], workflows)
            runner.run_workflows(_prepared(workflows, logs, bar, stop_on_first_crash))
        except NodesFailedError:
            pass  # each is in `runner.failures`
        except KeyboardInterrupt:
            n_kept = len(runner.cached) + len(runner.executed)
            raise InterruptedRunError(n_kept, first.base_dir) from None
        except Exception as error:
            message = message_of(error, first.base_dir)
            outcome.failures.append(Failure(first.name, message, type(error).__name__))
    outcome.done = {node.name_in_graph: node for node in (*runner.cached, *runner.executed)}
    outcome.executed = [node.name_in_graph for node in runner.executed]
    outcome.failures += runner.failures
    return outcome


def plan_workflow(workflow: Workflow) -> list[Step]:
    """What `run_workflow` would do with each node, and why; executes nothing."""
    workflow.config["execution"].update(SETTINGS)
    planner = PlanPlugin()
    workflow.run(plugin=planner)
    return planner.steps


def _prepared(workflows: Iterable[Workflow], logs: Path, bar: Progress, stops: bool) -> Iterator[Workflow]:
    """The workflows with our settings, their nodes counted."""
    known: set[str] = set()
    for workflow in workflows:
        workflow.config["execution"].update(
            SETTINGS, crashdump_dir=str(logs), stop_on_first_crash=str(stops).lower()
        )
        names = _names(workflow)
        bar.expect(len(names - known))
        known |= names
        yield workflow


def _names(workflow: Workflow) -> set[str]:
    """The nodes that will be executed."""
    names = workflow.list_node_names()
    return {name for name in names if not isinstance(workflow.get_node(name).interface, IdentityInterface)}
