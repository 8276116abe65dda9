"""How signals were made, as the sidecar beside them says it: what their inverse has to know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path

import numpy as np

from ..images.filenames import stem
from ..notes import note
from ..storage.json_files import read_json
from .names import listed
from .sidecars import sidecar_of

CHOICES = {
    "Interpolation": ("linear", "continuous", "nearest"),
    "EmptyMaps": ("nan", "zero", "drop", "error"),
    "Demean": (False, True),
}
#: What the header of an image can say.
LONGEST_AXIS = 32767
#: More than any run has: what a damaged sidecar may say.
MOST_FRAMES = 10**7


@dataclass(frozen=True)
class Extraction:
    """What is known of the maps that signals come from; the defaults where there is no sidecar.

    Attributes
    ----------
    grid : (list of int, list of list of float) or None
        Shape and affine of the grid that the signals were extracted on.
    names : list of str or None
    sources : list of dict
        ``File`` and ``SHA256`` of the maps' files.
    mask_source : dict or None
        The same of the mask.
    interpolation, empty_maps : str
    demean : bool
    """

    grid: tuple[list, list] | None = None
    names: list[str] | None = None
    sources: Sequence[dict] = ()
    mask_source: dict | None = None
    interpolation: str = "linear"
    empty_maps: str = "nan"
    demean: bool = False


def read_extraction(signals) -> Extraction:
    """How signals were made.

    Parameters
    ----------
    signals : path-like
        The table; its sidecar need not exist.

    Raises
    ------
    ValueError
        If the sidecar cannot be read, or says something that cannot be, naming the key.
    """
    sidecar = sidecar_of(signals)
    about = _read(sidecar).get("Maps")
    if about is None:
        return Extraction()
    _require(isinstance(about, dict), sidecar, "Maps", "an object")
    for key, choices in CHOICES.items():
        value = about.get(key, choices[0])
        known = type(value) is type(choices[0]) and value in choices
        _require(known, sidecar, key, f"one of {', '.join(map(repr, choices))}")
    names, sources, mask = about.get("Names"), about.get("Sources", []), about.get("MaskSource")
    if names is not None:
        _require(_is_list(names, str), sidecar, "Names", "a list of texts")
    _require(_is_list(sources, dict) and all(map(_is_source, sources)), sidecar, "Sources",
             "a list of objects with File and SHA256")  # fmt: skip
    _require(mask is None or _is_source(mask), sidecar, "MaskSource", "an object with File and SHA256")
    return Extraction(
        _grid(about["Grid"], sidecar) if about.get("Grid") is not None else None,
        names,
        sources,
        mask,
        about.get("Interpolation", "linear"),
        about.get("EmptyMaps", "nan"),
        about.get("Demean", False),
    )


def frames_left_out(signals) -> list[int]:
    """The frames of the run that signals do not have, as their sidecar says; empty where it says nothing.

    Parameters
    ----------
    signals : path-like
    """
    about = _read(sidecar_of(signals))
    n_frames, kept = about.get("FramesInRun"), about.get("FramesKept")
    known = isinstance(n_frames, int) and 0 < n_frames < MOST_FRAMES and _is_list(kept, int)
    return sorted(set(range(n_frames)) - set(kept)) if known else []


def place_columns(table, names: Sequence[str]) -> list[int]:
    """Which map each column of a table of signals belongs to.

    By name if the maps have all the names; by position if there are as many columns as maps and
    the table has no names, or none that any of the maps has, which is warned of.

    Parameters
    ----------
    table : nipype_maps.bids.tables.Table
    names : sequence of str
        Of the maps.

    Raises
    ------
    ValueError
        If the columns cannot be placed.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> place_columns(SimpleNamespace(names=["b", "a"], source="signals.tsv"), ["a", "b", "c"])
    [1, 0]
    """
    columns, names = list(table.names), list(names)
    if set(columns) <= set(names):
        return [names.index(name) for name in columns]
    unknown = next(name for name in columns if name not in names)
    shared = set(columns) & set(names)
    if len(columns) != len(names) or shared:
        others = f" as {sorted(shared)[0]!r} has" if shared else ""
        raise ValueError(
            f"{table.source} has {len(columns)} signals for {len(names)} maps, and their names differ: "
            f"{unknown!r} has no map of its name{others} (the maps are {listed(names, most=3)}); give "
            "the maps' names (map_names)."
        )
    nameless = [f"{stem(table.source)}_{column:02d}" for column in range(1, len(columns) + 1)]
    if columns != nameless:
        note(
            f"the signals of {table.source} ({listed(columns, most=3)}) have other names than the maps "
            f"({listed(names, most=3)}); they are taken in the order of the maps."
        )
    return list(range(len(names)))


def _read(sidecar: Path) -> dict:
    if not sidecar.exists():
        return {}
    try:
        return read_json(sidecar)
    except OSError as error:
        raise ValueError(f"{sidecar} cannot be read ({error.strerror}).") from error


def _require(holds: bool, sidecar: Path, key: str, what: str) -> None:
    if not holds:
        raise ValueError(f"{sidecar}: {key} is not {what}; correct it, or move the sidecar away.")


def _grid(grid, sidecar: Path) -> tuple[list, list]:
    _require(isinstance(grid, dict), sidecar, "Grid", "an object with Shape and Affine")
    shape, affine = grid.get("Shape"), grid.get("Affine")
    sizes = _is_list(shape, int) and len(shape) == 3
    sizes = sizes and all(0 < n <= LONGEST_AXIS and not isinstance(n, bool) for n in shape)
    _require(sizes, sidecar, "Shape of Grid", f"a list of three whole numbers from 1 to {LONGEST_AXIS}")
    rows = _is_list(affine, list) and len(affine) == 4
    rows = rows and all(len(row) == 4 and all(map(_is_number, row)) for row in affine)
    _require(rows, sidecar, "Affine of Grid", "a list of four lists of four numbers")
    regular = affine[3] == [0, 0, 0, 1] and np.linalg.matrix_rank(np.array(affine, dtype=float)[:3, :3]) == 3
    _require(regular, sidecar, "Affine of Grid", "a transform of space that can be inverted")
    return shape, affine


def _is_list(value, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _is_source(value) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("File", "SHA256"))


def _is_number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
