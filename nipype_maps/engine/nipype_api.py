"""All internal parts of nipype that the engine uses: a new version of nipype breaks this file alone.

Other modules import nipype's public names only (`nipype.pipeline.engine`, `nipype.interfaces.base`,
`nipype.interfaces.utility`) and take everything else from here; tests/engine/test_nipype_api.py
enforces it.  Written for nipype 1.11 and 1.12.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx
from nipype.interfaces.base import Bunch, InterfaceResult, isdefined
from nipype.interfaces.base.traits_extension import BasePath, resolve_path_traits
from nipype.pipeline.engine import Node
from nipype.pipeline.engine import utils as engine_utils
from nipype.pipeline.engine.nodes import NodeExecutionError
from nipype.pipeline.plugins.base import PluginBase, report_crash
from nipype.utils.filemanip import indirectory
from nipype.utils.misc import str2bool
from nipype.utils.profiler import get_system_total_memory_gb

from .raised import Raised

__all__ = [
    "BasePath",
    "Bunch",
    "InterfaceResult",
    "NodeExecutionError",
    "PluginBase",
    "cache_key",
    "finished_key_files",
    "folder_in_graph",
    "hashed_inputs",
    "in_topological_order",
    "indirectory",
    "inputs_in",
    "is_key_file",
    "is_node_folder",
    "key_file",
    "load_result",
    "name_in_graph",
    "output_traits",
    "raised_by",
    "resolve_paths",
    "result_file",
    "runs_always",
    "setting",
    "system_memory_gb",
    "workflow_name",
    "write_crash_report",
]

#: Files in a node's folder: one names the inputs, and its own name holds the cache key.
KEY_PREFIX, UNFINISHED = "_0x", "_unfinished.json"


# ---------------------------------------------------------------- names


def workflow_name(node: Node) -> str:
    """The name of the workflow that a node belongs to; its own where it belongs to none."""
    return (node._hierarchy or node.name).partition(".")[0]


def name_in_graph(node: Node) -> str:
    """A node's name without that of the workflow."""
    return node.fullname.partition(".")[2] or node.fullname


def folder_in_graph(node: Node) -> Path:
    """Where a node's folder is inside its workflow's, by the names of subworkflows and node."""
    return Path(*(node._hierarchy or node.name).split(".")[1:], node.name)


# ---------------------------------------------------------------- the folder of a node


def cache_key(node: Node) -> str:
    """The hash of a node's inputs."""
    return node._get_hashval()[1]


def hashed_inputs(node: Node) -> dict[str, Any]:
    """A node's inputs in the form in which they are hashed."""
    return dict(node._get_hashval()[0])


def result_file(node: Node) -> Path:
    """Where nipype keeps the outputs of a node."""
    return Path(node.output_dir()) / f"result_{node.name}.pklz"


def key_file(node: Node) -> Path:
    """The file that exists if a node has results for its present inputs."""
    return Path(node.output_dir()) / f"{KEY_PREFIX}{cache_key(node)}.json"


def is_key_file(name: str) -> bool:
    """Whether a file of this name lists the inputs of a node, finished or not."""
    return name.startswith(KEY_PREFIX)


def finished_key_files(node: Node) -> list[Path]:
    """The key files of all inputs for which a node claims to have results."""
    found = Path(node.output_dir()).glob(f"{KEY_PREFIX}*.json")
    return [path for path in found if not path.name.endswith(UNFINISHED)]


def inputs_in(path: Path) -> dict[str, Any]:
    """The inputs that a key file lists; empty if it cannot be read."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def is_node_folder(names: Iterable[str]) -> bool:
    """Whether a folder that contains files of these names is that of a node."""
    return any(name.startswith((KEY_PREFIX, "result_")) or name == "_node.pklz" for name in names)


# ---------------------------------------------------------------- results


def load_result(path: str | Path) -> Any:
    """Read a result file as nipype does, which executes what is in it."""
    return engine_utils.load_resultfile(path)


def resolve_paths(outputs: Any, folder: str | Path) -> None:
    """Make paths among outputs absolute, which result files contain as seen from their folder."""
    for name, value in outputs.get().items():
        if isdefined(value):
            setattr(outputs, name, resolve_path_traits(outputs.trait(name), value, folder))


def output_traits(node: Node) -> Mapping[str, Any]:
    """The traits of a node's outputs, with those that were added when the interface was made."""
    spec = node.interface._outputs()
    return spec.traits() if spec is not None else {}


# ---------------------------------------------------------------- execution


def in_topological_order(graph: nx.DiGraph) -> list[Node]:
    """All nodes, dependencies first, in the order in which nipype executes them."""
    return engine_utils.topological_sort(graph)[0]


def runs_always(node: Node) -> bool:
    """Whether a node is executed even if it has results."""
    return bool(node.overwrite or (node.overwrite is None and node.interface.always_run))


def setting(config: Mapping[str, Any], name: str) -> bool:
    """A setting of nipype's section ``execution`` that is true or false."""
    return str2bool(config["execution"][name])


def system_memory_gb() -> float:
    """Memory of this machine, or the limit of the container."""
    return get_system_total_memory_gb()


def write_crash_report(node: Node, traceback: str) -> None:
    """Write a crash file to the folder that the node's configuration names."""
    report_crash(node, traceback=[traceback])


def raised_by(error: BaseException, runtime: Any = None) -> Raised:
    """The exception behind one that ``node.run`` raised.

    nipype catches an interface's exception and raises a NodeExecutionError instead.  Our own
    interfaces record the exception in the runtime (see `engine.interface`).  For others nipype
    leaves only text: a traceback, and the arguments followed by a line of its own.  This is the
    only place where such text is parsed.

    Parameters
    ----------
    error : BaseException
    runtime : Bunch, optional
        Of the node's results, where there are any.
    """
    if not isinstance(error, NodeExecutionError):
        return Raised.of(error)
    recorded = getattr(runtime, "raised", None)
    if isinstance(recorded, dict):
        return Raised(recorded["kind"], recorded["message"], tuple(recorded["errnos"]))
    arguments = getattr(runtime, "traceback_args", None) or ("",)
    if found := re.fullmatch(r"(?:(.*)\n)?An exception of type (\S+) occurred while .*", arguments[0], re.S):
        numbers = re.findall(r"^\w*Error: \[Errno (\d+)\]", getattr(runtime, "traceback", "") or "", re.M)
        return Raised(found[2], found[1] or "", tuple(map(int, numbers)))
    # items of a MapNode that are executed within it leave tracebacks in the message of its error
    if str(error).rstrip().endswith(KeyboardInterrupt.__name__):
        return Raised(KeyboardInterrupt.__name__, "")
    return Raised.of(error)
