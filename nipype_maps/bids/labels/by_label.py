"""Rows of a label table as those of maps in files of their own, which name themselves by ``label-``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from ...images.filenames import stem
from ...notes import note
from ...storage.paths import PathLike
from ..inheritance import parsed_name
from .fitting import Rows

#: The entity that names the map of a file, and the columns of a table that may have its label.
ENTITY, COLUMNS = "label", ("name", "abbreviation")


def matched(rows: Rows, maps: Sequence[PathLike], n_maps: int, origin: str) -> Rows:
    """The rows of maps in several 3D files, which stand in no order: each is found by its ``label-``.

    Rows of a single file are those of its volumes, and stay as they are, unless it is one map that
    names itself.

    Parameters
    ----------
    rows : Rows
    maps : sequence of path-likes
    n_maps : int
        As many as files, but for one 4D file.
    origin : str
        Where the rows come from, for messages.

    Raises
    ------
    ValueError
        If the maps are several, and not each has just one row.

    Examples
    --------
    >>> files = [f"atlas-T_label-{label}_probseg.nii.gz" for label in ("CSF", "GM", "WM")]
    >>> rows = Rows(["Gray", "White", "csf"], [1, 2, 3], {"abbreviation": ["GM", "WM", "n/a"]})
    >>> matched(rows, files, 3, "atlas-T_dseg.tsv").names
    ['csf', 'Gray', 'White']
    """
    positions = _positions(rows, maps) if len(maps) == n_maps else None
    if positions is not None:
        return _taken(rows, positions)
    if len(maps) > 1:
        raise ValueError(
            f"{origin} does not have just one row for each of the maps' files, by {ENTITY}- in their names."
        )
    return rows


def matched_as_given(rows: Rows, maps: Sequence[PathLike], n_maps: int, origin: str) -> Rows:
    """Rows that were given for maps: in their order, unless all maps name themselves in another one.

    Parameters
    ----------
    rows : Rows
    maps : sequence of path-likes
    n_maps : int
        As many as files, but for one 4D file.
    origin : str
        Where the rows come from, for the note.
    """
    positions = _positions(rows, maps) if len(maps) == n_maps else None
    if positions is None or positions == list(range(len(rows.names))):
        return rows
    note(
        f"{PurePath(origin).name} does not have a row per map in the order of their files; each map has the "
        f"row of {ENTITY}- in the name of its file.",
        "LabelOrder",
    )
    return _taken(rows, positions)


def _positions(rows: Rows, maps: Sequence[PathLike]) -> list[int] | None:
    """The row of each map; None unless each has its own one."""
    found = []
    for path in maps:
        _, entities = parsed_name(stem(path)) or ("", {})
        position = _position(rows, _plain(entities.get(ENTITY, "")))
        if position is None or position in found:
            return None
        found.append(position)
    return found


def _position(rows: Rows, label: str) -> int | None:
    """The only row with a label: by the names, else by a column that may have it."""
    further = (values for name, values in rows.columns.items() if name.lower() in COLUMNS)
    for values in (rows.names, *further):
        found = [position for position, value in enumerate(values) if label and _plain(value) == label]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _plain(text: str) -> str:
    """A label without what BIDS does not allow in one, in lower case."""
    return "".join(filter(str.isalnum, text)).lower()


def _taken(rows: Rows, positions: Sequence[int]) -> Rows:
    """Some rows, in this order, numbered anew: which is that of each map is certain."""
    columns = {name: [values[k] for k in positions] for name, values in rows.columns.items()}
    return Rows([rows.names[k] for k in positions], list(range(1, len(positions) + 1)), columns)
