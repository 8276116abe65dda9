"""The projector on disk: a .npz without pickles, the same bytes for the same content."""

from __future__ import annotations

import io
import json
import mmap
import struct
import zipfile
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from ..numerics.grid import Grid
from ..numerics.projector import Projector
from ..numerics.tiles import Tiles
from .atomic import replacing
from .compression import crc32

#: Kind of the field of zeros that aligns a member, as Android's zipalign uses it.
PADDING = 0xD935


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
    with replacing(path, durable=False) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            with archive.open(_aligned(f"{name}.npy", archive), "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)


def _aligned(name: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """A member that begins at a multiple of 64 bytes, so that arrays can be used where they lie."""
    info = zipfile.ZipInfo(name)  # dated 1980: the same content gives the same bytes
    # behind the fixed part, the name and the sizes stands a field that readers skip
    start = archive.fp.tell() + 30 + len(name) + 20 + 4
    info.extra = struct.pack("<HH", PADDING, -start % 64) + bytes(-start % 64)
    return info


def read_projector(path) -> StoredProjector:
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
    except (OSError, ValueError, KeyError, EOFError, struct.error, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is no projector as FitProjector writes them ({error}).") from error
    return StoredProjector(projector, grid, names, empty, description, located)


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
