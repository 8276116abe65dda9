"""Frames that were removed from a run before, as XCP-D does: what its table of outliers says of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..images.filenames import short_name
from ..storage.paths import PathLike
from .run_tables import tables_of
from .text_tables import read_lines

#: What a temporal filter needs, and what to do without it.
NO_FILTER = (
    "but low_pass (--low-pass) and high_pass (--high-pass) need all frames; leave them out, since XCP-D "
    "filters before it removes frames, or take the run with all frames (desc-interpolated, or fMRIPrep's)."
)


@dataclass(frozen=True)
class MissingFrames:
    """Frames that a run lacks.

    Attributes
    ----------
    table : pathlib.Path
        The table of outliers, of a row per frame that was acquired.
    n_rows : int
        Its rows.
    kept : tuple of int or None
        Its rows that are the frames of the run; None if none of its columns keeps as many.
    n_frames : int
        Of the run.
    """

    table: Path
    n_rows: int
    kept: tuple[int, ...] | None
    n_frames: int

    def __str__(self) -> str:
        return f"{self.n_rows - self.n_frames} of the {self.n_rows} frames of {self.table.name}"


def missing_frames(run: PathLike, n_frames: int) -> MissingFrames | None:
    r"""The frames that were removed from a run; None if no table beside it has more rows than it has frames.

    XCP-D removes censored frames from ``desc-denoised`` and ``desc-denoisedSmoothed``, and leaves or
    interpolates them in ``desc-interpolated``: only their number tells.

    Parameters
    ----------
    run : path-like
    n_frames : int
        Of the run.

    Raises
    ------
    OSError, ValueError
        If a table cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "sub-01_task-rest_outliers.tsv").write_text("framewise_displacement\n1\n0\n1\n0\n")
    >>> run = folder / "sub-01_task-rest_space-MNI_desc-denoised_bold.nii.gz"
    >>> missing_frames(run, 2).kept, missing_frames(run, 3).kept, missing_frames(run, 4)
    ((1, 3), None, None)
    """
    found = [(table, *_rows_and_choices(table)) for table in outlier_tables(run)]
    longer = [(table, n_rows, choices) for table, n_rows, choices in found if n_rows > n_frames]
    if not longer or any(n_rows == n_frames for _, n_rows, _ in found):
        return None
    choices = {kept for _, _, choices in longer for kept in choices if len(kept) == n_frames}
    table, n_rows, _ = next((one for one in longer if choices.intersection(one[2])), longer[0])
    return MissingFrames(table, n_rows, choices.pop() if len(choices) == 1 else None, n_frames)


def outlier_tables(run: PathLike) -> list[Path]:
    """The tables of outliers of a run."""
    return tables_of(run, "outliers")


def require_all_frames(run: str, lacking: object) -> None:
    """Raise ValueError if a run is to be filtered in time, but lacks frames.

    Parameters
    ----------
    run : str
        For the message.
    lacking : MissingFrames or str, or None
    """
    if lacking:
        raise ValueError(f"{run} lacks {lacking}, {NO_FILTER}")


def note_of(missing: MissingFrames, run: PathLike, times: Sequence[float] | None) -> str:
    """A message on the frames that a run lacks, and on the times of those that it has.

    Parameters
    ----------
    missing : MissingFrames
    run : path-like
    times : sequence of float or None
        Onsets of the frames of the run, if they are known.
    """
    if missing.kept is None:
        known = "and no column of it leaves as many as the run has; the times of rows are not known"
    elif times is None:
        known = "and its repetition time is not known"
    else:
        known = "so that rows are not evenly spaced; their times are in VolumeTiming"
    return f"{short_name(run)} lacks {missing}, {known}."


def _rows_and_choices(table: Path) -> tuple[int, set[tuple[int, ...]]]:
    """The number of rows, and for each column of zeros and ones the rows that are 0: those that were kept."""
    if not table.exists():
        raise ValueError(
            f"{table} is a link to a file that does not exist; get its content first (datalad get)."
        )
    rows = [line.split("\t") for line in read_lines(table)[1:]]
    choices = set()
    for column in zip(*rows, strict=False):
        with suppress(ValueError):
            flags = [float(field) for field in column]
            if set(flags) <= {0.0, 1.0}:
                choices.add(tuple(row for row, flag in enumerate(flags) if not flag))
    return len(rows), choices
