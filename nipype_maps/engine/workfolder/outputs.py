"""Files among the outputs of a node.

An output may be text that looks like a path: a warning that begins with the name of a file, or the
name of a map.  What its trait declares to be text is not a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nipype.interfaces.base import Str, isdefined, traits
from nipype.pipeline.engine import Node

from ...storage.paths import PathLike
from ..nipype_api import BasePath, output_traits

TEXTS = (Str, traits.BaseStr)


def output_files(node: Node, outputs: Any) -> list[str]:
    """The absolute paths of the files among a node's outputs.

    Parameters
    ----------
    node : Node
    outputs : TraitedSpec, or Bunch of lists
        The latter of a MapNode.
    """
    values: dict[str, Any] = getattr(outputs, "trait_get", getattr(outputs, "dictcopy", dict))()
    known = output_traits(node)  # outputs read from disk have lost the traits that were added
    folder = Path(node.output_dir())
    return [
        os.fspath(path)
        for name, value in values.items()
        if isdefined(value)
        for path in _absolute(value)
        if _is_file(path, _kinds(known.get(name)), folder)
    ]


def is_within(file: PathLike, folder: Path) -> bool:
    """Whether a path is inside a folder."""
    return os.path.abspath(file).startswith(f"{folder}{os.sep}")


def _is_file(path: PathLike, kinds: set[str], folder: Path) -> bool:
    if kinds == {"file"} or not isinstance(path, str):
        return True
    # where text is allowed too, it is a file if it can be the node's own; messages contain blanks
    inside = is_within(path, folder)
    return "file" in kinds and inside and " " not in os.path.relpath(path, folder)


def _kinds(trait: Any) -> set[str]:
    """What strings in a trait may be: files, text, or both."""
    handler = getattr(trait, "handler", None) or trait
    if handler is None or isinstance(handler, traits.Any):
        return {"file", "text"}
    if isinstance(handler, BasePath):
        return {"file"}
    if isinstance(handler, TEXTS):
        return {"text"}
    return set().union(*map(_kinds, _inner(handler)))


def _inner(handler: Any) -> tuple[Any, ...]:
    """The traits of the items of a container, or of the alternatives of a compound."""
    if isinstance(handler, traits.BaseTuple):
        return handler.types
    if isinstance(handler, traits.TraitCompound):
        return handler.handlers
    if isinstance(handler, traits.Dict):
        return (handler.value_trait,)
    return handler.inner_traits()


def _absolute(value: Any) -> Iterator[PathLike]:
    """The absolute paths in a value, or what looks like them."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _absolute(item)
    elif isinstance(value, (str, os.PathLike)) and os.path.isabs(value):
        yield value
