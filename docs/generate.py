"""Write the generated parts of the pages in this folder.

    python3 -m docs.generate

Tables of options, fields, interfaces and strategies come from the code, so that no page differs from it;
tests/test_docs.py checks that they are up to date.  So does the descriptor of the command: see
docs/descriptor.py.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from nipype_maps import graphs, interfaces
from nipype_maps.bids import sidecar_schema
from nipype_maps.cli import main
from nipype_maps.confounds import strategy_table
from nipype_maps.options import OPTIONS

DOCS = Path(__file__).parent
#: A generated part of a page, and its name.
PART = re.compile(r"(<!-- begin (.+?) \(docs/generate\.py\) -->\n)(.*?)(<!-- end \2 -->)", re.S)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [" | ".join(cell.replace("|", r"\|") for cell in line) for line in (columns, *rows)]
    rule = f"|{'---|' * len(columns)}"
    return "\n".join([f"| {lines[0]} |", rule, *(f"| {line} |" for line in lines[1:])]) + "\n"


def code(text: object) -> str:
    """Text in code style; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


# --- the command line -----------------------------------------------------------------------------------


def command_options(command: click.Command) -> list[click.Option]:
    """The options of a command."""
    return [param for param in command.params if isinstance(param, click.Option)]


def flag(option: click.Option) -> str:
    """An option as it is typed: ``--low-pass HZ``."""
    if option.is_flag:
        return option.opts[0]
    if isinstance(option.type, click.Choice):
        value = f"{{{','.join(option.type.choices)}}}"
    else:
        value = option.metavar or option.type.name.upper()
    return f"{option.opts[0]} {value}"


def meaning(option: click.Option) -> tuple[str, str]:
    """The help text of an option, and its default."""
    text, _, default = (option.help or "").partition("  [default: ")
    default = default.removesuffix("]")
    if not default and option.show_default:
        default = str(option.default)
    return text, "required" if option.required else default


def options_table(options: Iterable[click.Option]) -> str:
    """The options of a command as a table."""
    rows = (
        [", ".join(map(code, [flag(option), *option.opts[1:]])), text, default]
        for option in options
        for text, default in [meaning(option)]
    )
    return table(["option", "meaning", "default"], rows)


def shared_options() -> list[click.Option]:
    """The options that ``extract`` and ``dataset`` have in common."""
    theirs = {option.name: meaning(option) for option in command_options(main.commands["dataset"])}
    options = command_options(main.commands["extract"])
    return [option for option in options if theirs.get(option.name) == meaning(option)]


def own_options(name: str) -> str:
    """The options of a command that it does not share."""
    shared = {option.name for option in shared_options()} if name in ("extract", "dataset") else set()
    return options_table(o for o in command_options(main.commands[name]) if o.name not in shared)


def options_by_topic() -> str:
    """The shared options under the headings of ``--help``."""
    from nipype_maps.cli.parsing.commands import TOPICS

    topics: dict[str, list[click.Option]] = {topic: [] for topic in TOPICS}
    for option in shared_options():
        topics[option.topic].append(option)
    return "\n".join(
        f"### {topic}\n\n{options_table(options)}" for topic, options in topics.items() if options
    )


# --- graphs and interfaces ------------------------------------------------------------------------------


def fields(builder: Callable, section: str) -> list[tuple[str, str]]:
    """The fields of an inputnode or outputnode, and what they are, from the builder's docstring."""
    doc = inspect.getdoc(builder) or ""
    match = re.search(rf"^{section}\n-+\n(.*?)(?:\n\n[A-Z]\w+\n-+\n|\Z)", doc, re.S | re.M)
    text = match.group(1) if match else ""
    found = re.findall(r"^(\w+)\n((?: {4}.*(?:\n|\Z))+)", text, re.M)
    return [(name, " ".join(words.split()).replace("``", "`")) for name, words in found]


def fields_tables() -> str:
    """The fields of every graph, those of the masker first."""
    names = [
        "init_masker_wf", "init_dataset_wf", "init_atlas_wf", "init_fit_wf", "init_transform_wf",
        "init_inverse_wf",
    ]  # fmt: skip
    parts = []
    for name in names:
        builder = getattr(graphs, name)
        rows = [
            [code(f"{node}.{field}"), text]
            for node, section in (("inputnode", "Inputs"), ("outputnode", "Outputs"))
            for field, text in fields(builder, section)
        ]
        parts.append(f"### {name}\n\n{table(['field', 'meaning'], rows)}")
    return "\n".join(parts)


def graph_options() -> str:
    """Every option of the graphs."""
    rows = [
        [
            code(option.name),
            code(repr(option.default)),
            ", ".join(code(repr(choice)) for choice in option.choices) or option.type,
            f"{option.doc}{f' ({option.unit})' * bool(option.unit)}.",
            code(option.key or ""),
            code(option.argument or ""),
        ]
        for option in OPTIONS
    ]
    return table(["option", "default", "values", "meaning", "sidecar key", "in the class"], rows)


def interfaces_table() -> str:
    """Every interface, with the first line of its docstring."""
    rows = [
        [code(name), (inspect.getdoc(getattr(interfaces, name)) or "").splitlines()[0]]
        for name in sorted(interfaces.__all__)
        if name != "MapsInterface"
    ]
    return table(["interface", "what it does"], rows)


PARTS: dict[str, Callable[[], str]] = {
    **{f"options of {name}": functools.partial(own_options, name) for name in main.commands},
    "shared options": options_by_topic,
    "fields": fields_tables,
    "options": graph_options,
    "interfaces": interfaces_table,
    "strategies": strategy_table.markdown,
    "sidecar": sidecar_schema.table,
}


def generated(text: str) -> str:
    """The text of a page with its generated parts up to date."""
    return PART.sub(lambda match: f"{match[1]}\n{PARTS[match[2]]()}\n{match[4]}", text)


if __name__ == "__main__":
    from . import descriptor

    for page in sorted(DOCS.glob("*.md")):
        before = page.read_text(encoding="utf-8")
        if (after := generated(before)) != before:
            page.write_text(after, encoding="utf-8")
            print(f"{page.name}: written")
    if descriptor.text() != descriptor.FILE.read_text(encoding="utf-8"):
        descriptor.FILE.write_text(descriptor.text(), encoding="utf-8")
        print(f"{descriptor.FILE.name}: written")
