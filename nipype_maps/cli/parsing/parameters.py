"""The options of commands, made from their definitions in `nipype_maps.options`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ...options import EXECUTION_OPTIONS, INPUTS, OPTIONS, SELECTIONS, Option, option
from ..messages import counted
from .click_types import EXISTING_FILE, FOLDER, HERTZ, SECONDS, Count, Files, Memory, Widths

#: Letters and digits; a hyphen after an entity, a colon before details of a space.
LABEL = re.compile(r"[\w+:-]+")

Command = TypeVar("Command", bound=Callable[..., Any])

SYNTAXES: dict[str, click.ParamType] = {
    "file": EXISTING_FILE, "files": Files(), "folder": FOLDER, "widths": Widths(), "memory": Memory(),
}  # fmt: skip
UNITS: dict[str, click.ParamType] = {"Hz": HERTZ, "s": SECONDS}
#: The inputs of a data set that are given for all of its runs.
SHARED_INPUTS = ("maps_file", "mask_file", "map_names", "map_names_column", "t_r")


class OptionOfTopic(click.Option):
    """An option that the help shows under a heading.

    Parameters
    ----------
    topic : str
    takes_words : bool
        Whether it takes several words, as argparse's ``nargs='+'`` does.
    """

    def __init__(
        self, *declarations: Any, topic: str = "", takes_words: bool = False, **attributes: Any
    ) -> None:
        super().__init__(*declarations, **attributes)
        self.topic, self.takes_words = topic, takes_words

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Its line in the help, under its main name."""
        every, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = every


def extraction_options(command: Command) -> Command:
    """Decorate a command with all options of an extraction from runs that are given one by one."""
    return _with_options(command, (*INPUTS, *OPTIONS, *EXECUTION_OPTIONS))


def dataset_options(command: Command) -> Command:
    """Decorate a command with all options of an extraction from the runs of a data set."""
    repetition_time = dataclasses.replace(
        option("t_r"), repeats="", help="Repetition time of all runs, in seconds."
    )
    inputs = [repetition_time if one.name == "t_r" else one for one in INPUTS if one.name in SHARED_INPUTS]
    # OUT is an argument
    execution = [one for one in EXECUTION_OPTIONS if one.name != "out"]
    return _with_options(command, (*inputs, *SELECTIONS, *OPTIONS, *execution))


def takes_option(name: str, **changes: Any) -> Callable[[Command], Command]:
    """Decorate a command with one option of the table.

    Parameters
    ----------
    name : str
    **changes
        Fields of `nipype_maps.options.Option` in which the command differs.
    """
    changed = dataclasses.replace(option(name), **changes)
    return lambda command: _with_options(command, [changed])


def value_per_run(values: Sequence[Any], n_runs: int, name: str) -> list[Any]:
    """One value for each run, from an option that is given once per run.

    An option that is given once applies to all runs, one that is not given is None.

    Parameters
    ----------
    values : sequence
    n_runs : int
    name : str
        Of the option.

    Raises
    ------
    click.UsageError
        If there is another number of values than of runs.

    Examples
    --------
    >>> value_per_run((2.0,), 3, "t_r"), value_per_run((), 2, "t_r")
    ([2.0, 2.0, 2.0], [None, None])
    """
    if len(values) not in (0, 1, n_runs):
        # the tables of one run are not those of another
        once = "" if name == "confounds_files" else "once for all runs, or "
        raise click.UsageError(
            f"{option(name).flag} is given {len(values)} times for {counted(n_runs, 'run')}; give it "
            f"{once}once per run (several tables of one run joined by commas)."
        )
    return list(values) if len(values) == n_runs else [*values, None][:1] * n_runs


def _with_options(command: Command, options: Sequence[Option]) -> Command:
    for one in reversed(options):
        command = _click_option(one)(command)
    return command


def _click_option(one: Option) -> Callable[[Command], Command]:
    """The option of the command for a definition."""
    attributes: dict[str, Any] = {"help": one.command_help, "cls": OptionOfTopic, "topic": one.topic}
    if one.is_required:
        attributes["required"] = True
    if one.metavar:
        attributes["metavar"] = one.metavar
    if one.is_switch:
        attributes |= {"flag_value": not one.default, "default": one.default}
    elif one.choices:
        attributes |= _choice(one)
    elif one.syntax:
        attributes["type"] = SYNTAXES[one.syntax]
    elif one.unit:
        attributes |= {"type": UNITS[one.unit], "metavar": one.metavar or one.unit.upper()}
    elif one.type == "int | None":
        attributes["type"] = Count()
    if one.repeats:
        attributes["multiple"] = True
    if one.repeats == "words":
        attributes |= {"takes_words": True, "callback": _split_at_commas}
    if one.repeats == "joined":
        attributes["callback"] = lambda context, parameter, values: "+".join(values) or None
    elif one.repeats == "values" and one.syntax == "files":
        attributes["callback"] = lambda context, parameter, groups: [
            path for group in groups for path in group
        ]
    return click.option(one.flag, *one.aliases, one.name, **attributes)


def _split_at_commas(
    context: click.Context, parameter: click.Parameter, words: Sequence[str]
) -> tuple[str, ...]:
    """The labels in some words, each once; no label has a comma."""
    labels = [label.strip() for word in words for label in word.split(",")]
    for label in labels:
        if not label:
            raise click.BadParameter("a label between two commas or at an end is empty.", context, parameter)
        if not LABEL.fullmatch(label) or label in ("participant", "group"):
            raise click.BadParameter(
                f"{label!r} is no label; give IN, OUT and participant before lists of labels.",
                context,
                parameter,
            )
    return tuple(dict.fromkeys(labels))


def _choice(one: Option) -> dict[str, Any]:
    """Attributes of an option with choices: those that are strings, and words for others."""
    words, texts = dict(one.words), [choice for choice in one.choices if isinstance(choice, str)]
    default = [word for word, value in words.items() if value is one.default]
    if isinstance(one.default, str):
        default = [one.default]
    others = [word for word in words if word not in default]
    attributes: dict[str, Any] = {
        "type": click.Choice([*(word for word in default if word not in texts), *texts, *others]),
        "callback": lambda context, parameter, word: words.get(word, word),
    }
    if one.default is not None:
        attributes |= {"default": default[0], "show_default": True}
    return attributes
