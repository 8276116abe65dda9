"""The sidecar of a table of signals: every entry declared once, with its type, unit and meaning.

The order here is that of the file.  Interfaces write entries with `nipype_maps.bids.sidecar_parts`;
`nipype_maps.bids.sidecars` reads them; docs/outputs.md shows `table`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..options import FIT, TRANSFORM, Option, option, options_of
from .json_kinds import (
    AFFINE,
    COUNT_PER_RUN,
    FRAMES,
    MAGNITUDE,
    MAGNITUDES,
    NUMBER,
    OBJECT,
    SECONDS,
    SHAPE,
    SHARES,
    SOURCES,
    TEXT,
    TEXTS,
    TIMES,
    WHOLE_NUMBER,
    Kind,
    kind_of,
)


@dataclass(frozen=True)
class Entry:
    """An entry of a sidecar.

    Attributes
    ----------
    path : str
        Its key, after those of the objects that contain it: ``Maps.Grid.Shape``.
    kind : Kind
    doc : str
        One line.
    writer : str
        The interface that writes it; of several the first.
    unit : str
    """

    path: str
    kind: Kind
    doc: str
    writer: str
    unit: str = ""

    @property
    def section(self) -> str:
        """Path of the object that contains it; empty at the top."""
        return self.path.rpartition(".")[0]

    @property
    def key(self) -> str:
        """Its key in that object."""
        return self.path.rpartition(".")[2]


def _of_options(section: str, options: Iterable[Option], writer: str) -> tuple[Entry, ...]:
    """The entries of options, which are declared in `nipype_maps.options`."""
    return tuple(
        Entry(f"{section}.{one.key}".lstrip("."), kind_of(one), one.doc, writer, one.unit)
        for one in options
        if one.key
    )


#: In the order in which they are written: what readers look for first, then how the signals were
#: made, long lists, and what they were made from.
ENTRIES: tuple[Entry, ...] = (
    Entry("Description", TEXT, "What the table contains", "Project"),
    *_of_options("", [option("confounds_strategy")], "SelectConfounds"),
    Entry("FramesInRun", WHOLE_NUMBER, "Number of frames of the run, before censoring", "Project"),
    Entry("NumberOfFramesKept", WHOLE_NUMBER, "Number of rows", "SelectConfounds"),
    Entry(
        "DegreesOfFreedom", COUNT_PER_RUN,
        "Frames kept, less what was regressed out and the frequencies that the filter removes; a list where "
        "several acquisitions are concatenated", "Clean",
    ),
    Entry(
        "DegreesOfFreedomBeforeFilter", COUNT_PER_RUN, "Frames kept, less what was regressed out", "Clean"
    ),
    Entry("Warnings", TEXTS, "What was noticed of maps, run and confounds, each once", "FitProjector"),
    Entry(
        "WarningKinds", TEXTS, "Per warning: its kind, one word; docs/checks.md lists them", "FitProjector"
    ),
    Entry(
        "RepetitionTime", SECONDS, "Time from frame to frame of the run; null if unknown or uneven",
        "Project", unit="s",
    ),
    Entry(
        "SamplingFrequency", NUMBER,
        "Rows per second; only if rows are evenly spaced: no frame between two rows was censored, or removed "
        "before", "Project",
        unit="Hz",
    ),
    Entry(
        "StartTime", NUMBER,
        "When the first row was acquired, after the run's first frame began; not if that is unknown, as "
        "where first frames were censored and the repetition time is unknown", "Project", unit="s",
    ),
    Entry(
        "VolumeTiming", TIMES, "Onsets of all frames of the run; only if unevenly spaced", "Project", unit="s"
    ),
    Entry("Cleaning", OBJECT, "What was done to the signals along time", "Clean"),
    *_of_options("Cleaning", options_of(TRANSFORM, node="Clean"), "Clean"),
    *_of_options("Cleaning", [option("high_variance_confounds")], "Clean"),
    Entry("Cleaning.ConfoundColumns", TEXTS, "Columns that were regressed out", "SelectConfounds"),
    Entry(
        "Cleaning.ConfoundsFilledAtStart", TEXTS,
        "Columns without a number in the first frames, which took their first number there", "Clean",
    ),
    Entry(
        "Cleaning.StrategyDefinition", OBJECT,
        "What each name in the strategy stood for; only with a strategy", "SelectConfounds",
    ),
    *_of_options("", options_of(TRANSFORM, node="Project"), "Project"),
    Entry("Maps", OBJECT, "The maps, and how they were prepared", "FitProjector"),
    *_of_options("Maps", options_of(FIT), "FitProjector"),
    Entry("Maps.Grid", OBJECT, "The working grid", "FitProjector"),
    Entry("Maps.Grid.Shape", SHAPE, "Its number of voxels along each axis", "FitProjector"),
    Entry(
        "Maps.Grid.Affine", AFFINE, "Its affine, from voxel indices to world coordinates (RAS+)",
        "FitProjector", unit="mm",
    ),
    Entry("Maps.Rank", WHOLE_NUMBER, "Numerical rank of the maps", "FitProjector"),
    Entry(
        "Maps.ConditionNumber", MAGNITUDE, "Condition number of the maps that are not empty", "FitProjector"
    ),
    Entry(
        "Maps.ScaledConditionNumber", MAGNITUDE, "The same of the maps scaled to unit length", "FitProjector"
    ),
    Entry("Maps.Names", TEXTS, "Names of the maps, in the order of the columns", "FitProjector"),
    Entry(
        "Maps.FittedMaps", TEXTS,
        "Names of all maps that were fitted together; only if the signals of some are not written",
        "FitProjector",
    ),
    Entry(
        "Maps.Coverage", SHARES,
        'Per map: share of its absolute weight inside grid and mask; "n/a" for a map that is 0 everywhere',
        "FitProjector",
    ),
    Entry(
        "Maps.SignalCoverage", SHARES,
        "Per map: share of its absolute weight inside grid and mask where the run has signal", "Project",
    ),
    Entry(
        "Maps.VarianceInflation", MAGNITUDES,
        "Per map: variance inflation factor, 1 for a map orthogonal to all others", "FitProjector",
    ),
    Entry("FramesKept", FRAMES, "Frames of the run that the rows are, counted from 0", "Clean"),
    Entry(
        "FramesCensored", OBJECT,
        "Frames that the strategy censored, by the reason, counted from 0; only with a strategy",
        "SelectConfounds",
    ),
    Entry("Sources", TEXTS, "Names of the files under Provenance, each once", "Project"),
    Entry("Provenance", OBJECT, "The files that the signals were made from, by their roles", "FitProjector"),
    Entry("Provenance.Run", SOURCES, "The run", "Project"),
    Entry("Provenance.Confounds", SOURCES, "Tables of confounds", "SelectConfounds"),
    Entry("Provenance.SampleMask", SOURCES, "File of frames to keep", "SelectConfounds"),
    Entry(
        "Provenance.RunLabels", SOURCES,
        "File of each frame's acquisition, where several are concatenated", "Clean",
    ),
    Entry("Provenance.Mask", SOURCES, "The mask", "FitProjector"),
    Entry("Provenance.Maps", SOURCES, "The maps", "FitProjector"),
    Entry("Provenance.Strategies", SOURCES, "File of further strategies", "SelectConfounds"),
    Entry("Versions", OBJECT, "Versions of the packages that the signals depend on", "Project"),
)  # fmt: skip
BY_PATH = {entry.path: entry for entry in ENTRIES}


def table() -> str:
    """The entries as a Markdown table, for docs/outputs.md.

    Examples
    --------
    >>> print(table().splitlines()[4])
    | `FramesInRun` | whole number |  | Number of frames of the run, before censoring | Project |
    """
    rows = [
        f"| `{entry.path}` | {entry.kind.name} | {entry.unit} | {entry.doc} | {entry.writer} |"
        for entry in ENTRIES
    ]
    return "\n".join(["| key | type | unit | meaning | written by |", "|---|---|---|---|---|", *rows]) + "\n"
