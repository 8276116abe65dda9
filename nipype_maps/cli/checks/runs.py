"""Each run's tables, frames and repetition time against the options, from headers alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...storage.paths import PathLike

if TYPE_CHECKING:
    from ...bids.runs import Run
    from ...graphs import RunInputs


def check_runs(runs: Sequence[RunInputs], options: Mapping[str, Any]) -> None:
    """Raise click.UsageError at the first problem of a run; runs that cannot be read are left out."""
    from ...bids.runs import Run

    for run in runs:
        try:
            image = Run(run.run_file, run.t_r, quiet=True)
        except (OSError, ValueError):
            continue  # it fails alone, and the others are executed
        for problem in problems_of(run, image, options):
            raise click.UsageError(problem)


def problems_of(run: RunInputs, image: Run, options: Mapping[str, Any]) -> Iterator[str]:
    """Messages on what contradicts the options; of the image only the header is read.

    Parameters
    ----------
    run : RunInputs
    image : nipype_maps.bids.runs.Run
        Of the same run.
    options : mapping
        Of the graphs.
    """
    try:
        _check_tables(run, image, options)
        yield from _problems_of_frames(run, image)
        yield from _problems_of_band(image, options.get("low_pass"), options.get("high_pass"))
    except (OSError, ValueError) as error:
        yield str(error)


def _check_tables(run: RunInputs, image: Run, options: Mapping[str, Any]) -> None:
    """Raise ValueError if a run's tables of confounds are of other frames, or lack columns."""
    from ...bids.tables import read_header
    from ...confounds.columns import chosen_by
    from ...confounds.tables import require_rows

    names: list[str] = []
    for table in run.confounds_files:
        columns, n_rows = read_header(table)
        names += columns
        require_rows(str(table), n_rows, image.n_volumes, image.name)
    if run.confounds_files:
        source = ", ".join(map(str, run.confounds_files))
        chosen_by(names, options.get("confound_columns") or (), source)
    if (strategy := options.get("confounds_strategy")) is not None and len(run.confounds_files) == 1:
        _check_strategy(strategy, options.get("strategies_file"), run.confounds_files[0], names)


def _check_strategy(
    strategy: str, strategies_file: PathLike | None, table: PathLike, names: list[str]
) -> None:
    """Raise ValueError if a table does not have the columns that a strategy needs."""
    from ...bids.sidecars import sidecar_of
    from ...confounds.selection import require_columns
    from ...confounds.strategies import read_strategies
    from ...notes import collected
    from ...storage.json_files import read_json

    metadata = read_json(sidecar_of(table)) if sidecar_of(table).exists() else {}
    with collected():  # these notes are repeated when the columns are selected
        require_columns(strategy, read_strategies(strategies_file), names, metadata, str(table))


def _problems_of_frames(run: RunInputs, image: Run) -> Iterator[str]:
    from ...confounds.frames import read_run_labels, read_sample_mask
    from ...notes import collected
    from ...numerics.frames import kept_frames

    if isinstance(run.runs, (str, Path)):
        read_run_labels(run.runs, image.n_volumes)
    if not isinstance(run.sample_mask, (str, Path)):
        return
    with collected():  # these notes are repeated when the frames are read
        frames = read_sample_mask(run.sample_mask, image.n_volumes)
    try:
        kept_frames(frames, image.n_volumes)
    except ValueError as error:
        yield f"--sample-mask {run.sample_mask} does not fit {image.name}: {error}"


def _problems_of_band(image: Run, low_pass: float | None, high_pass: float | None) -> Iterator[str]:
    from ...bids.missing_frames import require_all_frames
    from ...bids.timing import require_even_frames

    cut_offs = {"--low-pass": low_pass, "--high-pass": high_pass}
    given = {option: value for option, value in cut_offs.items() if value is not None}
    if not given:
        return
    require_all_frames(image.name, image.missing)
    t_r = image.t_r
    if (uneven := image.uneven) is not None:
        require_even_frames(image.name, uneven.file)
    if t_r is None:
        yield (
            f"{image.name} has no repetition time in its header or a sidecar, which --low-pass and "
            "--high-pass need; give --t-r."
        )
        return
    for option, value in given.items():
        if value >= 0.5 / t_r:
            yield (
                f"{option} {value:g} Hz is not below the Nyquist frequency of {image.name}, {0.5 / t_r:g} Hz "
                f"at a repetition time of {t_r:g} s; choose a lower frequency, or leave it out."
            )
