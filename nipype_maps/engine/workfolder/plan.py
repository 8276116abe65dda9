"""What would run, and why."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

import networkx as nx
from nipype.pipeline.engine.utils import topological_sort

from .results import damage, finished_keys, has_results, inputs_of, newest_key, runs_always


@dataclass(frozen=True)
class Step:
    """What would become of a node.

    Attributes
    ----------
    node : Node
    state : {'cached', 'run', 'depends'}
        'depends': it has results, which hold if the nodes before it that would be run give
        the same as before.
    reasons : list of str
        Why it would be run, or what it depends on.
    """

    node: object
    state: str
    reasons: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The node's name in the graph."""
        return self.node.fullname.partition(".")[2]


def plan(graph: nx.DiGraph) -> list[Step]:
    """What would become of each node of a graph, in the order of running.  Runs nothing."""
    steps = {}
    for node in topological_sort(graph)[0]:
        before = [other for other in graph.predecessors(node) if steps[other].state != "cached"]
        steps[node] = _step(node, before)
    return list(steps.values())


def _step(node, before) -> Step:
    if reason := damage(node):
        return Step(node, "run", [reason])
    keys = finished_keys(node)
    if not keys:
        begun = any(os.scandir(node.output_dir())) if os.path.isdir(node.output_dir()) else False
        return Step(node, "run", ["it was begun, but not finished" if begun else "it has not been run yet"])
    if before:
        return Step(node, "depends", sorted(Step(other, "").name for other in before))
    if runs_always(node):
        return Step(node, "run", ["it is run every time"])
    if has_results(node):
        return Step(node, "cached")
    return Step(node, "run", differences(inputs_of(newest_key(keys)), dict(node._get_hashval()[0])))


def differences(before: dict, after: dict) -> list[str]:
    """What inputs, as key files tell them, have become.

    Examples
    --------
    >>> differences({"fwhm": "6.0"}, {"fwhm": "8.0"})
    ['fwhm: 6.0 -> 8.0']
    >>> differences({"in_file": [["/a/b.nii", "1"]]}, {"in_file": [["/c/b.nii", "2"]]})
    ['in_file: the content of /c/b.nii is another']
    """
    after = json.loads(json.dumps(after))
    told = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if _without_folders(old) != _without_folders(new):
            told += _difference(name, old, new)
    return told or ["nothing tells what it was run with before"]


def _difference(name, old, new) -> list[str]:
    olds, news = dict(_files_in(old)), dict(_files_in(new))
    names = {os.path.basename(path) for path in olds} == {os.path.basename(path) for path in news}
    if news and names and len(olds) == len(news):
        by_name = {os.path.basename(path): prints for path, prints in olds.items()}
        changed = [path for path, prints in news.items() if by_name[os.path.basename(path)] != prints]
        return [f"{name}: the content of {path} is another" for path in changed]
    return [f"{name}: {_shown(old, olds)} -> {_shown(new, news)}"]


def _files_in(value):
    """(path, fingerprints) of each file in an input."""
    if isinstance(value, list):
        if len(value) > 1 and all(isinstance(item, str) for item in value) and os.path.isabs(value[0]):
            yield value[0], value[1:]
        else:
            for item in value:
                yield from _files_in(item)


def _without_folders(value):
    if isinstance(value, list):
        if files := list(_files_in(value)):
            return [(os.path.basename(path), prints) for path, prints in files]
        return [_without_folders(item) for item in value]
    return value


def _shown(value, files) -> str:
    if files:
        return ", ".join(files)
    text = "nothing" if value in (None, []) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
