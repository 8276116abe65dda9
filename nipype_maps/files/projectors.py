"""The projector on disk: a .npz without pickles, the same bytes for the same content."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields

import numpy as np

from ..numerics.grid import Grid
from ..numerics.projector import Projector
from ..numerics.tiles import Tiles
from .atomic import replacing


@dataclass(frozen=True, eq=False)
class StoredProjector:
    """A projector, and all that its users must know of the maps.

    Attributes
    ----------
    projector : Projector
    grid : Grid
        The working grid, on which runs must lie.
    names : list of str
        Names of the K maps.
    empty : {'nan', 'zero'}
        What the signal of a map without weight is.
    description : dict
        What sidecars say of the maps.
    located : bool
        Whether the maps' header says where the grid lies.
    """

    projector: Projector
    grid: Grid
    names: list[str]
    empty: str = "nan"
    description: dict = field(default_factory=dict)
    located: bool = True


def write_projector(path, stored: StoredProjector) -> None:
    """Write a projector to a .npz file."""
    projector = stored.projector
    arrays = {
        "finish": projector.finish,
        "rank": projector.rank,
        "condition": projector.condition,
        "vif": projector.vif,
        "shape": stored.grid.shape,
        "affine": stored.grid.affine,
        "text": json.dumps([stored.names, stored.empty, stored.description, stored.located]),
    }
    arrays |= {f"weights_{field.name}": getattr(projector.weights, field.name) for field in fields(Tiles)}
    with replacing(path) as temporary, open(temporary, "wb") as stream:
        np.savez(stream, **arrays)


def read_projector(path) -> StoredProjector:
    """Read what `write_projector` wrote.

    Raises
    ------
    ValueError
        If the file is something else.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
        names, empty, description, located = json.loads(str(arrays["text"]))
        weights = {field.name: arrays[f"weights_{field.name}"] for field in fields(Tiles)}
        weights["n_maps"] = int(weights["n_maps"])
        projector = Projector(
            Tiles(**weights),
            arrays["finish"],
            int(arrays["rank"]),
            float(arrays["condition"]),
            arrays["vif"],
        )
        grid = Grid(tuple(arrays["shape"]), arrays["affine"])
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ValueError(f"{path} is no projector as FitProjector writes them ({error}).") from error
    return StoredProjector(projector, grid, names, empty, description, located)
