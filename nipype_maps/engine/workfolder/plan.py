"""What would be executed, and why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
from nipype.pipeline.engine import Node

from ..nipype_api import (
    finished_key_files,
    hashed_inputs,
    in_topological_order,
    inputs_in,
    name_in_graph,
    runs_always,
)
from .results import damage, has_results, newest_key


@dataclass(frozen=True)
class Step:
    """What would be done with a node.

    Attributes
    ----------
    node : Node
    state : {'cached', 'run', 'depends'}
        'run': it would be executed.  'depends': it has results, which stay valid if the
        nodes it depends on that would be executed give the same outputs as before.
    reasons : list of str
        Why it would be executed, or what it depends on.
    """

    node: Node
    state: str
    reasons: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The node's name in the graph."""
        return name_in_graph(self.node)


def plan(graph: nx.DiGraph) -> list[Step]:
    """What would be done with each node of a graph, in order of execution.  Executes nothing."""
    steps: dict[Node, Step] = {}
    for node in in_topological_order(graph):
        outdated = [other for other in graph.predecessors(node) if steps[other].state != "cached"]
        steps[node] = _step(node, outdated)
    return list(steps.values())


def _step(node: Node, outdated: list[Node]) -> Step:
    if reason := damage(node):
        return Step(node, "run", [reason])
    keys = finished_key_files(node)
    if not keys:
        started = any(os.scandir(node.output_dir())) if os.path.isdir(node.output_dir()) else False
        return Step(node, "run", ["started, but not finished" if started else "not executed yet"])
    if outdated:
        return Step(node, "depends", sorted(map(name_in_graph, outdated)))
    if runs_always(node):
        return Step(node, "run", ["executed every time"])
    if has_results(node):
        return Step(node, "cached")
    return Step(node, "run", differences(inputs_in(newest_key(keys)), hashed_inputs(node)))


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """How inputs have changed since a key file listed them.

    Examples
    --------
    >>> differences({"fwhm": "6.0"}, {"fwhm": "8.0"})
    ['fwhm: 6.0 -> 8.0']
    >>> differences({"in_file": [["/a/b.nii", "1"]]}, {"in_file": [["/c/b.nii", "2"]]})
    ['in_file: the content of /c/b.nii has changed']
    """
    after = json.loads(json.dumps(after))
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if _without_folders(old) != _without_folders(new):
            found += _difference(name, old, new)
    return found or ["its earlier inputs are not recorded"]


def _difference(name: str, old: Any, new: Any) -> list[str]:
    if _is_mapping(old) and _is_mapping(new):
        before, now = dict(old), dict(new)
        keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
        return [f"{key}: {_shown(before.get(key), {})} -> {_shown(now.get(key), {})}" for key in keys]
    olds, news = dict(_files_in(old)), dict(_files_in(new))
    names = {os.path.basename(path) for path in olds} == {os.path.basename(path) for path in news}
    if news and names and len(olds) == len(news):
        by_name = {os.path.basename(path): digests for path, digests in olds.items()}
        changed = [path for path, digests in news.items() if by_name[os.path.basename(path)] != digests]
        return [f"{name}: the content of {path} has changed" for path in changed]
    return [f"{name}: {_shown(old, olds)} -> {_shown(new, news)}"]


def _is_mapping(value: Any) -> bool:
    """Whether an input is a dict in the form in which it is hashed: pairs of key and value."""
    return isinstance(value, list) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], str)
        and not os.path.isabs(pair[0])
        for pair in value
    ) and bool(value)  # fmt: skip


def _files_in(value: Any) -> Iterator[tuple[str, list[str]]]:
    """(path, digests) of each file in an input."""
    if isinstance(value, list):
        if len(value) > 1 and all(isinstance(item, str) for item in value) and os.path.isabs(value[0]):
            yield value[0], value[1:]
        else:
            for item in value:
                yield from _files_in(item)


def _without_folders(value: Any) -> Any:
    if isinstance(value, list):
        if files := list(_files_in(value)):
            return [(os.path.basename(path), digests) for path, digests in files]
        return [_without_folders(item) for item in value]
    return value


def _shown(value: Any, files: dict[str, list[str]]) -> str:
    if files:
        return ", ".join(files)
    text = "nothing" if value in (None, []) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
