"""What a node left in its folder, and whether it can be trusted."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from nipype.interfaces.base import Str
from nipype.pipeline.engine import MapNode
from nipype.pipeline.engine.utils import load_resultfile

from ..files.atomic import sweep
from ..files.fingerprints import recorded_names, unchanged

UNFINISHED = "_unfinished.json"

logger = logging.getLogger("nipype.workflow")


def result_file(node) -> Path:
    """Where nipype keeps what a node gave."""
    return Path(node.output_dir()) / f"result_{node.name}.pklz"


def finished_keys(node) -> list[Path]:
    """The files that name the cache keys for which a node claims to have results."""
    return [path for path in Path(node.output_dir()).glob("_0x*.json") if not path.name.endswith(UNFINISHED)]


def key_file(node) -> Path:
    """The file that there is if a node has results for its present inputs."""
    return Path(node.output_dir()) / f"_0x{node._get_hashval()[1]}.json"


def has_results(node) -> bool:
    """Whether a node has results for its present inputs."""
    return result_file(node).exists() and key_file(node).exists()


def runs_always(node) -> bool:
    """Whether a node is run even if it has results."""
    return bool(node.overwrite or (node.overwrite is None and node.interface.always_run))


def inputs_of(path: Path) -> dict:
    """The inputs that a node had, as its key file tells them; empty if it cannot be read."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def damage(node) -> str:
    """Why the results that a node claims to have cannot be trusted; empty where they can.

    Result files must be readable; outputs must be there, and those that were recorded when
    they were written must not have changed since.
    """
    if not finished_keys(node):
        return ""
    path = result_file(node)
    if not path.exists():
        return f"{path.name} is missing"
    try:
        result = load_resultfile(path)
    except Exception as error:  # a damaged pickle raises anything
        # missing outputs among them, which it names less clearly
        missing = [name for name in recorded_names(path.parent) if not (path.parent / name).exists()]
        if missing:
            return f"{missing[0]} is missing"
        return f"{path.name} cannot be read ({type(error).__name__})"
    if result.outputs is None or getattr(result.runtime, "traceback", None):
        return f"{path.name} holds no results"
    recorded = getattr(node.interface, "records_outputs", False)
    for file in _files_in(_outputs_of(result)):
        name = os.path.basename(file)
        if not os.path.exists(file):
            return f"{name} is missing"
        # the items of a MapNode have their own records
        inside = _is_within(file, path.parent)
        folder = os.path.dirname(file) if inside else path.parent
        same = unchanged(folder, file) if os.path.isfile(file) else True
        if same is False:
            return f"{name} is not as it was written" if inside else f"{file} is not as it was"
        if same is None and recorded and inside:
            return f"nothing tells whether {name} is as it was written"
    return ""


def mend(node) -> None:
    """Remove what of a node's results cannot be trusted, so that it is run again."""
    sweep(node.output_dir())
    reason = damage(node)
    if not reason:
        return
    logger.warning("%s is run again: %s.", node.fullname, reason)
    if isinstance(node, MapNode):
        _mend_items(node)
    else:
        shutil.rmtree(node.output_dir())


def _mend_items(node) -> None:
    """Of a MapNode remove only the items that are damaged: the sound ones are kept."""
    for path in [*finished_keys(node), result_file(node)]:
        path.unlink(missing_ok=True)
    try:
        items = node.get_subnodes()
    except Exception:  # what its inputs come from is not there
        shutil.rmtree(node.output_dir())
        return
    for item in items:
        mend(item)


def _outputs_of(result) -> list:
    """A node's outputs, but for texts, which may name files that are none of its business."""
    outputs = result.outputs
    if not hasattr(outputs, "trait_get"):  # of a MapNode
        return list(outputs.dictcopy().values())
    return [
        value for name, value in outputs.trait_get().items() if not outputs.trait(name).is_trait_type(Str)
    ]


def _files_in(value) -> Iterator[str]:
    """The absolute paths in an output."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _files_in(item)
    elif isinstance(value, (str, os.PathLike)) and os.path.isabs(value):
        yield os.fspath(value)


def _is_within(file, folder: Path) -> bool:
    return os.path.abspath(file).startswith(f"{folder}{os.sep}")
