"""What is told of a node that failed."""

from __future__ import annotations

import errno
import os
import traceback
from dataclasses import dataclass

from nipype.pipeline.engine.nodes import NodeExecutionError

from ..workfolder.reading import own_interface, read_result
from ..workfolder.results import result_file

FULL = (errno.ENOSPC, errno.EDQUOT)
#: Exceptions whose message says all; others are named.
SPEAKING = {
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
    node : Node
    sentence : str
        What is wrong, in one sentence.
    kind : str
        Name of the exception's class.
    traceback : str
        Where it happened; empty where no exception was raised.
    """

    node: object
    sentence: str
    kind: str = "RuntimeError"
    traceback: str = ""


def failure_of(node, error: BaseException) -> Failure:
    """What an exception that a node raised means."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    folder = "the work folder" if node is None else result_file(node).parent
    # nipype raises this of an interface's exception, whose own words are in the results
    own = _from_interface(node) if isinstance(error, NodeExecutionError) else ""
    return Failure(node, *_told(error, folder, own), text)


def sentence_of(error: BaseException, folder) -> str:
    """What an exception means to a user who works in some folder."""
    return _told(error, folder, own="")[0]


def _told(error: BaseException, folder, own: str) -> tuple[str, str]:
    """The sentence, and the name of the exception's class."""
    if _is_full(error) or any(os.strerror(number) in own for number in FULL):
        return f"the disk of {folder} is full; make room and run again: what is done is kept.", "OSError"
    message, _, kind = (
        own.partition("\nAn exception of type ") if own else (str(error), "", type(error).__name__)
    )
    message = " ".join(message.split())
    kind = kind.partition(" ")[0]
    spoken = message if message and kind in SPEAKING else f"{kind}: {message}".removesuffix(": ")
    return spoken, kind


def _from_interface(node) -> str:
    """The message of the exception that a node's interface raised, which nipype keeps in its results."""
    try:
        return read_result(result_file(node), own_interface(node)).runtime.traceback_args[0]
    except Exception:  # the node did not come as far as its interface
        return ""


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__ or error.__context__
    return False
