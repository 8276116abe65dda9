"""How signals were extracted, as their sidecar records it, for their inverse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..options import BY_NAME
from ..storage.paths import PathLike
from .sidecars import Sidecar

#: More frames than any run has; a damaged sidecar may claim any number.
MOST_FRAMES = 10**7


@dataclass(frozen=True)
class Extraction:
    """How the maps of some signals were prepared; the defaults without a sidecar.

    Attributes
    ----------
    grid : (list of int, list of list of float) or None
        Shape and affine of the grid that the signals were extracted on.
    names : list of str or None
        Names of the maps that were fitted, whether or not their signals were written.
    maps, mask : sequence of dict
        ``File`` and ``SHA256`` of their files; empty where the sidecar does not say.
    interpolation, empty_maps : str
    demean : bool
    """

    grid: tuple[list[int], list[list[float]]] | None = None
    names: list[str] | None = None
    maps: Sequence[Mapping[str, str]] = ()
    mask: Sequence[Mapping[str, str]] = ()
    interpolation: str = "linear"
    empty_maps: str = "nan"
    demean: bool = False


def read_extraction(signals: PathLike) -> Extraction:
    """How signals were extracted.

    Parameters
    ----------
    signals : path-like
        The table; its sidecar need not exist.

    Raises
    ------
    ValueError
        If the sidecar cannot be read, or an entry is of another type than declared.
    """
    sidecar = Sidecar.beside(signals)
    grid = None
    if sidecar.get("Maps.Grid", None) is not None:
        grid = sidecar.get("Maps.Grid.Shape"), sidecar.get("Maps.Grid.Affine")
    options = {
        name: sidecar.get(f"Maps.{BY_NAME[name].key}", BY_NAME[name].default)
        for name in ("maps_interpolation", "empty_maps", "demean")
    }
    return Extraction(
        grid,
        sidecar.get("Maps.FittedMaps", None) or sidecar.get("Maps.Names", None),
        sidecar.get("Provenance.Maps", ()),
        sidecar.get("Provenance.Mask", ()),
        options["maps_interpolation"],
        options["empty_maps"],
        options["demean"],
    )


def frames_left_out(signals: PathLike) -> list[int]:
    """The frames of the run that are not in a table of signals; empty if its sidecar does not say so.

    Parameters
    ----------
    signals : path-like
    """
    sidecar = Sidecar.beside(signals)
    with suppress(ValueError):
        if 0 < sidecar.frames_in_run < MOST_FRAMES:
            return sorted(set(range(sidecar.frames_in_run)) - set(sidecar.frames_kept))
    return []
