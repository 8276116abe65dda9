"""How much a participant moved in a run, by its table of confounds."""

from __future__ import annotations

import math
from statistics import fmean

from ...storage.paths import PathLike

COLUMN = "framewise_displacement"


def mean_framewise_displacement(table: PathLike | None) -> float | None:
    r"""The mean framewise displacement of all frames that have one, in mm; None where it is not known.

    Fields of other columns are not parsed: fMRIPrep's tables have hundreds, and data sets thousands of
    runs.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> table = pathlib.Path(tempfile.mkdtemp(), "confounds.tsv")
    >>> _ = table.write_text("trans_x\tframewise_displacement\n0\tn/a\n0.1\t0.1\n0.2\t0.3\n0\tnan\n")
    >>> mean_framewise_displacement(table), mean_framewise_displacement(None)
    (0.2, None)
    """
    if table is None:
        return None
    try:
        from ...bids.text_tables import read_lines

        header, *lines = (line.split("\t") for line in read_lines(table))
        place = header.index(COLUMN)
        fields = (line[place].strip() for line in lines)
        steps = [float(field) for field in fields if field not in ("n/a", "")]
        return fmean(step for step in steps if math.isfinite(step))
    except (OSError, ValueError, IndexError):  # no such column, or no table: reading it for signals tells
        return None
