"""Which texts among a node's outputs name files that must be there."""

from pathlib import Path

import pytest
from nipype.interfaces.base import (
    BaseInterfaceInputSpec,
    File,
    OutputMultiObject,
    SimpleInterface,
    Str,
    TraitedSpec,
    traits,
)
from nipype.interfaces.utility import Function
from nipype.pipeline.engine import MapNode, Node

from nipype_maps.engine.workfolder.outputs import output_files
from nipype_maps.engine.workfolder.results import damage

TEXT = "/data/lab.nii.gz holds labels."


def given(trait, value, tmp_path):
    """The files that a node gives with a value in an output of a trait, its own folder as ``~``."""
    spec = type("Spec", (TraitedSpec,), {"out": trait})
    interface = type(
        "Giving", (SimpleInterface,), {"input_spec": BaseInterfaceInputSpec, "output_spec": spec}
    )
    node, outputs = Node(interface(), name="node", base_dir=str(tmp_path)), spec()
    home = node.output_dir()
    outputs.trait_setq(out=_at(value, home))
    return [path.replace(home, "~") for path in output_files(node, outputs)]


def _at(value, home):
    if isinstance(value, dict):
        return {key: _at(item, home) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_at(item, home) for item in value)
    return value.replace("~", home) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("trait", "value", "files"),
    [
        (Str(), TEXT, []),
        (traits.Str(), TEXT, []),
        (traits.List(Str()), [TEXT, "/a"], []),
        (traits.List(traits.List(Str())), [["/a"], [TEXT]], []),
        (traits.Dict(Str(), Str()), {"/a": TEXT}, []),
        (traits.Dict(Str(), traits.List(Str())), {"a": [TEXT]}, []),
        (traits.Tuple(Str(), traits.Int()), (TEXT, 1), []),
        (traits.Either(None, Str(), traits.List(Str())), ["/a"], []),
        (traits.Union(None, Str()), "/a", []),
        (traits.Enum("/a", "/b"), "/a", []),
        # of any kind: what a node can have written to its own folder
        (traits.Any(), TEXT, []),
        (traits.Any(), ["/a", {"b": "/c"}], []),
        (traits.Any(), {"b": ["~/c.nii", "~/c.nii is odd."]}, ["~/c.nii"]),
        (traits.List(), ["/a", "~/b"], ["~/b"]),
        (traits.Dict(), {"a": "/a", "b": "~/b"}, ["~/b"]),
        (traits.Either(File(), Str()), "~/b", ["~/b"]),
        (traits.Any(), Path("/a"), ["/a"]),
        # files
        (File(), "/a b.nii", ["/a b.nii"]),
        (traits.List(File()), ["/a", "/b"], ["/a", "/b"]),
        (OutputMultiObject(traits.Either(File(), traits.List(File()))), ["/a", ["/b"]], ["/a", "/b"]),
        (traits.Dict(Str(), File()), {"/k": "/a"}, ["/a"]),
        (traits.Tuple(Str(), File()), ("/k", "~/a"), ["~/a"]),
        (traits.Union(None, File()), "/a", ["/a"]),
    ],
)
def test_texts_are_files_only_where_the_trait_says_so(trait, value, files, tmp_path):
    assert given(trait, value, tmp_path) == files


def _say(text):
    import os

    with open("own.txt", "w") as stream:
        stream.write("x")
    return [text, f"{text} is odd", os.path.abspath("own.txt")]


@pytest.mark.parametrize("items", [False, True])
def test_results_of_others_that_hold_texts_can_be_read(items, tmp_path):
    function = Function(["text"], ["out"], _say)
    if items:
        node = MapNode(function, iterfield=["text"], name="node", base_dir=str(tmp_path))
        node.inputs.text = ["/no/such", "/one"]
    else:
        node = Node(function, name="node", base_dir=str(tmp_path))
        node.inputs.text = "/no/such"
    node.run()
    assert damage(node) == ""
    next(Path(node.output_dir()).rglob("own.txt")).unlink()
    assert damage(node) == "own.txt is missing"
