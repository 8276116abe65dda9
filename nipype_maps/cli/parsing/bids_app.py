"""The form of a BIDS App: ``IN OUT [participant]``, and lists of labels without commas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from .click_types import FOLDER
from .commands import Command

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

LEVEL = "participant"
FORM = f"nipype-maps dataset IN OUT {LEVEL} --maps ..."
#: Options of other BIDS Apps, and what to give here instead.
ELSEWHERE = {
    "--out": f"OUT is the second argument: {FORM}",
    "--res": "choose a resolution with its space: --space MNI152NLin2009cAsym:res-2",
    "--output-spaces": "choose among the spaces of IN: --space MNI152NLin2009cAsym:res-2",
    "--atlases": "give the images of an atlas: --maps FILE",
    "--mem-gb": "give MB or a unit: --mem-mb 16G",
    "--fwhm": "give the width: --smoothing-fwhm 6",
    "--smoothing": "give the width: --smoothing-fwhm 6",
    "--skip-bids-validation": "leave it out, since IN is read without validation",
    "--omp-nthreads": "leave it out, since each process computes in one thread, and --n-procs says how many",
    "--notrack": "leave it out, since nothing is tracked",
    "--write-graph": "leave it out, and see each step with --dry-run --verbose",
    "--clean-workdir": "leave it out, and delete old results later: nipype-maps prune",
    "--fd-threshold": "censor with a strategy: --confounds-strategy 24P+scrub (above 0.5 mm), or one with "
    "another FramewiseDisplacement in a file of --strategies",
    "--dummy-scans": "leave it out, since each strategy censors the first frames that fMRIPrep marks "
    "(non_steady_state_outlier*)",
    "--fs-license-file": "leave it out, since FreeSurfer is not used",
    "--resource-monitor": "leave it out, since resources are not recorded",
    "--low-mem": "leave it out, since a run is read in blocks of 32 MB, or limit memory: --mem-mb 16G",
}
#: Options that other BIDS Apps write in several ways.
SAME = {
    "--skip-bids-validator": "--skip-bids-validation", "--fd-thresh": "--fd-threshold",
    "--fd-spike-threshold": "--fd-threshold",
    "--no-track": "--notrack", "--dummy-time": "--dummy-scans",
}  # fmt: skip


class BidsApp(Command):
    """A command that is called as BIDS Apps are, whose lists are those of argparse (``nargs='+'``)."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give each word of a list its option, then parse the words."""
        for word in args:
            option = word.partition("=")[0].replace("_", "-")
            if answer := ELSEWHERE.get(SAME.get(option, option)):
                raise click.UsageError(f"{option} is no option of dataset; {answer}", ctx)
        lists = {name for param in self.params if getattr(param, "takes_words", False) for name in param.opts}
        words = spread(args, lists)
        are_spread = len(words) > len(args)
        try:
            return super().parse_args(ctx, words)
        except click.MissingParameter as error:
            # a list has taken what followed it
            if not (are_spread and isinstance(error.param, click.Argument)):
                raise
            raise click.UsageError(
                f"{error.param.metavar} is missing; give IN and OUT before lists of labels: {FORM}", ctx
            ) from error


def spread(args: Sequence[str], lists: set[str]) -> list[str]:
    """Repeat the options that take lists before each word of theirs.

    A list ends at the next option.

    Parameters
    ----------
    args : sequence of str
        The words of a call.
    lists : set of str
        The names of such options.

    Examples
    --------
    >>> spread(["in", "--label", "01", "02", "-w", "work"], {"--label"})
    ['in', '--label', '01', '--label', '02', '-w', 'work']
    >>> spread(["--label=01", "02", "--", "in"], {"--label"})
    ['--label=01', '--label', '02', '--', 'in']
    """
    words: list[str] = []
    name, n_words = "", 0
    for index, word in enumerate(args):
        if word == "--":
            return [*words, *args[index:]]
        if word.startswith("-") and len(word) > 1:
            option, has_value, _ = word.partition("=")
            option = f"--{option[2:].replace('_', '-')}"
            name, n_words = (option, len(has_value)) if option in lists else ("", 0)
        elif name:
            words += [name] * (n_words > 0)
            n_words += 1
        words.append(word)
    return words


def bids_app_arguments(command: Decorated) -> Decorated:
    """Decorate a command with ``IN OUT [participant]`` and ``--version``."""
    source = click.Path(exists=True, file_okay=False, path_type=Path)
    for decorate in (
        click.version_option(package_name="nipype-maps"),
        click.argument(
            "level", metavar=f"[{LEVEL}]", required=False, default=LEVEL, expose_value=False, callback=_level
        ),
        click.argument("out", metavar="OUT", type=FOLDER),
        click.argument("derivatives", metavar="IN", type=source),
    ):
        command = decorate(command)
    return command


def _level(context: click.Context, parameter: click.Parameter, word: str) -> str:
    """The level of the analysis, of which there is one."""
    if word != LEVEL:
        raise click.UsageError(
            f"dataset has no analysis level {word!r}, only {LEVEL!r}, which may be left out: {FORM}", context
        )
    return word
