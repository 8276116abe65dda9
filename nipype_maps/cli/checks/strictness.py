"""What is warned of before anything is computed, and refused with ``--strict``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ..messages import warn

if TYPE_CHECKING:
    from ...graphs import RunInputs


def warn_or_refuse(messages: Iterable[str], strict: bool) -> None:
    """Show warnings; with ``--strict``, refuse the call for the first of them.

    Parameters
    ----------
    messages : iterable of str
    strict : bool

    Raises
    ------
    click.UsageError
    """
    messages = list(messages)
    if strict and messages:
        raise click.UsageError(f"{messages[0].rstrip('.')} (refused by --strict).")
    warn(messages)


def require_certain_spaces(runs: Sequence[RunInputs], maps: Sequence[str], mask: str | None) -> None:
    """Refuse runs, maps and masks whose names do not say that they are in one space.

    Without ``--strict`` the steps warn of names that certainly differ, in the sidecars.

    Parameters
    ----------
    runs : sequence of RunInputs
    maps : sequence of str
    mask : str or None
        Of all runs; a run's own comes before it.

    Raises
    ------
    click.UsageError
        On the first pair of files.
    """
    for run in runs:
        for problem in _problems(run, maps, mask):
            raise click.UsageError(problem)


def _problems(run: RunInputs, maps: Sequence[str], mask: str | None) -> Iterator[str]:
    from ...bids.spaces import space_of, spaces_differ

    own = space_of(run.first_file)
    others = [("maps", path) for path in maps] + [("mask", path) for path in (run.mask_file or mask,) if path]
    for what, path in others:
        other = space_of(path)
        if own is None or other is None or own.lower() == other.lower():
            continue
        if spaces_differ(own, other):
            yield (
                f"by their names {run.first_file} is in the space {own}, but the {what} {path} in {other}; "
                "give files of one space (refused by --strict)."
            )
        else:
            yield (
                f"by their names {run.first_file} is in the space {own} and the {what} {path} in {other}, "
                "which may be two spaces; give files whose names say the same (refused by --strict)."
            )
