"""Run a workflow and say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal

from nipype.interfaces.utility import IdentityInterface
from nipype.pipeline.engine import Node, Workflow

from ..interrupts import raise_if_interrupted
from ..plugins.failures import sentence_of
from ..plugins.finished import EndedNode
from ..plugins.graph import NodesFailedError
from ..plugins.linear import LinearPlugin
from ..plugins.multiproc import MultiProcPlugin
from ..plugins.plan import PlanPlugin
from ..slurm.plugin import SLURMPlugin
from ..workfolder.plan import Step
from .progress import Progress

PLUGINS = {"Linear": LinearPlugin, "MultiProc": MultiProcPlugin, "SLURM": SLURMPlugin}
#: What served where nipype's own defaults did not: a crash file that can be read, no scan
#: of the network for versions, and no deletion of outputs that nothing is connected to.
SETTINGS = {
    "check_version": "false",
    "crashfile_format": "txt",
    "create_report": "false",
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
    kind : str
        Name of the exception's class.
    """

    node: str
    reason: str
    kind: str = "RuntimeError"


class InterruptedRunError(KeyboardInterrupt):
    """A run was interrupted; what is done is kept.

    Parameters
    ----------
    n_kept : int
        How many nodes are done.
    folder : path-like
        The work folder, where they are.
    """

    def __init__(self, n_kept: int, folder):
        kept = f"{n_kept} node{' is' if n_kept == 1 else 's are'} kept in {folder}"
        super().__init__(f"{kept}: call again to go on.")


@dataclass
class Outcome:
    """What came of a run.

    Attributes
    ----------
    done : dict of str to EndedNode
        Nodes whose results are there and up to date, by name in the graph.
    executed : list of str
        Those among them that were run, the others having been found cached.
    failures : list of Failure
    """

    done: dict[str, EndedNode] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def run_workflow(workflow: Workflow, **how) -> Outcome:
    """`run_workflows` of one."""
    return run_workflows([workflow], **how)


def run_workflows(
    workflows: Iterable[Workflow],
    *,
    logs: Path,
    plugin: str = "Linear",
    n_procs: int | None = None,
    plugin_args: dict | None = None,
    wait: bool = False,
    on_start: Callable[[str, Node], None] | None = None,
    on_done: Callable[[str, Node], None] | None = None,
    progress: bool | Literal["lines"] = True,
) -> Outcome:
    """Run workflows as if they were one, going on with other branches where one fails.

    Parameters
    ----------
    workflows : iterable of Workflow
        Of one name, with their base_dir.  Each is made when nodes run short, and what they
        share is done once.
    logs : pathlib.Path
        Folder for crash files.
    plugin : {'Linear', 'MultiProc', 'SLURM'}
        Of `nipype_maps.plugins`.
    n_procs : int, optional
        Processes of MultiProc; default all cores.
    plugin_args : dict, optional
        Of the plugin, besides.
    wait : bool
        Wait for another run in the work folder to end; else that is a failure.
    on_start : callable, optional
        Called with each node that is run, not found done, and its name in the graph.
    on_done : callable, optional
        Called with each node that is done and its name in the graph, as soon as it is, while
        no other run can change its results.
    progress : bool or 'lines'
        Tell on standard error how far it is: see `Progress`.

    Returns
    -------
    Outcome

    Raises
    ------
    InterruptedRunError
        On Ctrl-C.  Between nodes it is also looked for a signal whose exception was ignored in one.
    """
    outcome, workflows = Outcome(), iter(workflows)
    first = next(workflows, None)
    if first is None:
        return outcome
    with Progress(progress) as bar:

        def listen(node, status):
            bar(node, status)
            told = {"start": on_start, "end": on_done}.get(status)
            if told is not None:
                told(_name(node), node)
            raise_if_interrupted()

        own = {"status_callback": listen}
        own |= {"n_procs": n_procs} if n_procs else {}
        own |= {"wait": True} if wait else {}
        runner = PLUGINS[plugin]({**(plugin_args or {}), **own})
        try:
            runner.run_workflows(_prepared(chain([first], workflows), logs, bar))
        except NodesFailedError:
            pass  # they are told of one by one
        except KeyboardInterrupt:
            n_kept = len(runner.cached) + len(runner.executed)
            raise InterruptedRunError(n_kept, first.base_dir) from None
        except Exception as error:
            sentence = sentence_of(error, first.base_dir)
            outcome.failures.append(Failure(first.name, sentence, type(error).__name__))
    outcome.done = {_name(node): node for node in (*runner.cached, *runner.executed)}
    outcome.executed = [_name(node) for node in runner.executed]
    outcome.failures += [
        Failure(_name(failure.node), failure.sentence, failure.kind) for failure in runner.failures
    ]
    return outcome


def plan_workflow(workflow: Workflow) -> list[Step]:
    """What `run_workflow` would do with each node, and why; runs nothing."""
    workflow.config["execution"].update(SETTINGS)
    planner = PlanPlugin()
    workflow.run(plugin=planner)
    return planner.steps


def _name(node) -> str:
    return node.fullname.partition(".")[2]


def _prepared(workflows: Iterable[Workflow], logs: Path, bar: Progress) -> Iterator[Workflow]:
    """The workflows with our settings, their nodes counted."""
    known = set()
    for workflow in workflows:
        workflow.config["execution"].update(SETTINGS, crashdump_dir=str(logs))
        names = _names(workflow)
        bar.expect(len(names - known))
        known |= names
        yield workflow


def _names(workflow: Workflow) -> set[str]:
    """Of the nodes that will be run."""
    names = workflow.list_node_names()
    return {name for name in names if not isinstance(workflow.get_node(name).interface, IdentityInterface)}
