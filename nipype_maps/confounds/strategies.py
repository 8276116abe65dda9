"""Strategies: what to regress out and which frames to censor, under the names that papers use.

Strategies are entries of a JSON file: the package's own (strategies.json, beside this file),
or a user's, which adds to it.  Names are joined by ``+``, as in ``24P+acompcor5+scrub``.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from numbers import Real
from pathlib import Path

import numpy as np

from ..bids.tables import Table
from ..notes import note
from ..numerics.scrub import above, without_short_segments
from ..storage.json_files import read_json
from .columns import matching

OWN = Path(__file__).with_name("strategies.json")
#: What an entry may hold, and what its parts may.
KEYS = {
    "Description": None,
    "Parts": None,
    "Columns": None,
    "OptionalColumns": None,
    "CompCor": {"Masks", "Components", "Variance"},
    "Scrub": {"FramewiseDisplacement", "StandardizedDVARS", "MinimumSegment"},
}
#: Columns of a table that Scrub's thresholds are about.
MEASURES = {"FramewiseDisplacement": "framewise_displacement", "StandardizedDVARS": "std_dvars"}
DUMMIES = "non_steady_state*"


@dataclass(frozen=True)
class Selection:
    """What a strategy takes from one table.

    Attributes
    ----------
    columns : list of str
        In the order of the table.
    kept : list of int
        Frames.
    censored : dict of str to list of int
        Frames, by the reason: a measure's column, 'non_steady_state', 'sample_mask',
        'short_segment'.
    """

    columns: list[str]
    kept: list[int]
    censored: dict[str, list[int]]


def read_strategies(path=None) -> dict[str, dict]:
    """The strategies of the package, and those of a user's file.

    Parameters
    ----------
    path : path-like, optional
        A JSON object from name to entry; an entry replaces the package's of its name.

    Returns
    -------
    dict of str to dict

    Raises
    ------
    ValueError
        If the file holds something else, naming entry and key.
    """
    strategies = read_json(OWN)
    if path is not None:
        added = read_json(path)
        for name, entry in added.items():
            _check(entry, f"{path}: strategy {name!r}")
            if "+" in name:
                raise ValueError(f"{path}: strategy {name!r} has a + in its name, which joins names.")
            if not name or name != name.strip():
                raise ValueError(f"{path}: {name!r} cannot name a strategy; use a word without outer blanks.")
        strategies |= added
        for name, entry in added.items():
            for part in entry.get("Parts", []):
                if part not in strategies:
                    raise ValueError(f"{path}: strategy {name!r} has the part {part!r}, which is not known.")
    return strategies


def select(
    strategy: str, strategies: dict[str, dict], table: Table, metadata: dict, kept: np.ndarray | None = None
) -> Selection:
    """What a strategy takes from a table of confounds.

    Frames at the run's start that are not in a steady state, by the table's columns, are
    censored whatever the strategy.

    Parameters
    ----------
    strategy : str
        Names joined by ``+``.
    strategies : dict
        From `read_strategies`.
    table : Table
        As fMRIPrep writes them.
    metadata : dict
        The table's sidecar, which says what CompCor's components are.
    kept : (T_kept,) int array, optional
        Frames to choose from; the others count as censored for 'sample_mask'.

    Returns
    -------
    Selection

    Raises
    ------
    ValueError
        If a strategy is not known, the table has not what it needs, or no frame is left.
    """
    entries = _entries(strategy, strategies)
    chosen = {name for entry in entries for name in _columns(entry, table, metadata, strategy)}
    censored = _censored(entries, table, strategy)
    if kept is not None and len(kept) < len(table.values):
        censored["sample_mask"] = np.setdiff1d(np.arange(len(table.values)), kept).tolist()
    lost = np.zeros(len(table.values), dtype=bool)
    for frames in censored.values():
        lost[frames] = True
    shortest = max(
        (entry["Scrub"].get("MinimumSegment", 0) for entry in entries if "Scrub" in entry), default=0
    )
    more = without_short_segments(lost, shortest)
    if short := np.flatnonzero(more & ~lost).tolist():
        censored["short_segment"] = short
    if more.all():
        raise ValueError(
            f"{table.source}: strategy {strategy!r} censors all {more.size} frames; choose another one, or "
            "leave the run out."
        )
    columns = [name for name in table.names if name in chosen]
    return Selection(columns, np.flatnonzero(~more).tolist(), censored)


def definition(strategy: str, strategies: dict[str, dict]) -> dict[str, dict]:
    """What a strategy stands for: the entry of each of its names, and of the parts of these.

    Examples
    --------
    >>> definition("scrub", read_strategies())["scrub"]["Scrub"]["FramewiseDisplacement"]
    0.5
    >>> list(definition("12P+gs", read_strategies()))
    ['12P', 'gs', '6P']
    """
    about = ("Name", "Description")
    return {
        entry["Name"]: {key: value for key, value in entry.items() if key not in about}
        for entry in _entries(strategy, strategies)
    }


def redefined(strategy: str, path) -> list[str]:
    """The names in a strategy, and in its parts, that mean something else by a user's file.

    Parameters
    ----------
    strategy : str
    path : path-like or None
        The user's file.
    """
    if path is None:
        return []
    own = read_json(OWN)
    used = definition(strategy, read_strategies(path))
    return [name for name, entry in used.items() if name in own and entry != definition(name, own)[name]]


def require_known(strategy: str, strategies: dict[str, dict]) -> None:
    """Raise ValueError if a name in a strategy, or a part of one, is not known."""
    _entries(strategy, strategies)


def require_columns(
    strategy: str, strategies: dict[str, dict], names: list[str], metadata: dict, source: str
) -> None:
    """Raise ValueError if a table of these columns has not what a strategy needs; reads no value."""
    table = Table(names, np.empty((0, len(names))), source)
    entries = _entries(strategy, strategies)
    for entry in entries:
        _columns(entry, table, metadata, strategy)
    _censored(entries, table, strategy)


def _entries(strategy: str, strategies: dict[str, dict]) -> list[dict]:
    """The entries of all names, and of the parts that these consist of."""
    if not isinstance(strategy, str):
        raise ValueError(
            f"confounds_strategy is {strategy!r}; give names of strategies joined by +, such as '24P+scrub'."
        )
    found, waiting, seen = [], [name.strip() for name in strategy.split("+")], set()
    while waiting:
        name = waiting.pop(0)
        if name not in strategies:
            near = difflib.get_close_matches(name, strategies, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(strategies)}."
            raise ValueError(f"no strategy is called {name!r}; {hint}")
        if name not in seen:
            seen.add(name)
            found.append({"Name": name, **strategies[name]})
            waiting += strategies[name].get("Parts", [])
    return found


def _columns(entry: dict, table: Table, metadata: dict, strategy: str) -> list[str]:
    """The columns that one entry takes."""
    chosen = []
    for pattern in entry.get("Columns", []):
        found = matching(table.names, pattern)
        if not found:
            raise ValueError(
                f"{table.source} has no column {pattern!r}, which {entry['Name']!r} of strategy {strategy!r} "
                "needs; choose another strategy, or run the preprocessing that makes it."
            )
        chosen += found
    for pattern in entry.get("OptionalColumns", []):
        chosen += matching(table.names, pattern)
    if "CompCor" in entry:
        for mask in entry["CompCor"]["Masks"]:
            chosen += _components(entry, mask, table, metadata, strategy)
    return chosen


def _components(entry: dict, mask: str, table: Table, metadata: dict, strategy: str) -> list[str]:
    """The first components of a mask: so many, or up to a share of the variance."""
    found = [
        name
        for name in table.names
        if isinstance(about := metadata.get(name), dict)
        and (about.get("Method"), about.get("Mask")) == ("aCompCor", mask)
    ]
    if not found:
        raise ValueError(
            f"{table.source} has no aCompCor components of the mask {mask!r}, which {entry['Name']!r} of "
            f"strategy {strategy!r} needs; its sidecar must tell them (fMRIPrep 1.4 or later)."
        )
    found = _by_number(found, table)
    wanted = f"{entry['Name']!r} of strategy {strategy!r}"
    if (count := entry["CompCor"].get("Components")) is not None:
        if len(found) < count:
            note(
                f"{table.source} has {len(found)} aCompCor components of the mask {mask!r}, fewer than the "
                f"{count} of {wanted}; all are taken."
            )
        return found[:count]
    shares, share = _shares(found, table, metadata), entry["CompCor"]["Variance"]
    if shares[-1] < share:
        note(
            f"the aCompCor components of the mask {mask!r} in {table.source} explain {shares[-1]:.0%} of the "
            f"variance, less than the {share:.0%} of {wanted}; all are taken."
        )
    # the first that reaches the share is the last one that is taken
    return found[: int(np.searchsorted(shares, share)) + 1]


def _by_number(found: list[str], table: Table) -> list[str]:
    """Components in the order of their numbers, which is that of the variance that they explain."""
    numbers = {name: re.search(r"[0-9]+$", name) for name in found}
    if nameless := [name for name, number in numbers.items() if number is None]:
        raise ValueError(
            f"{table.source}: the name of component {nameless[0]!r} does not end in its number, by which "
            "the first ones are known; rename it."
        )
    return sorted(found, key=lambda name: int(numbers[name].group()))


def _shares(found: list[str], table: Table, metadata: dict) -> list[float]:
    """Of components in their order: the share of variance that they explain up to each."""
    key, shares = "CumulativeVarianceExplained", []
    for name in found:
        share = metadata[name].get(key)
        if isinstance(share, bool) or not isinstance(share, Real) or not math.isfinite(share):
            raise ValueError(
                f"{table.source}: the sidecar gives {name!r} no number as {key} ({share!r}); choose a "
                "strategy with a fixed number of components."
            )
        if shares and share < shares[-1]:
            raise ValueError(
                f"{table.source}: the sidecar's {key} of {name!r} is below that of the component before, "
                "though it adds up; correct the sidecar, or choose a fixed number of components."
            )
        shares.append(float(share))
    return shares


def _censored(entries: list[dict], table: Table, strategy: str) -> dict[str, list[int]]:
    """Frames to censor, by the reason."""
    censored = {}
    dummies = [table.names.index(name) for name in matching(table.names, DUMMIES)]
    if frames := np.flatnonzero((table.values[:, dummies] > 0).any(axis=1)).tolist():
        censored["non_steady_state"] = frames
    for entry in entries:
        for key, column in MEASURES.items():
            if key not in entry.get("Scrub", {}):
                continue
            if column not in table.names:
                raise ValueError(
                    f"{table.source} has no column {column!r}, which {entry['Name']!r} of strategy "
                    f"{strategy!r} needs."
                )
            values = table.values[:, table.names.index(column)]
            _require_measured(values, table.source, column)
            frames = np.flatnonzero(above(values, entry["Scrub"][key]))
            if frames.size:
                censored[column] = sorted({*censored.get(column, []), *frames.tolist()})
    return censored


def _require_measured(values: np.ndarray, source: str, column: str) -> None:
    """ValueError where frames after the first have no number: nobody knows whether to censor them."""
    if not values.size:
        return
    missing = np.flatnonzero(np.isnan(values))
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        raise ValueError(f"{source}: column {column!r} has no number, so that nothing can be censored by it.")
    if missing.size and missing[-1] > known[0]:
        frame = missing[missing > known[0]][0]
        raise ValueError(
            f"{source}: column {column!r} has no number in row {frame + 1} (frame {frame}), so that nobody "
            "knows whether to censor that frame; complete it, or use a strategy without scrubbing."
        )


def _check(entry, where: str) -> None:
    """Raise ValueError unless an entry is one."""
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be an object, not {type(entry).__name__}.")
    for key, value in entry.items():
        if key not in KEYS:
            raise ValueError(f"{where} has {key!r}; it may have {', '.join(KEYS)}.")
        if key in ("Parts", "Columns", "OptionalColumns"):
            if not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
                raise ValueError(f"{where}: {key} must be a list of names.")
        elif key == "Description":
            if not isinstance(value, str):
                raise ValueError(f"{where}: Description must be a text.")
        elif not (isinstance(value, dict) and set(value) <= KEYS[key]):
            raise ValueError(f"{where}: {key} must be an object of {', '.join(sorted(KEYS[key]))}.")
    if "CompCor" in entry:
        _check_compcor(entry["CompCor"], where)
    for key, value in entry.get("Scrub", {}).items():
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < math.inf:
            raise ValueError(f"{where}: {key} must be a number of 0 or more, not {value!r}.")


def _check_compcor(value: dict, where: str) -> None:
    masks = value.get("Masks")
    if not (isinstance(masks, list) and masks and all(mask in ("combined", "WM", "CSF") for mask in masks)):
        raise ValueError(f"{where}: Masks of CompCor must be a list of 'combined', 'WM' or 'CSF'.")
    count, share = value.get("Components"), value.get("Variance")
    counts = isinstance(count, int) and not isinstance(count, bool) and count > 0
    shares = isinstance(share, Real) and not isinstance(share, bool) and 0 < share <= 1
    if not (counts if share is None else shares and count is None):
        raise ValueError(
            f"{where}: CompCor must have either Components, a number of them, or Variance, a share of 1."
        )
