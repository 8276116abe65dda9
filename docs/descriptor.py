"""The Boutiques descriptor of ``nipype-maps dataset``, made from the table of options.

    python3 -m docs.generate

writes it to nipype_maps/descriptor.json; tests/cli/test_descriptor.py checks that it is up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

import nipype_maps
from nipype_maps.cli import main
from nipype_maps.options import Option, option

FILE = Path(nipype_maps.__file__).parent / "descriptor.json"
#: What Boutiques puts between the items of a list; elsewhere the option is repeated.
SEPARATORS = {"words": " ", "joined": "+"}


def descriptor() -> dict[str, Any]:
    """The descriptor."""
    command = main.commands["dataset"]
    options = [param for param in command.params if isinstance(param, click.Option) and not param.is_eager]
    inputs = [*arguments(), *map(described, options)]
    return {
        "name": "nipype-maps",
        "description": command.get_short_help_str(limit=200),
        "tool-version": nipype_maps.__version__,
        "schema-version": "0.5",
        "command-line": " ".join(["nipype-maps dataset", *(one["value-key"] for one in inputs)]),
        "inputs": inputs,
        "output-files": [
            {
                "id": "dataset",
                "name": "dataset",
                "description": "A BIDS derivatives data set, with a summary.tsv: a row per run.",
                "path-template": "[OUTPUT_DIR]",
            }
        ],
        "error-codes": [
            {"code": 1, "description": "A run, or something before the first of them, failed."},
            {"code": 2, "description": "The call is wrong."},
            {"code": 130, "description": "Interrupted; finished steps are kept."},
        ],
        "tags": {"domain": ["neuroinformatics", "fmri"], "bids-app": "participant"},
    }


def text() -> str:
    """The descriptor as a file."""
    return json.dumps(descriptor(), indent=2, ensure_ascii=False) + "\n"


def arguments() -> list[dict[str, Any]]:
    """The arguments, under the names that BIDS Apps give them."""
    return [
        _input("input_dir", "A BIDS derivatives folder with preprocessed runs.", type="File"),
        _input("output_dir", "The folder that becomes a BIDS derivatives data set.", type="File"),
        _input(
            "analysis_level", "The level of the analysis.", type="String", optional=True,
            **{"value-choices": ["participant"]},
        ),
    ]  # fmt: skip


def described(param: click.Option) -> dict[str, Any]:
    """An option of the command as an input, under the name of its flag."""
    one, flag = option(param.name or ""), param.opts[0]
    found = _input(flag.lstrip("-").replace("-", "_"), one.command_help, **kind(one, param))
    if not one.is_required:
        found["optional"] = True
    found["command-line-flag"] = flag
    if param.multiple:
        separator = "," if one.syntax == "files" else SEPARATORS.get(one.repeats, f" {flag} ")
        found |= {"list": True, "min-list-entries": 1, "list-separator": separator}
    return found


def kind(one: Option, param: click.Option) -> dict[str, Any]:
    """The type of an input."""
    if one.is_switch:
        return {"type": "Flag"}
    if isinstance(param.type, click.Choice):
        return {"type": "String", "value-choices": list(param.type.choices)}
    if one.syntax in ("file", "folder"):
        return {"type": "File"}
    if one.type == "int | None":
        return {"type": "Number", "integer": True, "minimum": 1}
    return {"type": "Number"} if one.unit in ("s", "Hz") else {"type": "String"}


def _input(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "description": text, "value-key": f"[{name.upper()}]", **more}
