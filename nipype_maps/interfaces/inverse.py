"""Inverse: from signals back to a 4D image."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nipype.interfaces.base import File, Str, TraitedSpec, isdefined, traits

from ..bids.extractions import frames_left_out
from ..bids.labels import labels_of
from ..bids.sidecars import sidecar_of
from ..bids.signals import maps_of_columns, read_signals
from ..bids.tables import Table
from ..bids.timing import repetition_time
from ..images.filenames import short_name
from ..images.masks import read_mask
from ..images.stored_maps import StoredMaps
from ..images.volumes import Volumes, volumes_in_block
from ..images.writing import writing
from ..notes import Note, listed, note
from ..numerics.blocking import tiles_of
from ..numerics.inverse import inverse_volumes, signals_of_all_maps
from ..storage.threads import prefetched
from .base import (
    InputFile,
    MapsInputSpec,
    MapsInterface,
    algorithm,
    input_images,
    map_names,
    map_names_column,
    names_read,
    number_or_none,
    output_path,
)


class InverseInputSpec(MapsInputSpec):
    code_version = algorithm("5")
    in_file = InputFile(mandatory=True, desc="signals (.tsv): a column per map, a row per frame")
    maps_file = input_images(mandatory=True, desc="maps (A), on the grid of the new image")
    mask_file = InputFile(desc="3D image on the maps' grid; the image is 0 outside")
    map_names = map_names()
    map_names_column = map_names_column()
    t_r = number_or_none(desc="repetition time in seconds; None takes it from the signals' sidecar")
    dtype = traits.Enum("float64", "float32", usedefault=True, desc="data type of the image")
    extension = traits.Enum(".nii.gz", ".nii", usedefault=True, desc="compressed or not")

    def implicit_inputs(self) -> list[Path]:
        """The signals' sidecar, and files that may contain the maps' names."""
        beside = [sidecar_of(self.in_file)] if isdefined(self.in_file) else []
        return [path for path in beside if path.exists()] + names_read(self.maps_file, self.map_names)


class InverseOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="4D image: the sum of all maps, each times its signal")
    warnings = traits.List(Str(), desc="messages about the signals")


class Inverse(MapsInterface):
    """The image of given signals: ``y_t = A s_t`` inside the mask, 0 outside.

    A column of ``n/a``, the signal of an empty map, adds nothing, nor does a map without a column.
    """

    input_spec = InverseInputSpec
    output_spec = InverseOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        table = read_signals(inputs.in_file)
        _note_gaps(inputs.in_file)
        maps = Volumes(inputs.maps_file)
        names = labels_of(maps.paths, maps.n_volumes, inputs.map_names, inputs.map_names_column).names
        inside = read_mask(inputs.mask_file, maps) if inputs.mask_file else None
        columns = maps_of_columns(table, names)
        _note_maps_left_out(table, columns, names)
        signals = signals_of_all_maps(table.values, columns, len(names), table.source)
        tiles = tiles_of(StoredMaps(maps, cwd))
        t_r = inputs.t_r
        if t_r is None:
            t_r = repetition_time(sidecar_of(inputs.in_file))

        n_frames = volumes_in_block(tiles.voxels.size)
        volumes = inverse_volumes(tiles, signals, maps.grid, inside, n_frames)
        out_file = output_path(cwd, inputs.in_file, f"_inverse{inputs.extension}")
        with writing(out_file, maps.grid, len(signals), t_r=t_r, dtype=inputs.dtype) as out:
            for volume in prefetched(volumes):
                out.append(volume)
        return {"out_file": out_file, "warnings": list(map(str, notes))}


def _note_gaps(signals_file: str) -> None:
    """Note frames of the run that the signals leave out."""
    if missing := frames_left_out(signals_file):
        note(
            f"the signals of {short_name(signals_file)} leave out {len(missing)} of the run's frames "
            f"({listed(list(map(str, missing)), most=5)}), and the image has no gaps in their place; its "
            "time axis is not the run's.",
            "FramesLeftOut",
        )


def _note_maps_left_out(table: Table, columns: list[int], names: list[str]) -> None:
    """Note maps that have no column, such as components that were fitted and not written."""
    missing = [name for index, name in enumerate(names) if index not in columns]
    if missing:
        note(
            f"{table.source} has signals of {len(columns)} of the {len(names)} maps; the image is the sum of "
            f"these, without {listed(missing, most=3)}.",
            "MapsLeftOut",
        )
