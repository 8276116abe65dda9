"""The record of results whose own record was lost, made from their sidecar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...options import FIT, TRANSFORM, options_of
from ...storage.paths import PathLike
from .request import Request, settings_of

if TYPE_CHECKING:
    from ...graphs import RunInputs

#: How records call the files of a role in sidecars.
ROLES = {
    "Run": "run",
    "Maps": "maps",
    "Mask": "mask",
    "Confounds": "confounds",
    "SampleMask": "sample mask",
    "RunLabels": "run labels",
    "Strategies": "strategies",
}


def record_from_sidecar(
    sidecar: Mapping[str, Any], request: Request, run: RunInputs
) -> dict[str, Any] | None:
    """The record of a run's results, as far as their sidecar has it.

    Files have the fingerprints of those that are requested now where their checksums agree; patterns
    of columns are those that are requested now where they select the columns that were used.

    Returns
    -------
    dict or None
        None where the sidecar is damaged, of an earlier version, or another program's.
    """
    try:
        return _record(sidecar, request, run)
    except (KeyError, TypeError, AttributeError, OSError):
        return None


def _record(sidecar: Mapping[str, Any], request: Request, run: RunInputs) -> dict[str, Any]:
    maps, cleaning, strategy = sidecar["Maps"], sidecar["Cleaning"], sidecar["ConfoundsStrategy"]
    names, columns = maps["Names"], cleaning["ConfoundColumns"]
    by_hand = [name for name in columns if not name.startswith("high_variance_")] if not strategy else []
    settings = settings_of({}) | {key: maps[key] for key in _keys(FIT)}
    settings |= {key: cleaning[key] for key in _keys(TRANSFORM, node="Clean")}
    settings["ConfoundsStrategy"] = strategy
    settings |= {key: sidecar[key] for key in _keys(TRANSFORM, node="Project")}
    settings["HighVarianceConfounds"] = any(name.startswith("high_variance_") for name in columns)
    patterns = request.settings["ConfoundColumns"]
    settings["ConfoundColumns"] = patterns if by_hand == _columns_matching(run, patterns) else by_hand
    dropped = maps["EmptyMaps"] == "drop" and _are_some_of(names, request.names or ())
    settings["MapNames"] = request.names if dropped else names
    settings["RepetitionTime"] = sidecar["RepetitionTime"]
    sources = {role: sidecar["Provenance"].get(key, []) for key, role in ROLES.items()}
    requested = request.files(run)
    inputs = {role: _fingerprints(sources[role], requested[role], request) for role in sources}
    inputs["confounds"] += request.fingerprints(request.sidecars_of_tables(run))
    return {"Run": run.run_file, "Settings": settings, "Inputs": inputs}


def _are_some_of(names: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether names are some of those asked, in the same order."""
    rest = iter(asked)
    return all(name in rest for name in names)  # each search goes on where the last one ended


def _keys(part: str, node: str = "") -> list[str]:
    """The keys in sidecars of the options of a part."""
    return [option.key for option in options_of(part, node=node) if option.key]


def _fingerprints(
    sources: Sequence[Mapping[str, str]], files: Sequence[PathLike], request: Request
) -> list[list[str]]:
    """Files whose content is that of sources, with their fingerprints; of other sources the names."""
    from ...storage.checksums import checksum

    known = {checksum(path): request.fingerprints([path])[0] for path in files}
    return [known.get(source["SHA256"], [source["File"], ""]) for source in sources]


def _columns_matching(run: RunInputs, patterns: Sequence[str]) -> list[str] | None:
    """The columns of a run's tables that patterns select, all without patterns; None where unreadable."""
    from ...bids.tables import read_header
    from ...confounds.columns import matching

    try:
        names = [name for table in run.confounds_files or () for name in read_header(table)[0]]
    except (OSError, ValueError):
        return None
    selected = {name for pattern in patterns for name in matching(names, pattern)}
    return [name for name in names if name in selected] if patterns else names
