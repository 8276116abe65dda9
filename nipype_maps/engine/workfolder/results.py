"""The results in a node's folder, and whether they can be trusted."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from nipype.pipeline.engine import MapNode, Node

from ...storage.atomic import sweep
from ...storage.checksums import recorded_names, unchanged
from ..nipype_api import finished_key_files, folder_in_graph, key_file, result_file, workflow_name
from .outputs import is_within, output_files
from .reading import NoResultError, own_interface, read_result

logger = logging.getLogger("nipype.workflow")


def newest_key(keys: list[Path]) -> Path:
    """The key file that was written last; one that another process removes meanwhile does not count."""

    def written(path: Path) -> int:
        try:
            return path.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    return max(keys, key=written)


def has_results(node: Node) -> bool:
    """Whether a node has results for its present inputs."""
    return result_file(node).exists() and key_file(node).exists()


def damage(node: Node) -> str:
    """Why the results that a node claims to have cannot be trusted; empty if they can.

    The result file must be readable and contain results; output files must exist, and those whose
    digests were recorded must not have changed since.  Our own interfaces record all.
    """
    if not finished_key_files(node):
        return ""
    path = result_file(node)
    if not path.exists():
        return f"{path.name} is missing"
    own = own_interface(node)
    try:
        result = read_result(path, own)
    except NoResultError:
        return f"{path.name} contains no results"
    except Exception as error:  # a damaged pickle raises anything
        # also for missing outputs, which its message does not name clearly
        missing = [name for name in recorded_names(path.parent) if not (path.parent / name).exists()]
        if missing:
            return f"{missing[0]} is missing"
        return f"{path.name} cannot be read ({type(error).__name__})"
    is_recorded = own is not None and not isinstance(node, MapNode)
    if is_recorded and not isinstance(result.outputs, (own.output_spec, type(None))):  # type: ignore[union-attr] # a nipype interface
        return f"{path.name} contains no results"
    if result.outputs is None or getattr(getattr(result, "runtime", None), "traceback", None):
        return f"{path.name} contains no results"
    files = output_files(node, result.outputs)
    for file in files:
        if reason := _damage_of(file, path.parent, own is not None, is_recorded):
            return reason
    named = {os.path.join(path.parent, file) for file in files}
    for name in recorded_names(path.parent) if is_recorded else ():
        if os.path.join(path.parent, name) not in named:
            return f"{path.name} does not name {os.path.basename(name)}, which was written"
    return ""


def _damage_of(file: str, folder: Path, is_own: bool, is_recorded: bool) -> str:
    """Why one output file of a node cannot be trusted; empty if it can."""
    name = os.path.basename(file)
    if not os.path.exists(file):
        return f"{name} is missing"
    # the items of a MapNode have their own records
    inside = is_within(file, folder)
    try:
        is_same = (
            unchanged(os.path.dirname(file) if inside else folder, file) if os.path.isfile(file) else True
        )
    except FileNotFoundError:  # removed since by another process
        return f"{name} is missing"
    if is_same is False:
        return f"{name} has changed since it was written" if inside else f"{file} has changed"
    if is_same is None and is_own and (is_recorded or inside):
        return f"no digest of {name} is recorded"
    return ""


def require_no_links(node: Node) -> None:
    """Refuse to execute a node whose folder is a symbolic link: nipype would empty the folder it leads to.

    Raises
    ------
    OSError
        If there is a link anywhere between the graph's folder and the node's.
    """
    if node.base_dir is None:
        return
    folder = Path(node.base_dir, workflow_name(node))
    inside = os.path.relpath(node.output_dir(), os.path.realpath(folder))
    parts = folder_in_graph(node) if inside.startswith(os.pardir) else Path(inside)
    for part in parts.parts:
        folder = folder / part
        if folder.is_symlink():
            raise OSError(
                f"{folder} is a link to {os.path.realpath(folder)}, whose content would be deleted when "
                f"{node.fullname} is executed; remove it."
            )


def mend(node: Node) -> None:
    """Remove the results of a node that cannot be trusted, so that it is executed again."""
    require_no_links(node)
    sweep(node.output_dir())
    if not finished_key_files(node):
        # nipype would read the result file of a node that failed to report why
        result_file(node).unlink(missing_ok=True)
        return
    reason = damage(node)
    if not reason:
        return
    logger.warning("%s is executed again: %s.", node.fullname, reason)
    if isinstance(node, MapNode):
        _mend_items(node)
    else:
        shutil.rmtree(node.output_dir())


def _mend_items(node: MapNode) -> None:
    """Remove only the items of a MapNode that are damaged: the intact ones are kept."""
    for path in [*finished_key_files(node), result_file(node)]:
        path.unlink(missing_ok=True)
    try:
        items = node.get_subnodes()
    except Exception:  # its inputs do not exist
        shutil.rmtree(node.output_dir())
        return
    for item in items:
        mend(item)
