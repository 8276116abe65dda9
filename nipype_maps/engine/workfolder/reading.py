"""Result files, read without running what may be in them.

nipype keeps what a node gave as a pickle, and a pickle can name any function to be called when
it is read.  Of our own interfaces results consist of a few classes and plain data: whatever
names something else is no result.
"""

from __future__ import annotations

import gzip
import io
import os
import pickle
from pathlib import PosixPath

import numpy as np
from nipype.interfaces.base import Undefined, isdefined
from nipype.interfaces.base.support import Bunch, InterfaceResult
from nipype.interfaces.base.traits_extension import resolve_path_traits
from nipype.pipeline.engine.utils import load_resultfile
from nipype.utils.filemanip import indirectory

#: Bytes that the results of a node take at most: they are names and numbers, images lie beside.
LIMIT = 64 << 20
#: What results may consist of besides their interface, its outputs, and numbers and texts.
CLASSES = (Bunch, InterfaceResult, PosixPath, type(Undefined), np.ndarray, np.dtype, complex, set, frozenset)


class NoResultError(ValueError):
    """A file holds something else than the results of a node."""


def own_interface(node) -> type | None:
    """The interface of a node if it is one of ours, which record what they write."""
    kind = type(node.interface)
    return kind if getattr(kind, "records_outputs", False) else None


def read_result(path, interface: type | None) -> InterfaceResult:
    """What a node gave.

    Parameters
    ----------
    path : path-like
    interface : type or None
        One of our own, of whose results all else is refused; None reads as nipype does, and
        runs what is in the file.

    Raises
    ------
    NoResultError
        If the file holds something else.
    Exception
        Of any kind, if it is damaged.
    """
    result = load_resultfile(path) if interface is None else _read(path, interface)
    if not isinstance(result, InterfaceResult) or not {"outputs", "runtime"} <= vars(result).keys():
        raise NoResultError(f"{path} holds something else than results")
    if interface is None or not isinstance(result.outputs, interface.output_spec):
        return result
    for name, value in result.outputs.get().items():
        if isdefined(value):
            trait = result.outputs.trait(name)
            setattr(result.outputs, name, resolve_path_traits(trait, value, os.path.dirname(path)))
    return result


def _read(path, interface: type):
    with gzip.open(path, "rb") as stream:
        content = stream.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise NoResultError(f"{path} holds more than results")
    with indirectory(os.path.dirname(path)):  # names of files are kept as seen from there
        return _Reader(io.BytesIO(content), interface).load()


class _Reader(pickle.Unpickler):
    """Finds nothing but what results consist of, and imports nothing."""

    def __init__(self, stream, interface: type):
        super().__init__(stream)
        classes = (*CLASSES, interface, interface.output_spec)
        self._known = {(kind.__module__, kind.__qualname__): kind for kind in classes}
        for value in (np.float64(0), np.zeros(1)):
            maker = value.__reduce__()[0]
            self._known[maker.__module__, maker.__name__] = maker

    def find_class(self, module, name):
        """A class by its name."""
        try:
            return self._known[module, name]
        except KeyError:
            raise NoResultError(f"{module}.{name} is no part of results") from None
