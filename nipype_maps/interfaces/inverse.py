"""Inverse: from signals back to a 4D image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from nipype.interfaces.base import File, Str, TraitedSpec, isdefined, traits

from ..bids.extractions import frames_left_out, place_columns
from ..bids.map_names import names_of_maps
from ..bids.names import listed
from ..bids.sidecars import sidecar_of
from ..bids.signals import read_signals
from ..bids.timing import repetition_time
from ..images.filenames import short_name
from ..images.masks import read_mask
from ..images.stored_maps import StoredMaps
from ..images.volumes import Volumes, volumes_in_block
from ..images.writing import writing
from ..notes import note
from ..numerics.blocking import tiles_of
from ..numerics.patches import Patch
from ..storage.threads import prefetched
from .base import (
    InputFile,
    MapsInputSpec,
    MapsInterface,
    algorithm,
    input_images,
    names_read,
    number_or_none,
    output_path,
)


class InverseInputSpec(MapsInputSpec):
    code_version = algorithm("3")
    in_file = InputFile(mandatory=True, desc="signals (.tsv): a column per map, a row per frame")
    maps_file = input_images(mandatory=True, desc="maps (A), on the grid of the image to be made")
    mask_file = InputFile(desc="3D image on the maps' grid; the image is 0 outside")
    map_names = traits.Either(
        InputFile(),
        traits.List(Str()),
        desc="names of the maps, to find their columns by; default: found beside the maps",
    )
    t_r = number_or_none(desc="seconds from frame to frame; None takes them from the signals' sidecar")
    dtype = traits.Enum("float64", "float32", usedefault=True, desc="data type of the image")
    extension = traits.Enum(".nii.gz", ".nii", usedefault=True, desc="compressed or not")

    def read_besides(self):
        """The signals' sidecar, and what may hold the maps' names."""
        beside = [sidecar_of(self.in_file)] if isdefined(self.in_file) else []
        return [path for path in beside if path.exists()] + names_read(self.maps_file, self.map_names)


class InverseOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="4D image: the sum of all maps, each times its signal")
    warnings = traits.List(Str(), desc="what was noticed, one sentence each")


class Inverse(MapsInterface):
    """The image that signals stand for: ``y_t = A s_t`` inside the mask, 0 outside.

    A column of ``n/a``, of a map that was empty, adds nothing.
    """

    input_spec = InverseInputSpec
    output_spec = InverseOutputSpec

    def _run(self, inputs, cwd, notes):
        table = read_signals(inputs.in_file)
        if missing := frames_left_out(inputs.in_file):
            note(
                f"the signals of {short_name(inputs.in_file)} leave out {len(missing)} of the run's frames "
                f"({listed(list(map(str, missing)), most=5)}), and the image has no gaps in their place; its "
                "time axis is not the run's."
            )
        maps = Volumes(inputs.maps_file)
        names = names_of_maps(maps.paths, maps.n_volumes, inputs.map_names)
        inside = read_mask(inputs.mask_file, maps) if inputs.mask_file else None
        signals = _in_order_of(names, table)
        tiles = tiles_of(StoredMaps(maps, cwd))
        t_r = inputs.t_r
        if t_r is None:
            t_r = repetition_time(sidecar_of(inputs.in_file))

        out_file = output_path(cwd, inputs.in_file, f"_inverse{inputs.extension}")
        with writing(out_file, maps.grid, len(signals), t_r=t_r, dtype=inputs.dtype) as out:
            for volume in prefetched(_volumes(tiles, signals, maps.grid, inside)):
                out.append(volume)
        return {"out_file": out_file, "warnings": list(notes)}


def _in_order_of(names, table) -> np.ndarray:
    """(T, K) signals of all maps; 0 for maps that have none."""
    columns = place_columns(table, names)
    if np.isinf(table.values).any():
        raise ValueError(f"{table.source} has an infinite signal; correct it first.")
    missing = np.isnan(table.values)
    if (missing.any(axis=0) != missing.all(axis=0)).any():
        raise ValueError(f"{table.source} has a column with n/a in some frames only; complete it first.")
    signals = np.zeros((len(table.values), len(names)))
    signals[:, columns] = np.where(missing, 0.0, table.values)
    return signals


def _volumes(tiles, signals, grid, inside) -> Iterator[Patch]:
    """The volumes that signals stand for, made some frames at a time."""
    step = volumes_in_block(tiles.voxels.size)
    for start in range(0, len(signals), step):
        for values in tiles.expand(signals[start : start + step]):
            flat = np.zeros(grid.n_voxels)
            flat[tiles.voxels] = values
            if inside is not None:
                flat[~inside] = 0.0
            yield Patch((0, 0, 0), grid.unflatten(flat))
