"""The failure record of a node."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from nipype.pipeline.engine import Node

from ...storage.paths import PathLike
from ..nipype_api import NodeExecutionError, name_in_graph, raised_by, result_file
from ..raised import Raised
from ..workfolder.reading import own_interface, read_result

#: Exceptions whose message needs no name of the exception before it.
SELF_EXPLANATORY = {
    "ValueError",
    "OSError",
    "FileNotFoundError",
    "PermissionError",
    "RuntimeError",
    "FolderInUseError",
    "ClusterError",
}


@dataclass(frozen=True)
class Failure:
    """A node that failed.

    Attributes
    ----------
    node : str
        Its name in the graph; the name of the workflow where that could not be executed at all.
    reason : str
        What is wrong, on one line.
    kind : str
        Name of the exception's class.
    traceback : str
        Where it happened; empty where no exception was raised.
    """

    node: str
    reason: str
    kind: str = "RuntimeError"
    traceback: str = ""


def failure_of(node: Node, error: BaseException) -> Failure:
    """The failure record for an exception that a node raised."""
    runtime = None
    if isinstance(error, NodeExecutionError):  # instead of the interface's own exception
        try:
            runtime = read_result(result_file(node), own_interface(node)).runtime
        except Exception:  # the node failed before its interface was executed
            runtime = None
    raised = raised_by(error, runtime)
    return failure_from(name_in_graph(node), raised, str(result_file(node).parent), error)


def failure_from(name: str, raised: Raised, folder: PathLike, error: BaseException) -> Failure:
    """The failure record for an exception, and the one that was caught instead of it.

    Parameters
    ----------
    name : str
        Of the node.
    raised : Raised
    folder : path-like
        Where the node was to write.
    error : BaseException
        Whose traceback is recorded.
    """
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    kind = "OSError" if raised.is_full_disk else raised.kind
    return Failure(name, _message(raised, folder), kind, text)


def message_of(error: BaseException, folder: PathLike) -> str:
    """One line for users about an exception, raised while something was written to a folder."""
    return _message(Raised.of(error), folder)


def _message(raised: Raised, folder: PathLike) -> str:
    if raised.is_full_disk:
        return f"the disk of {folder} is full; free some space and call again: finished steps are kept."
    message = " ".join(raised.message.split())
    if message and raised.kind in SELF_EXPLANATORY:
        return message
    return f"{raised.kind}: {message}".removesuffix(": ")
