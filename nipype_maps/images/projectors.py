"""The projector on disk: a .npz without pickles, the same bytes for the same content."""

from __future__ import annotations

import io
import itertools
import json
import mmap
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..numerics.grid import Grid
from ..numerics.projector import Projector
from ..numerics.solution import Solution
from ..numerics.tiles import Tiles, join
from ..storage.atomic import replacing
from ..storage.compression import crc32
from ..storage.paths import PathLike

#: Kind of the field of zeros that aligns a member, as Android's zipalign uses it.
PADDING = 0xD935
#: The arrays of tiles that are small: where their values lie.
INDEX = ("voxels", "bounds", "maps", "map_bounds")

#: What projecting runs needs of a solution; the rest is for making the weights.
SOLUTION = ("finish", "rank", "condition", "scaled_condition", "vif", "orthogonal")


@dataclass(frozen=True, eq=False)
class MapsInfo:
    """What users of a projector must know of the maps it was made of.

    Attributes
    ----------
    grid : Grid
        The working grid, on which runs must lie.
    names : list of str
        Names of the K maps.
    written : list of int
        The maps, from 0, whose signals are written.
    empty : {'nan', 'zero'}
        What the signal of a map without weight is.
    description : dict
        What sidecars say of the maps.
    located : bool
        Whether the maps' header says where the grid lies.
    """

    grid: Grid
    names: list[str]
    written: list[int]
    empty: str = "nan"
    description: dict = field(default_factory=dict)
    located: bool = True


def write_projector(path: PathLike, weights: Iterable[Tiles], solution: Solution, info: MapsInfo) -> None:
    """Write a projector to a .npz file, its weights as they come."""
    with replacing(path, durable=False) as temporary, zipfile.ZipFile(temporary, "w") as archive:

        def write(name: str, array: Any) -> None:
            with archive.open(_aligned(f"{name}.npy", archive), "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)

        written, number = [], itertools.count()
        for tiles in weights:
            for piece in tiles.pieces:
                write(f"piece{next(number):04d}", piece)
            written.append(replace(tiles, pieces=()))
        index = join(solution.finish.shape[1], written)
        for name in INDEX:
            write(name, getattr(index, name))
        for name in SOLUTION:
            write(name, getattr(solution, name))
        write("shape", info.grid.shape)
        write("affine", info.grid.affine)
        write("text", json.dumps([info.names, info.written, info.empty, info.description, info.located]))


def _aligned(name: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """A member that begins at a multiple of 64 bytes, so that arrays can be used in place."""
    info = zipfile.ZipInfo(name)  # dated 1980: the same content gives the same bytes
    # after the fixed part, the name and the sizes comes a field that readers skip
    assert archive.fp is not None  # it is open
    start = archive.fp.tell() + 30 + len(name) + 20 + 4
    info.extra = struct.pack("<HH", PADDING, -start % 64) + bytes(-start % 64)
    return info


def read_projector(path: PathLike) -> tuple[Projector, MapsInfo]:
    """Read what `write_projector` wrote.

    Raises
    ------
    ValueError
        If the file is something else.
    """
    try:
        with zipfile.ZipFile(path) as archive, open(path, "rb") as stream:
            mapped = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
            arrays = {Path(info.filename).stem: _array(info, mapped) for info in archive.infolist()}
        finish = arrays["finish"]
        pieces = tuple(arrays[name] for name in sorted(arrays) if name.startswith("piece"))
        voxels, bounds, maps, map_bounds = (arrays[name] for name in INDEX)
        weights = Tiles(finish.shape[1], voxels, bounds, maps, map_bounds, pieces)
        scalars = {"rank": int, "condition": float, "scaled_condition": float, "orthogonal": bool}
        fields: dict[str, Any] = {name: scalars.get(name, np.asarray)(arrays[name]) for name in SOLUTION}
        solution = Solution(**fields)
        grid = Grid(tuple(arrays["shape"]), arrays["affine"])
        info = MapsInfo(grid, *json.loads(str(arrays["text"])))
        _require_consistent(weights, solution, info)
    except Exception as error:  # archives, arrays and JSON are each damaged in ways of their own
        raise ValueError(f"{path} is no projector as FitProjector writes them ({error}).") from error
    return Projector(weights, solution), info


def _require_consistent(weights: Tiles, solution: Solution, info: MapsInfo) -> None:
    """Raise ValueError unless the parts fit together: indices are not checked when they are used."""
    for name in INDEX:
        if getattr(weights, name).ndim != 1 or getattr(weights, name).dtype.kind not in "iu":
            raise ValueError(f"{name} are no indices")
    for name, bounds_name, n in (
        ("voxels", "bounds", info.grid.n_voxels),
        ("maps", "map_bounds", weights.n_maps),
    ):
        index, bounds = getattr(weights, name), getattr(weights, bounds_name)
        if bounds[0] != 0 or bounds[-1] != index.size or (np.diff(bounds) < 0).any():
            raise ValueError(f"{bounds_name} are not those of {name}")
        if index.size and not (index.min() >= 0 and index.max() < n):
            raise ValueError(f"{name} are out of range")
    sizes = np.diff(weights.bounds) * np.diff(weights.map_bounds)
    if sum(piece.size for piece in weights.pieces) != sizes.sum():
        raise ValueError("its values are not as many as its index says")
    if not len(info.names) == len(solution.finish) == len(solution.vif):
        raise ValueError("it has more names than maps, or fewer")
    if not set(info.written) <= set(range(len(info.names))):
        raise ValueError("it writes maps that it does not have")
    if not isinstance(info.description, dict):
        raise ValueError("its description is damaged")


def _array(info: zipfile.ZipInfo, mapped: memoryview) -> np.ndarray:
    """A member of the archive where it lies in the file: processes on one machine share it."""
    start = info.header_offset
    n_name, n_extra = struct.unpack("<HH", mapped[start + 26 : start + 30])
    start += 30 + n_name + n_extra
    data = mapped[start : start + info.file_size]
    if crc32(data) != info.CRC:
        raise ValueError(f"{info.filename} is damaged")
    header = io.BytesIO(data[:1024])
    if np.lib.format.read_magic(header) != (1, 0):
        raise ValueError(f"{info.filename} is of another version")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(header)
    return np.frombuffer(data[header.tell() :], dtype).reshape(shape, order="F" if by_columns else "C")
