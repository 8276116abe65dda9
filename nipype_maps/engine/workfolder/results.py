"""What a node left in its folder, and whether it can be trusted."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path

from nipype.pipeline.engine import MapNode

from ...storage.atomic import sweep
from ...storage.checksums import recorded_names, unchanged
from .outputs import files_given, is_within
from .reading import NoResultError, own_interface, read_result

UNFINISHED = "_unfinished.json"

logger = logging.getLogger("nipype.workflow")


def result_file(node) -> Path:
    """Where nipype keeps what a node gave."""
    return Path(node.output_dir()) / f"result_{node.name}.pklz"


def finished_keys(node) -> list[Path]:
    """The files that name the cache keys for which a node claims to have results."""
    return [path for path in Path(node.output_dir()).glob("_0x*.json") if not path.name.endswith(UNFINISHED)]


def newest_key(keys: list[Path]) -> Path:
    """The key file that was written last; one that a run removes meanwhile is none."""

    def written(path: Path) -> int:
        try:
            return path.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    return max(keys, key=written)


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
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def damage(node) -> str:
    """Why the results that a node claims to have cannot be trusted; empty where they can.

    Result files must be readable, and hold results; outputs must be there, and those that were
    recorded when they were written must not have changed since.  Our own interfaces record all.
    """
    if not finished_keys(node):
        return ""
    path = result_file(node)
    if not path.exists():
        return f"{path.name} is missing"
    own = own_interface(node)
    try:
        result = read_result(path, own)
    except NoResultError:
        return f"{path.name} holds something else than results"
    except Exception as error:  # a damaged pickle raises anything
        # missing outputs among them, which it names less clearly
        missing = [name for name in recorded_names(path.parent) if not (path.parent / name).exists()]
        if missing:
            return f"{missing[0]} is missing"
        return f"{path.name} cannot be read ({type(error).__name__})"
    recorded = own is not None and not isinstance(node, MapNode)
    if recorded and not isinstance(result.outputs, (own.output_spec, type(None))):
        return f"{path.name} holds something else than results"
    if result.outputs is None or getattr(getattr(result, "runtime", None), "traceback", None):
        return f"{path.name} holds no results"
    files = files_given(node, result.outputs)
    for file in files:
        name = os.path.basename(file)
        if not os.path.exists(file):
            return f"{name} is missing"
        # the items of a MapNode have their own records
        inside = is_within(file, path.parent)
        folder = os.path.dirname(file) if inside else path.parent
        try:
            same = unchanged(folder, file) if os.path.isfile(file) else True
        except FileNotFoundError:  # a run that goes on has removed it since
            return f"{name} is missing"
        if same is False:
            return f"{name} is not as it was written" if inside else f"{file} is not as it was"
        if same is None and own is not None and (recorded or inside):
            return f"nothing tells whether {name} is as it was written"
    given = {os.path.join(path.parent, file) for file in files}
    for name in recorded_names(path.parent) if recorded else ():
        if os.path.join(path.parent, name) not in given:
            return f"{path.name} does not name {os.path.basename(name)}, which was written"
    return ""


def require_no_links(node) -> None:
    """A node is run in its own folder, of which it removes all, not where a link in its place leads.

    Raises
    ------
    OSError
        If there is a link on the way from the folder of its graph.
    """
    if node.base_dir is None:
        return
    graph, *parts = (node._hierarchy or node.name).split(".")
    folder = Path(node.base_dir, graph)
    inside = os.path.relpath(node.output_dir(), os.path.realpath(folder))
    for part in Path(inside if not inside.startswith(os.pardir) else os.path.join(*parts, node.name)).parts:
        folder = folder / part
        if folder.is_symlink():
            raise OSError(
                f"{folder} is a link to {os.path.realpath(folder)}, whose content running "
                f"{node.fullname} would delete; remove it."
            )


def mend(node) -> None:
    """Remove what of a node's results cannot be trusted, so that it is run again."""
    require_no_links(node)
    sweep(node.output_dir())
    if not finished_keys(node):
        # nipype would read what a node has left that failed, to report why
        result_file(node).unlink(missing_ok=True)
        return
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
