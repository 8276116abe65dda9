"""Whether what is given for a run is that run's."""

from __future__ import annotations

from collections.abc import Sequence

import click


def require_straight(runs: Sequence) -> None:
    """Refuse tables and frames that fit another of the runs, or tables that serve several.

    Parameters
    ----------
    runs : sequence of RunInputs

    Raises
    ------
    click.UsageError
    """
    from ..graphs import crossings

    for sentence in crossings(runs):
        raise click.UsageError(
            f"{sentence}; give each run its own, in the order of the runs (several tables of one run joined "
            "by commas), or --allow-mismatch if this is meant."
        )


def require_matches(runs: Sequence, maps: Sequence[str], mask: str | None) -> None:
    """Refuse files that are another run's by their names.

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
    from ..bids.pairing import mismatch
    from ..images.filenames import stem

    for path in maps:
        if stem(path).endswith("_bold"):
            raise click.UsageError(
                f"--maps {path} is a run by its name (_bold); give maps, or --allow-mismatch if they are."
            )
    for run in runs:
        told = run.mismatches()
        for shared in (*maps, *([mask] if mask else [])):
            sentence = mismatch(run.run_file, shared, folders=True, entities=["sub"])
            told += [sentence] if sentence else []
        if told:
            raise click.UsageError(
                f"{told[0]}; give each run what belongs to it, or --allow-mismatch if this does."
            )
