"""The sidecar of a table of signals: every entry declared once, with its type, unit and meaning.

Interfaces make their entries with `section` and `warning_entries`; `nipype_maps.bids.sidecars`
reads them; docs/outputs.md shows `table`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..notes import Note
from ..options import FIT, TRANSFORM, Option, option, options_of
from .json_kinds import (
    AFFINE,
    COUNT_PER_RUN,
    FRAMES,
    MAGNITUDE,
    MAGNITUDES,
    OBJECT,
    SECONDS,
    SHAPE,
    SHARES,
    SOURCE,
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


SELECTION = "Cleaning.ConfoundsSelection"
#: In the order in which they are written.
ENTRIES: tuple[Entry, ...] = (
    Entry("Description", TEXT, "What the table contains", "Project"),
    Entry(
        "RepetitionTime", SECONDS, "Time from frame to frame; null if unknown or uneven", "Project", unit="s"
    ),
    Entry("VolumeTiming", TIMES, "Onsets of the frames; only if unevenly spaced", "Project", unit="s"),
    Entry("FramesInRun", WHOLE_NUMBER, "Number of frames of the run, before censoring", "Project"),
    *_of_options("", options_of(TRANSFORM, node="Project"), "Project"),
    Entry("Sources", SOURCES, "The run's files and their SHA-256 checksums", "Project"),
    Entry("Maps", OBJECT, "The maps, and how they were prepared", "FitProjector"),
    *_of_options("Maps", options_of(FIT), "FitProjector"),
    Entry("Maps.Grid", OBJECT, "The working grid", "FitProjector"),
    Entry("Maps.Grid.Shape", SHAPE, "Its number of voxels along each axis", "FitProjector"),
    Entry(
        "Maps.Grid.Affine", AFFINE, "Its affine, from voxel indices to world coordinates (RAS+)",
        "FitProjector", unit="mm",
    ),
    Entry("Maps.Names", TEXTS, "Names of the maps, in the order of the columns", "FitProjector"),
    Entry(
        "Maps.Coverage", SHARES,
        'Per map: share of its absolute weight inside grid and mask; "n/a" for a map that is 0 everywhere',
        "FitProjector",
    ),
    Entry("Maps.Rank", WHOLE_NUMBER, "Numerical rank of the maps", "FitProjector"),
    Entry(
        "Maps.ConditionNumber", MAGNITUDE, "Condition number of the maps that are not empty", "FitProjector"
    ),
    Entry(
        "Maps.ScaledConditionNumber", MAGNITUDE, "The same of the maps scaled to unit length", "FitProjector"
    ),
    Entry(
        "Maps.VarianceInflation", MAGNITUDES,
        "Per map: variance inflation factor, 1 for a map orthogonal to all others", "FitProjector",
    ),
    Entry("Maps.Sources", SOURCES, "The maps' files and their SHA-256 checksums", "FitProjector"),
    Entry("Maps.MaskSource", SOURCE, "The mask's file; only with a mask", "FitProjector"),
    Entry(
        "Maps.SignalCoverage", SHARES,
        "Per map: share of its absolute weight inside grid and mask where the run has signal", "Project",
    ),
    Entry("Versions", OBJECT, "Versions of the packages that the signals depend on", "Project"),
    Entry("FramesKept", FRAMES, "Frames of the run that the rows are, counted from 0", "Clean"),
    Entry(
        "DegreesOfFreedom", COUNT_PER_RUN,
        "Frames kept, less what was regressed out and the frequencies that the filter removes; a list where "
        "several acquisitions are concatenated", "Clean",
    ),
    Entry(
        "DegreesOfFreedomBeforeFilter", COUNT_PER_RUN, "Frames kept, less what was regressed out", "Clean"
    ),
    Entry("Cleaning", OBJECT, "What was done to the signals along time", "Clean"),
    *_of_options("Cleaning", options_of(TRANSFORM, node="Clean"), "Clean"),
    *_of_options("Cleaning", [option("high_variance_confounds")], "Clean"),
    Entry("Cleaning.ConfoundColumns", TEXTS, "Columns that were regressed out", "Clean"),
    Entry(
        "Cleaning.ConfoundsFilledAtStart", TEXTS,
        "Columns without a number in the first frames, which took their first number there", "Clean",
    ),
    Entry(
        "Cleaning.ConfoundsSources", SOURCES,
        "Tables of confounds, with their checksums; empty with a strategy", "Clean",
    ),
    Entry(
        SELECTION, OBJECT, "How confounds and frames were selected; only with a strategy", "SelectConfounds"
    ),
    Entry(f"{SELECTION}.Strategy", TEXT, "The strategy as given", "SelectConfounds"),
    Entry(f"{SELECTION}.Definition", OBJECT, "What each name in it stood for", "SelectConfounds"),
    Entry(f"{SELECTION}.Columns", TEXTS, "Columns that it selected", "SelectConfounds"),
    Entry(f"{SELECTION}.FramesInRun", WHOLE_NUMBER, "Number of rows of the table", "SelectConfounds"),
    Entry(f"{SELECTION}.NumberOfFramesKept", WHOLE_NUMBER, "Number of frames it kept", "SelectConfounds"),
    Entry(
        f"{SELECTION}.FramesCensored", OBJECT, "Frames that it censored, by the reason, counted from 0",
        "SelectConfounds",
    ),
    Entry(f"{SELECTION}.Sources", SOURCES, "The table of confounds, with its checksum", "SelectConfounds"),
    Entry(
        f"{SELECTION}.StrategiesSource", SOURCE, "The file of further strategies; only if one was given",
        "SelectConfounds",
    ),
    Entry(
        f"{SELECTION}.SampleMaskSource", SOURCE, "The file of frames to keep; only if one was given",
        "SelectConfounds",
    ),
    Entry(
        "Cleaning.SampleMaskSource", SOURCE,
        "The file of frames to keep; only if one was given, and no strategy", "Clean",
    ),
    Entry(
        "Cleaning.RunLabelsSource", SOURCE,
        "The file of each frame's acquisition, where several are concatenated; only if one was given",
        "Clean",
    ),
    Entry("Warnings", TEXTS, "What was noticed of maps, run and confounds, each once", "Clean"),
    Entry("WarningKinds", TEXTS, "Per warning: its kind, one word; docs/checks.md lists them", "Clean"),
)  # fmt: skip
BY_PATH = {entry.path: entry for entry in ENTRIES}


def section(name: str, values: Mapping[str, object]) -> dict[str, object]:
    """Entries of one object of the sidecar, in the declared order.

    Parameters
    ----------
    name : str
        Path of the object, such as ``Maps.Grid``; empty for the sidecar itself.
    values : dict
        By key.  Declared entries that are missing are left out.

    Raises
    ------
    KeyError
        If an entry is not declared.

    Examples
    --------
    >>> section("Maps.Grid", {"Affine": [], "Shape": [91, 109, 91]})
    {'Shape': [91, 109, 91], 'Affine': []}
    >>> section("Maps.Grid", {"Size": 2})
    Traceback (most recent call last):
    KeyError: "'Maps.Grid' has no entry 'Size'"
    """
    declared = [entry.key for entry in ENTRIES if entry.section == name]
    if unknown := sorted(values.keys() - set(declared)):
        raise KeyError(f"{name!r} has no entry {unknown[0]!r}")
    return {key: values[key] for key in declared if key in values}


def warning_entries(*sources: Mapping[str, Sequence[str]] | Iterable[Note]) -> dict[str, object]:
    """``Warnings`` and ``WarningKinds``, lists of one length, from earlier sidecars and from notes.

    Parameters
    ----------
    *sources : dict, or iterable of Note
        A sidecar's content (or any part that has these entries), or what
        `nipype_maps.notes.collected` gives.  A message that comes again is left out.

    Returns
    -------
    dict
        Messages in the order in which they first come; the kind of one that has none is empty.

    Examples
    --------
    >>> earlier = {"Warnings": ["map-03 is empty."], "WarningKinds": ["EmptyMaps"]}
    >>> warning_entries(earlier, [Note("no t_r.", "Timing"), Note("map-03 is empty.", "EmptyMaps")])
    {'Warnings': ['map-03 is empty.', 'no t_r.'], 'WarningKinds': ['EmptyMaps', 'Timing']}
    """
    kinds: dict[str, str] = {}
    for source in sources:
        if isinstance(source, Mapping):
            messages = source.get("Warnings", [])
            given = [*source.get("WarningKinds", []), *[""] * len(messages)]
            pairs = list(zip(messages, given, strict=False))
        else:
            pairs = [(str(note), note.kind) for note in source]
        for message, kind in pairs:
            kinds[message] = kinds.get(message) or kind
    return section("", {"Warnings": list(kinds), "WarningKinds": list(kinds.values())})


def table() -> str:
    """The entries as a Markdown table, for docs/outputs.md.

    Examples
    --------
    >>> print(table().splitlines()[5])
    | `FramesInRun` | whole number |  | Number of frames of the run, before censoring | Project |
    """
    rows = [
        f"| `{entry.path}` | {entry.kind.name} | {entry.unit} | {entry.doc} | {entry.writer} |"
        for entry in ENTRIES
    ]
    return "\n".join(["| key | type | unit | meaning | written by |", "|---|---|---|---|---|", *rows]) + "\n"
