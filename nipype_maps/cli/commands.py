"""Commands that take nothing for something else: no option twice, no empty value, no misspelt name."""

from __future__ import annotations

import atexit
import difflib
import importlib
import os
import sys
from collections import Counter
from collections.abc import Sequence

import click

from .ends import ending_well
from .streams import lasting_output
from .words import in_own_words


class Command(click.Command):
    """A command that refuses what click would pass over.

    An option that takes one value and is given twice would keep the last of them; an option
    without its value would take the option behind it for one.
    """

    def parse_args(self, ctx, args):
        """Check the words, then parse them."""
        given, _, order = self.make_parser(ctx).parse_args(args=list(args))
        counts = Counter(order)
        if not (ctx.resilient_parsing or any(param.is_eager for param in counts)):
            for param, count in counts.items():
                _check(param, count, given.get(param.name), ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx):
        """Call the command, once it is known that nipype can be imported."""
        _load_nipype()
        try:
            return super().invoke(ctx)
        except click.ClickException as error:  # which may have come with a parameter's name
            error.message = in_own_words(error.message)
            raise


class Group(click.Group):
    """Commands that end with a sentence, whatever happens, and a hint where a name is not known."""

    command_class = Command

    def main(self, *args, **options):
        """Call a command from outside Python."""
        with lasting_output():
            return super().main(*args, **options)

    def resolve_command(self, ctx, args):
        """Find a command by its name."""
        name = args[0]
        if not name.startswith("-") and name not in self.commands:
            near = difflib.get_close_matches(name, self.commands, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.commands)}."
            ctx.fail(f"no command is called {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx):
        """Call a command."""
        try:
            os.getcwd()
        except OSError as error:
            raise click.ClickException("the working directory is gone; change to another one.") from error
        with ending_well():
            return super().invoke(ctx)


def _load_nipype() -> None:
    """Raise click.ClickException if nipype cannot start, which reads a nipype.cfg wherever it is called."""
    try:
        importlib.import_module("nipype")
    except ImportError:
        raise
    except Exception as error:
        # it would fail once more at the end, with a traceback
        if config := sys.modules.get("nipype.utils.config"):
            atexit.unregister(config.free_display)
        words = " ".join(str(error).split())
        raise click.ClickException(
            f"nipype cannot start with its settings, in nipype.cfg here or in ~/.nipype ({words}); "
            "correct them, or move the file away."
        ) from error


def _check(param: click.Parameter, count: int, given, ctx) -> None:
    """Raise click.UsageError if a parameter is given too often, or a value is none."""
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
                f"{name} has no value but the option {text} behind it; give {name} a value "
                f"(a file of such a name: ./{text}).",
                ctx,
            )


def joined(separator: str):
    """A callback: the values of an option that is repeated as one text, None where there are none."""

    def join(context, option, values: Sequence[str]) -> str | None:
        return separator.join(values) or None

    return join
