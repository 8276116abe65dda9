"""JSON sidecars: their paths, and the checked content of those of signals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..images.filenames import stem
from ..notes import Note
from ..numerics.precision import dtype_of
from ..options import Option, entries
from ..storage.json_files import read_json
from ..storage.paths import PathLike
from .json_kinds import is_text
from .sidecar_schema import BY_PATH

#: Marks an entry that has no default.
REQUIRED = object()


def sidecar_of(path: PathLike) -> Path:
    """The path of a file's JSON sidecar, whether or not it exists.

    Examples
    --------
    >>> sidecar_of("sub-01_bold.nii.gz").name
    'sub-01_bold.json'
    """
    return Path(path).with_name(stem(path) + ".json")


def option_entries(values: Mapping[str, Any], options: Iterable[Option]) -> dict[str, Any]:
    """Entries of options, by their keys: the values in effect rather than those given.

    The filter is null without a band, and the precision is that of the table.

    Examples
    --------
    >>> from ..options import options_of
    >>> option_entries({"filter": "butterworth", "dtype": "auto"}, options_of(node="Clean"))
    {'Filter': None, 'DType': 'float32'}
    """
    effective = dict(values)
    if "filter" in effective and values.get("low_pass") is None and values.get("high_pass") is None:
        effective["filter"] = None
    if "dtype" in effective:
        effective["dtype"] = dtype_of(effective["dtype"]).name
    if "standardize" in effective:
        effective["standardize"] = effective["standardize"] or False
    return entries(effective, options)


def require_current(content: Mapping[str, Any], path: PathLike | None) -> None:
    """Raise ValueError for a sidecar that an earlier version of nipype-maps wrote.

    Examples
    --------
    >>> require_current({"Versions": {"nipype-maps": "0.1"}, "Sources": [{}]}, "signals.json")
    Traceback (most recent call last):
    ValueError: signals.json is of an earlier version of nipype-maps; extract the signals again.
    """
    sources = content.get("Sources")
    if isinstance(sources, list) and not all(map(is_text, sources)):
        raise ValueError(f"{path} is of an earlier version of nipype-maps; extract the signals again.")


class Sidecar:
    """The sidecar of a table of signals; each entry is checked when it is read.

    Parameters
    ----------
    content : dict
    source : path-like
        The file, for messages.

    Examples
    --------
    >>> sidecar = Sidecar({"DegreesOfFreedom": 17, "Maps": {"Coverage": [0.5, "n/a"]}}, "signals.json")
    >>> sidecar.degrees_of_freedom, sidecar.coverage
    ([17], [0.5])
    >>> sidecar.frames_kept
    Traceback (most recent call last):
    ValueError: signals.json: FramesKept must be a list of whole numbers; correct it, or move the file away.
    """

    def __init__(self, content: Mapping[str, Any], source: PathLike):
        self.content, self.source = content, source

    @classmethod
    def read(cls, path: PathLike) -> Sidecar:
        """The content of a sidecar.

        Raises
        ------
        ValueError
            If the file is no JSON object.
        OSError
            If it cannot be read.
        """
        return cls(read_json(path), path)

    @classmethod
    def beside(cls, signals: PathLike) -> Sidecar:
        """The content of the sidecar beside a table, empty without such a file.

        Raises
        ------
        ValueError
            If it cannot be read.
        """
        path = sidecar_of(signals)
        if not path.exists():
            return cls({}, path)
        try:
            return cls.read(path)
        except OSError as error:
            raise ValueError(f"{path} cannot be read ({error.strerror}).") from error

    def get(self, path: str, default: object = REQUIRED) -> Any:
        """An entry by its path, such as ``Maps.Grid.Shape``.

        Parameters
        ----------
        path : str
            Of a declared entry; see `nipype_maps.bids.sidecar_schema`.
        default : object, optional
            For an entry that is missing.

        Raises
        ------
        ValueError
            If the entry is missing and has no default, or is of another type than declared.
        """
        entry = BY_PATH[path]
        container = self.get(entry.section, {}) if entry.section else self.content
        if entry.key not in container and default is not REQUIRED:
            return default
        if entry.key not in container or not entry.kind.accepts(container[entry.key]):
            raise ValueError(
                f"{self.source}: {path} must be {entry.kind}; correct it, or move the file away."
            )
        return container[entry.key]

    @property
    def t_r(self) -> float | None:
        """Seconds from frame to frame; None if unknown."""
        return self.get("RepetitionTime")

    @property
    def frames_in_run(self) -> int:
        """Number of frames of the run, before censoring."""
        return self.get("FramesInRun")

    @property
    def frames_kept(self) -> list[int]:
        """Frames of the run that the rows are, counted from 0."""
        return self.get("FramesKept")

    @property
    def degrees_of_freedom(self) -> list[int]:
        """Of each acquisition; one number unless several were concatenated."""
        value = self.get("DegreesOfFreedom")
        return value if isinstance(value, list) else [value]

    @property
    def map_names(self) -> list[str]:
        """Names of the maps, in the order of the columns."""
        return self.get("Maps.Names")

    @property
    def coverage(self) -> list[float]:
        """Of the maps that are not 0 everywhere: share of weight inside grid and mask."""
        return _numbers(self.get("Maps.Coverage"))

    @property
    def signal_coverage(self) -> list[float]:
        """Of the maps that are not 0 everywhere: share of weight where the run has signal."""
        return _numbers(self.get("Maps.SignalCoverage", []))

    @property
    def confound_columns(self) -> list[str]:
        """Columns that were regressed out."""
        return self.get("Cleaning.ConfoundColumns")

    @property
    def warnings(self) -> list[Note]:
        """What was noticed, with the kinds."""
        messages, kinds = self.get("Warnings"), self.get("WarningKinds")
        return [Note(message, kind) for message, kind in zip(messages, kinds, strict=True)]


def _numbers(shares: Iterable[float | str]) -> list[float]:
    return [share for share in shares if not isinstance(share, str)]
