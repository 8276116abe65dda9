"""The inputs of the runs of a data set, and whether they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..bids.pairing import mismatch, only_shared_tables, swapped_file
from ..bids.result_names import node_name


@dataclass(frozen=True)
class RunInputs:
    """The inputs of one run.

    Attributes
    ----------
    name : str
        Unique name of the run, for its folder.
    run_file : str or sequence of str
        The run: a 4D image, a 3D image, or several 3D images.
    confounds_files : sequence of str
        Tables of confounds.
    sample_mask : str, sequence of int or of bool, or None
        The frames to keep, or a file of them.
    t_r : float or None
        Repetition time in seconds; None takes it from sidecar or header.
    mask_file : str or None
        A mask for this run alone, instead of the graph's; the run then has a fit of its own.
    runs : str, sequence of str, or None
        Label of each frame's acquisition, where several were concatenated, or a file of them.
    """

    name: str
    run_file: str | Sequence[str]
    confounds_files: Sequence[str] = field(default=())
    sample_mask: str | Sequence[int] | Sequence[bool] | None = None
    t_r: float | None = None
    mask_file: str | None = None
    runs: str | Sequence[str] | None = None

    @property
    def workflow_name(self) -> str:
        """Name of the run's transform in the graph, unique whatever characters the runs' names have."""
        return node_name("transform", self.name)

    @property
    def fit_name(self) -> str:
        """Name, in the graph, of the fit of a run with a mask of its own."""
        return node_name("fit", self.name)

    @property
    def first_file(self) -> str:
        """The run's image, or the first of several."""
        return str(self.run_file if isinstance(self.run_file, (str, Path)) else self.run_file[0])

    @property
    def frames_files(self) -> list[str]:
        """The file of frames to keep, if they are given as a file."""
        return [str(self.sample_mask)] if isinstance(self.sample_mask, (str, Path)) else []

    def mismatches(self) -> list[str]:
        """Messages about files given for the run that are another run's by their names."""
        files = [*self.confounds_files, *self.frames_files, *filter(None, [self.mask_file])]
        messages = (mismatch(self.first_file, path, folders=True) for path in files)
        return [message for message in messages if message]


def crossings(runs: Sequence[RunInputs]) -> list[str]:
    """Messages about tables and frames that are another run's by their names, or given for several runs."""
    paths, messages = [run.first_file for run in runs], []
    tables = [list(map(str, run.confounds_files or ())) for run in runs]
    if shared := only_shared_tables(tables):
        table, first, other = shared
        messages.append(
            f"the table of confounds {table} is given for {paths[first]} and for {paths[other]}, though the "
            "motion of one run is not that of another"
        )
    for given in (tables, [run.frames_files for run in runs]):
        if found := swapped_file(paths, given):
            own, file, other = found
            messages.append(
                f"{file} is given for {paths[own]}, but by its name fits another run of this call, "
                f"{paths[other]}"
            )
    return messages
