"""Inverse: from signals back to a 4D image."""

from __future__ import annotations

from nipype.interfaces.base import File, Str, TraitedSpec, traits

from ..files.images import read_columns, read_mask, writing
from ..files.map_names import names_of_maps
from ..files.runs import Volumes
from ..files.sidecars import read_json, sidecar_of
from ..files.tables import read_table
from .base import (
    InputFile,
    MapsInputSpec,
    MapsInterface,
    input_images,
    number_or_none,
    output_path,
)


class InverseInputSpec(MapsInputSpec):
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


class InverseOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="4D image: the sum of all maps, each times its signal")


class Inverse(MapsInterface):
    """The image that signals stand for: ``y_t = A s_t`` inside the mask, 0 outside.

    A column of ``n/a``, of a map that was empty, adds nothing.
    """

    input_spec = InverseInputSpec
    output_spec = InverseOutputSpec

    def _run(self, inputs, cwd, notes):
        table = read_table(inputs.in_file)
        maps = Volumes(inputs.maps_file)
        names = names_of_maps(maps.paths, maps.n_volumes, inputs.map_names)
        weights = read_columns(maps).tocsr()
        if inputs.mask_file:
            inside = read_mask(inputs.mask_file, maps)
            weights = weights.multiply(inside[:, None]).tocsr()
        weights, signals = _matched(weights, names, table)
        t_r = inputs.t_r
        if t_r is None and sidecar_of(inputs.in_file).exists():
            t_r = read_json(sidecar_of(inputs.in_file)).get("RepetitionTime")

        out_file = output_path(cwd, inputs.in_file, f"_inverse{inputs.extension}")
        with writing(out_file, maps.grid, len(signals), t_r=t_r, dtype=inputs.dtype) as out:
            for frame in signals:
                out.append(maps.grid.unflatten(weights @ frame))
        return {"out_file": out_file}


def _matched(weights, names, table):
    """Maps and signals in the same order, without maps that have no signal."""
    if set(table.names) <= set(names):
        weights = weights[:, [names.index(name) for name in table.names]]
    elif len(table.names) != len(names):
        raise ValueError(
            f"{table.source} has {len(table.names)} signals for {len(names)} maps, and their names differ "
            f"({table.names[0]}, … and {names[0]}, …); give the names of the maps."
        )
    there = [k for k, column in enumerate(table.values.T) if column.size and column[0] == column[0]]
    signals = table.values[:, there]
    if signals.size and signals.min() != signals.min():
        raise ValueError(f"{table.source} has a column with n/a in some frames only; complete it first.")
    return weights[:, there], signals
