"""A file's names as those of so many maps: without the background, counted, told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from ...notes import listed, note
from ..column_names import check_names

#: What BIDS writes for a missing value.
MISSING = "n/a"
#: What the row of the background is called, in lower case.
BACKGROUND = {"background", "unknown", "unlabeled", "unlabelled", "outside", "clear label", "???"}


@dataclass(frozen=True)
class Rows:
    """What a file says of maps, a row per map, in the order of the index if it has one.

    Attributes
    ----------
    names : list of str
    indices : list of int or None
        None without an index.
    columns : dict of str to list of str
        Further columns.
    """

    names: list[str]
    indices: list[int] | None = None
    columns: dict[str, list[str]] = field(default_factory=dict)


def fitted(rows: Rows, n_maps: int, origin: str) -> Rows:
    """The rows of K maps, with different names.

    Parameters
    ----------
    rows : Rows
    n_maps : int
        K.
    origin : str
        Where the rows come from, for messages.

    Raises
    ------
    ValueError
        If there are not as many names as maps, or a table cannot have one as a header.
    """
    kept = _without_background(rows) if len(rows.names) == n_maps + 1 else rows
    if len(kept.names) != n_maps:
        raise ValueError(f"{origin} has {len(rows.names)} names for {n_maps} maps; {_cause(rows, n_maps)}.")
    if MISSING in map(str.lower, kept.names):
        number = [name.lower() for name in kept.names].index(MISSING) + 1
        raise ValueError(f"{origin} has no name for map {number}, but n/a; give each map a name.")
    names = told_apart(kept.names)
    check_names(names, origin)
    file = PurePath(origin).name  # sidecars have what is noted, and name no folders
    if kept is not rows:
        note(f"{file} has a row of the background, which is left out.", "BackgroundRow")
    _note_index(kept, n_maps, file)
    if names != kept.names:
        repeated = [name for name, new in zip(kept.names, names, strict=True) if name != new]
        example = next(new for name, new in zip(kept.names, names, strict=True) if name != new)
        note(
            f"{file} gives several maps the same name ({listed(list(dict.fromkeys(repeated)), most=3)}); "
            f"the numbers of the maps tell them apart, as in {example!r}.",
            "RepeatedNames",
        )
    return Rows(names, kept.indices, kept.columns)


def told_apart(names: Sequence[str]) -> list[str]:
    """Names that differ in more than blanks: all maps of one name get their numbers, from 1.

    Parameters
    ----------
    names : sequence of str
        Those that are blank stay so.

    Examples
    --------
    >>> told_apart(["Amygdala", "Putamen", "Amygdala"])
    ['Amygdala [1]', 'Putamen', 'Amygdala [3]']
    >>> told_apart(["a", "a [3]", "a"])  # a name may end in a number itself
    ['a [1]', 'a [3] [2]', 'a [3] [3]']
    """
    found = list(names)
    # of two equal names at most one has got its number before, so that this ends
    while repeated := _repeated(found):
        found = [
            f"{name.rstrip()} [{number}]" if name.strip() in repeated else name
            for number, name in enumerate(found, start=1)
        ]
    return found


def default_map_names(n: int) -> list[str]:
    """``map-01…``, with as many digits as the last one needs.

    Examples
    --------
    >>> default_map_names(2)
    ['map-01', 'map-02']
    """
    return [f"map-{index:0{max(2, len(str(n)))}d}" for index in range(1, n + 1)]


def _repeated(names: Sequence[str]) -> set[str]:
    counts = Counter(name.strip() for name in names)
    return {name for name, count in counts.items() if name and count > 1}


def _first(rows: Rows) -> int | None:
    """The position of the row of index 0, or of the first row without an index."""
    if rows.indices is None:
        return 0
    return rows.indices.index(0) if 0 in rows.indices else None


def _without_background(rows: Rows) -> Rows:
    """All rows but that of the background, if there is one."""
    position = _first(rows)
    if position is None or rows.names[position].strip().lower() not in BACKGROUND:
        return rows

    def rest(values: Sequence) -> list:
        return [value for index, value in enumerate(values) if index != position]

    columns = {name: rest(values) for name, values in rows.columns.items()}
    return Rows(rest(rows.names), None if rows.indices is None else rest(rows.indices), columns)


def _note_index(rows: Rows, n_maps: int, file: str) -> None:
    """Note what is guessed of the index: that a map is the background, or that numbers are left out."""
    if rows.indices is None:
        return
    first = rows.names[0]
    if rows.indices[0] == 0 and first.strip().lower() in BACKGROUND:
        note(
            f"{file} has as many rows as there are maps ({n_maps}), so that its row of index 0, {first!r}, "
            "names the first map; if it is the background, the table is that of other maps.",
            "BackgroundRow",
        )
    if not any(rows.indices == list(range(start, start + n_maps)) for start in (0, 1)):
        unexpected = [index for number, index in enumerate(rows.indices, start=1) if index != number]
        note(
            f"{file} has as many rows as there are maps, but an index that is not 1 to {n_maps} "
            f"({listed([str(index) for index in unexpected], most=3)}); maps are in the order of the index.",
            "LabelIndex",
        )


def _cause(rows: Rows, n_maps: int) -> str:
    """Why there may be another number of names than of maps, and what to do."""
    position = _first(rows)
    if len(rows.names) == n_maps + 1 and rows.indices is not None and position is not None:
        return f"if its row of index 0, {rows.names[position]!r}, is the background, remove that"
    return "it may be that of another scale of the atlas; give one name per map"
