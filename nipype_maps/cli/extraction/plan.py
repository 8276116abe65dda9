"""What a call would execute, and why: a line per run, or per step (dry run)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ..messages import counted, fail, warn
from ..records.request import Request
from ..reports.run_names import SHARED_FIT, RunNames, part_of
from ..results.existing import require_replaceable
from ..results.folder import ResultFolder
from .graphs import graphs_of

if TYPE_CHECKING:
    from ...engine.execution import Failure
    from ...engine.workfolder.plan import Step
    from ...graphs import RunInputs

#: The states of a step, in the order in which the first decides on that of its run.
STATES = ("run", "depends", "cached")
VERBS = {"run": "execute", "depends": "depends", "cached": "cached"}


def plan_runs(
    runs: Sequence[RunInputs],
    request: Request,
    folder: ResultFolder,
    *,
    overwrite: bool = False,
    is_dataset: bool = False,
    verbose: bool = False,
) -> None:
    """Show what `execute_runs` would do with the same arguments, and why; exit as it would.

    Parameters
    ----------
    runs : sequence of RunInputs
    request : Request
    folder : ResultFolder
    overwrite, is_dataset : bool
        As for `execute_runs`.
    verbose : bool
        Show each step.
    """
    warn(require_replaceable(folder, runs, request, overwrite, dry_run=True, is_dataset=is_dataset))
    names = RunNames(runs)
    unreadable: list[Failure] = []
    run_states: Counter[str] = Counter()
    step_states: Counter[str] = Counter()
    for name, steps in _steps_of_runs(runs, request, folder, names, unreadable):
        states = [step.state for step in steps]
        step_states.update(states)
        state = min(states, key=STATES.index)
        if name != SHARED_FIT:
            run_states[state] += 1
        click.echo(f"{VERBS[state]:9}{name}{_reason(state, steps, name, names)}")
        if verbose:
            for step in steps:
                reason = _reason(step.state, [step], name, names)
                click.echo(f"  {VERBS[step.state]:9}{_step_name(step.name)}{reason}")
    click.echo(
        f"{counted(sum(run_states.values()), 'run')}: {run_states['run']} to execute, "
        f"{run_states['depends']} depending on other results, {run_states['cached']} cached; "
        f"{counted(sum(step_states.values()), 'step')}: {step_states['run']} to execute, "
        f"{step_states['depends']} depending on those, {step_states['cached']} cached"
    )
    fail(names.failures(unreadable))


def _steps_of_runs(
    runs: Sequence[RunInputs],
    request: Request,
    folder: ResultFolder,
    names: RunNames,
    unreadable: list[Failure],
) -> Iterator[tuple[str, list[Step]]]:
    """The steps of each shared fit and of each run, in the order of the graphs."""
    from ...engine.execution import plan_workflow
    from ...engine.execution.log import silenced

    planned: set[str] = set()  # a fit that graphs share is planned once
    with silenced():
        for workflow in graphs_of(runs, request, folder, unreadable):
            found: dict[tuple[str, str], list[Step]] = {}
            for step in plan_workflow(workflow):
                if step.name not in planned:
                    name = names.of(step.name)
                    part = part_of(step.name) if name == SHARED_FIT else ""
                    found.setdefault((name, part), []).append(step)
                    planned.add(step.name)
            for (name, _), steps in found.items():
                yield name, steps


def _step_name(node: str) -> str:
    """The name of a node without those of the parts of the graph that it is in."""
    return node.rpartition(".")[2]


def _reason(state: str, steps: Sequence[Step], owner: str, names: RunNames) -> str:
    """Why a run, the shared fit, or a single step of these, would be executed."""
    first = next(step for step in steps if step.state == state)
    if state == "run":
        reason = "; ".join(first.reasons)
        return f": {reason}" if len(steps) == 1 else f": {_step_name(first.name)} ({reason})"
    if state == "depends":
        others = [_step_name(node) if names.of(node) == owner else names.of(node) for node in first.reasons]
        return f" on the results of {', '.join(dict.fromkeys(others))}"
    return ""
