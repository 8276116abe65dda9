"""Mask: maps to zero outside a mask; which are kept, how much of each, and their names."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nipype.interfaces.base import File, Str, TraitedSpec, isdefined, traits

from ..bids.labels import Labels, labels_of
from ..images.map_checks import note_doubtful_values
from ..images.masks import read_mask
from ..images.volumes import Volumes
from ..images.writing import writing
from ..notes import Note
from ..numerics.coverage import coverages
from ..numerics.masking import (
    maps_to_keep,
    masked_maps,
    masking_effect,
    require_any_map,
    require_no_overlap,
)
from ..numerics.overlap import OverlapCounter, smallest_weight
from .base import (
    InputFile,
    MapsInputSpec,
    MapsInterface,
    algorithm,
    input_images,
    map_names,
    map_names_column,
    names_read,
    output_path,
)
from .errors import naming


class MaskInputSpec(MapsInputSpec):
    code_version = algorithm("7")
    in_file = input_images(mandatory=True, desc="maps on the working grid: 4D image, or list of 3D images")
    mask_file = InputFile(desc="3D image on the maps' grid; non-zero voxels are inside")
    original_mask_file = InputFile(desc="the mask before resampling, for messages")
    original_file = input_images(
        desc="the maps before resampling, for coverage, messages and to find names beside (default: in_file)"
    )
    allow_overlap = traits.Bool(True, usedefault=True, desc="whether two maps may be non-zero in one voxel")
    empty_maps = traits.Enum(
        "nan",
        "zero",
        "drop",
        "error",
        usedefault=True,
        desc="a map with no non-zero voxel after resampling and masking: its signal is n/a (nan) or 0 "
        "(zero), it is left out (drop), or the call fails (error)",
    )
    demean = traits.Bool(
        False,
        usedefault=True,
        desc="subtract from each map its mean inside the mask (or the grid): signals are then those of a fit "
        "with an intercept, as in FSL's dual regression",
    )
    map_names = map_names()
    map_names_column = map_names_column()

    def implicit_inputs(self) -> list[Path]:
        """Files that may contain the maps' names."""
        given = self.original_file if isdefined(self.original_file) else self.in_file
        return names_read(given, self.map_names)


class MaskOutputSpec(TraitedSpec):
    out_file = File(
        exists=True, desc="maps, 0 outside the mask (float64 .nii); the input itself if nothing changes"
    )
    warnings = traits.List(Str(), desc="messages about the maps")
    warning_kinds = traits.List(Str(), desc="per message: its kind, such as EmptyMaps")
    coverage = traits.List(
        traits.Float(), desc="per map: share of its absolute weight inside mask and field of view"
    )
    names = traits.List(Str(), desc="per map: its name")
    written = traits.List(traits.Int(), desc="indices, from 0, of the maps whose signals are written")


class Mask(MapsInterface):
    """Set maps to zero outside a mask, check them, and name them."""

    input_spec = MaskInputSpec
    output_spec = MaskOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        maps = Volumes(inputs.in_file)
        original = Volumes(inputs.original_file or inputs.in_file)
        if original.n_volumes != maps.n_volumes:
            raise ValueError(
                f"{maps.name} has {maps.n_volumes} maps, but {original.name} has {original.n_volumes}."
            )
        grid, inside = maps.grid, None
        if inputs.mask_file:
            inside = grid.unflatten(read_mask(inputs.mask_file, maps, inputs.original_mask_file))
        labels = labels_of(original.paths, maps.n_volumes, inputs.map_names, inputs.map_names_column)
        names = labels.names
        note_doubtful_values(original)

        overlaps = None
        if not inputs.allow_overlap:
            overlaps = OverlapCounter(grid.n_voxels, smallest_weight(original.dtype))
        effect = masking_effect(maps.patches(finite=False), inside, grid.shape, overlaps)
        nonzero = effect.nonzero
        if overlaps is not None:
            with naming(original.path):
                require_no_overlap(overlaps, names)
        shares = coverages(
            original.patches(), original.n_volumes, original.grid, grid, inside, is_complete=all(nonzero)
        )
        require_any_map(effect, shares, original.name)
        with naming(original.path):
            keep = maps_to_keep(nonzero, names, inputs.empty_maps)
            written = _written(labels, keep)

        out_file = str(maps.path)
        is_copy = len(keep) < maps.n_volumes or len(maps.paths) > 1
        if effect.changes or inputs.demean or is_copy:
            out_file = output_path(cwd, maps.path, "_masked.nii")
            demean = [inputs.demean and some for some in nonzero]
            with writing(out_file, grid, len(keep), like=maps) as out:
                for patch in masked_maps(maps.patches(), inside, grid.shape, keep, demean):
                    out.append(patch)
        return {
            "out_file": out_file,
            "coverage": [shares[index] for index in keep],
            "names": [names[index] for index in keep],
            "written": written,
            "warnings": list(map(str, notes)),
            "warning_kinds": [note.kind for note in notes],
        }


def _written(labels: Labels, keep: list[int]) -> list[int]:
    """The positions, among the maps that are kept, of those whose signals are written.

    Raises
    ------
    ValueError
        If there is none.
    """
    written = [position for position, index in enumerate(keep) if index in labels.kept]
    if not written:
        raise ValueError(
            f"none of the maps that {labels.source} lists has a non-zero voxel after resampling and masking; "
            "check that maps, mask and run are in the same space."
        )
    return written
