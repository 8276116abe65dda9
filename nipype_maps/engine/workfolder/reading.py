"""Result files, read without executing what may be in them.

nipype stores a node's outputs as a pickle, and a pickle can name any function to be called when
it is read.  Results of our own interfaces consist of a few classes and plain data; a file that
names anything else is refused.
"""

from __future__ import annotations

import gzip
import io
import os
import pickle
from pathlib import PosixPath
from typing import Any

import numpy as np
from nipype.interfaces.base import Undefined
from nipype.pipeline.engine import Node

from ...storage.paths import PathLike
from ..nipype_api import Bunch, InterfaceResult, indirectory, load_result, resolve_paths

#: Largest size of a node's results in bytes: names and numbers; images are files of their own.
LIMIT = 64 << 20
#: What results may consist of besides their interface, its outputs, and numbers and text.
CLASSES = (Bunch, InterfaceResult, PosixPath, type(Undefined), np.ndarray, np.dtype, complex, set, frozenset)


class NoResultError(ValueError):
    """A file contains something other than the results of a node."""


def own_interface(node: Node) -> type | None:
    """The class of a node's interface if it is one of ours, which record what they write."""
    kind = type(node.interface)
    return kind if getattr(kind, "records_outputs", False) else None


def read_result(path: PathLike, interface: type | None) -> InterfaceResult:
    """Read the results of a node.

    Parameters
    ----------
    path : path-like
    interface : type or None
        One of our own, anything but whose results is refused; None reads as nipype does, and
        executes what is in the file.

    Raises
    ------
    NoResultError
        If the file contains something else.
    Exception
        Of any kind, if it is damaged.
    """
    result = load_result(os.fspath(path)) if interface is None else _read(path, interface)
    if not isinstance(result, InterfaceResult) or not {"outputs", "runtime"} <= vars(result).keys():
        raise NoResultError(f"{path} contains no results")
    if interface is not None and isinstance(result.outputs, interface.output_spec):  # type: ignore[attr-defined] # a nipype interface
        resolve_paths(result.outputs, os.path.dirname(path))
    return result


def _read(path: PathLike, interface: type) -> Any:
    with gzip.open(path, "rb") as stream:
        content = stream.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise NoResultError(f"{path} contains more than results")
    with indirectory(os.path.dirname(path)):  # file names are stored relative to it
        return _Reader(io.BytesIO(content), interface).load()


class _Reader(pickle.Unpickler):
    """Finds only the classes that results consist of, and imports nothing."""

    def __init__(self, stream: io.BytesIO, interface: Any):
        super().__init__(stream)
        classes = (*CLASSES, interface, interface.output_spec)
        self._known: dict[tuple[str, str], Any] = {
            (kind.__module__, kind.__qualname__): kind for kind in classes
        }
        for value in (np.float64(0), np.zeros(1)):
            maker: Any = value.__reduce__()[0]
            self._known[maker.__module__, maker.__name__] = maker

    def find_class(self, module: str, name: str) -> Any:
        """A class by its name."""
        try:
            return self._known[module, name]
        except KeyError:
            raise NoResultError(f"{module}.{name} is not part of results") from None
