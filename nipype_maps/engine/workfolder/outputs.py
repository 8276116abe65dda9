"""Files among the outputs of a node.

An output may be a text that looks like a path: a warning that begins with the name of a file, or a
name of a map.  What its trait calls a text is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from nipype.interfaces.base import Str, isdefined, traits
from nipype.interfaces.base.traits_extension import BasePath

TEXTS = (Str, traits.BaseStr)


def files_given(node, outputs) -> list[str]:
    """The absolute paths of the files that a node gave.

    Parameters
    ----------
    node : Node
    outputs : TraitedSpec, or Bunch of lists
        The latter of a MapNode.
    """
    values = getattr(outputs, "trait_get", getattr(outputs, "dictcopy", dict))()
    spec = node.interface._outputs()  # what was read again has lost the traits that were added
    known = spec.traits() if spec is not None else {}
    folder = Path(node.output_dir())
    return [
        os.fspath(path)
        for name, value in values.items()
        if isdefined(value)
        for path in _absolute(value)
        if _is_file(path, _kinds(known.get(name)), folder)
    ]


def is_within(file, folder: Path) -> bool:
    """Whether a path leads into a folder."""
    return os.path.abspath(file).startswith(f"{folder}{os.sep}")


def _is_file(path, kinds: set[str], folder: Path) -> bool:
    if kinds == {"file"} or not isinstance(path, str):
        return True
    # where a text is allowed too, it is a file if it could be of the node's own; a sentence has blanks
    inside = is_within(path, folder)
    return "file" in kinds and inside and " " not in os.path.relpath(path, folder)


def _kinds(trait) -> set[str]:
    """What texts in a trait may be: files, texts, or both."""
    handler = getattr(trait, "handler", None) or trait
    if handler is None or isinstance(handler, traits.Any):
        return {"file", "text"}
    if isinstance(handler, BasePath):
        return {"file"}
    if isinstance(handler, TEXTS):
        return {"text"}
    return set().union(*map(_kinds, _inner(handler)))


def _inner(handler) -> tuple:
    """The traits of what a container or a compound holds."""
    if isinstance(handler, traits.BaseTuple):
        return handler.types
    if isinstance(handler, traits.TraitCompound):
        return handler.handlers
    if isinstance(handler, traits.Dict):
        return (handler.value_trait,)
    return handler.inner_traits()


def _absolute(value) -> Iterator[str | os.PathLike]:
    """The absolute paths in a value, or what looks like them."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _absolute(item)
    elif isinstance(value, (str, os.PathLike)) and os.path.isabs(value):
        yield value
