"""Whether the files that are given for a run are that run's, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ...graphs import RunInputs


def require_own_files(runs: Sequence[RunInputs]) -> None:
    """Refuse files that fit another of the runs by their names, and tables that serve several.

    Parameters
    ----------
    runs : sequence of RunInputs

    Raises
    ------
    click.UsageError
    """
    from ...graphs import crossings

    for message in crossings(runs):
        raise click.UsageError(
            f"{message}; give each run its own, in the order of the runs (several tables of one run joined "
            "by commas), or --allow-mismatch if this is intended."
        )


def require_matching_entities(runs: Sequence[RunInputs], maps: Sequence[str], mask: str | None) -> None:
    """Refuse files whose BIDS entities are those of another run.

    A mask and maps that serve all runs may be of another session or task, but not of another
    participant.

    Parameters
    ----------
    runs : sequence of RunInputs
    maps : sequence of str
    mask : str or None

    Raises
    ------
    click.UsageError
        On the first such file.
    """
    from ...bids.pairing import mismatch
    from ...images.filenames import stem

    for path in maps:
        if stem(path).endswith("_bold"):
            raise click.UsageError(
                f"--maps {path} is a run by its name (_bold); give maps, or --allow-mismatch if they are."
            )
        if stem(path).endswith("_dseg"):
            raise click.UsageError(
                f"--maps {path} is one volume of the labels of regions by its name (_dseg), not an image per "
                "map; give maps (_probseg), or --allow-mismatch if it contains maps."
            )
    for run in runs:
        found = run.mismatches()
        for shared in (*maps, *([mask] if mask else [])):
            message = mismatch(run.first_file, shared, folders=True, entities=["sub"])
            found += [message] if message else []
        if found:
            raise click.UsageError(
                f"{found[0]}; give each run its own files, or --allow-mismatch if this is intended."
            )
