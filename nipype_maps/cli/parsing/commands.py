"""Commands that misread nothing: no option twice, no empty value, no misspelt name."""

from __future__ import annotations

import atexit
import difflib
import importlib
import os
import sys
from collections import Counter, defaultdict
from typing import Any

import click

from ..process.exit_status import ending_with_status
from ..process.streams import lasting_output

#: Headings in the help of a command, in their order.
TOPICS = (
    "Inputs", "Selection of runs", "Results", "Maps", "Resampling", "Smoothing", "Confounds", "Filtering",
    "Signals", "Execution",
)  # fmt: skip
#: Commands that have another name now.
RENAMED = {"clean": "prune"}


class Command(click.Command):
    """A command that refuses what click would pass over, and whose help has headings.

    Click keeps the last value of an option that takes one value and is given twice; and takes the
    next option for the value of an option without one.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Check the words, then parse them."""
        given, _, order = self.make_parser(ctx).parse_args(args=list(args))
        counts = Counter(order)
        if not (ctx.resilient_parsing or any(param.is_eager for param in counts)):
            for param, count in counts.items():
                _check(param, count, given.get(param.name), ctx)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under the headings of their topics."""
        topics = defaultdict(list)
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                topics[getattr(param, "topic", "") or "Other"].append(record)
        for topic in (*TOPICS, "Other"):
            if topic in topics:
                with formatter.section("Options" if len(topics) == 1 else topic):
                    formatter.write_dl(topics[topic])

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command, once it is known that nipype can be imported."""
        _load_nipype()
        return super().invoke(ctx)


class Group(click.Group):
    """Commands that end with a message and a status, whatever happens."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order in which users need them."""
        return list(self.commands)

    def main(self, *args: Any, **options: Any) -> Any:
        """Call a command from outside Python."""
        with lasting_output():
            return super().main(*args, **options)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command by its name."""
        name = args[0]
        if name in RENAMED:
            ctx.fail(f"nipype-maps {name} is now nipype-maps {RENAMED[name]}.")
        if not name.startswith("-") and name not in self.commands:
            near = difflib.get_close_matches(name, self.commands, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.commands)}."
            ctx.fail(f"no command is called {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Call a command."""
        try:
            os.getcwd()
        except OSError as error:
            raise click.ClickException("the working directory is gone; change to another one.") from error
        with ending_with_status():
            return super().invoke(ctx)


def _load_nipype() -> None:
    """Raise click.ClickException if nipype cannot be imported, as with a damaged nipype.cfg."""
    try:
        importlib.import_module("nipype")
    except ImportError:
        raise
    except Exception as error:
        # it would fail once more when the process ends, with a traceback
        if config := sys.modules.get("nipype.utils.config"):
            atexit.unregister(config.free_display)
        message = " ".join(str(error).split())
        raise click.ClickException(
            f"nipype cannot start with its settings, in nipype.cfg here or in ~/.nipype ({message}); "
            "correct them, or move the file away."
        ) from error


def _check(param: click.Parameter, count: int, given: Any, ctx: click.Context) -> None:
    """Raise click.UsageError if a parameter is given too often, or has an empty value."""
    values = given if isinstance(given, (list, tuple)) else [given]
    texts = [value for value in values if isinstance(value, str)]
    if not isinstance(param, click.Option):
        if any(not text.strip() for text in texts):
            raise click.UsageError(f"one {param.make_metavar(ctx=ctx)} is empty; give a file.", ctx)
        return
    name = param.opts[0]
    if param.is_flag:
        return
    if count > 1 and not param.multiple:
        raise click.UsageError(f"{name} is given {count} times; give it once.", ctx)
    for text in texts:
        if not text.strip():
            raise click.UsageError(f"the value of {name} is empty; give one, or leave {name} out.", ctx)
        if text.startswith("--"):
            raise click.UsageError(
                f"{name} has no value, but is followed by the option {text}; give {name} a value "
                f"(a file of such a name: ./{text}).",
                ctx,
            )
