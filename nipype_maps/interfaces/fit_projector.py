"""FitProjector: all of the least squares that depends on the maps alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nipype.interfaces.base import File, Str, TraitedSpec, traits

from ..bids.labels import default_map_names
from ..bids.provenance import sources
from ..bids.sidecar_parts import merged, section, warning_entries
from ..images.projectors import MapsInfo, write_projector
from ..images.stored_maps import StoredMaps
from ..images.volumes import Volumes
from ..notes import Note, listed, note
from ..numerics.diagnosis import diagnose
from ..numerics.least_squares import solve
from ..numerics.projector import weights_of
from ..numerics.solution import Solution
from ..storage.json_files import number
from .base import InputFile, MapsInputSpec, MapsInterface, algorithm, input_images


class FitProjectorInputSpec(MapsInputSpec):
    code_version = algorithm("8")
    maps_file = input_images(mandatory=True, desc="maps on the working grid, 0 outside the mask")
    smoothed_file = input_images(desc="the same maps smoothed, instead of smoothing the run")
    names = traits.List(Str(), desc="names of the maps (default: map-01...)")
    coverage = traits.List(
        traits.Float(), desc="per map: share of its absolute weight inside mask and field of view"
    )
    written = traits.List(
        traits.Int(), desc="indices, from 0, of the maps whose signals are written (default: all)"
    )
    empty_maps = traits.Enum(
        "nan", "zero", usedefault=True, desc="signal of a map that is 0 everywhere: n/a or 0"
    )
    maps_source = input_images(desc="images the maps come from, recorded with their checksums")
    mask_source = InputFile(desc="image the mask comes from, recorded with its checksum")
    warnings = traits.List(Str(), desc="earlier messages about the maps, recorded beside the results")
    warning_kinds = traits.List(Str(), desc="per message: its kind")
    parameters = traits.Dict(
        Str(), traits.Any(), desc="how maps and mask were prepared, recorded beside the results"
    )


class FitProjectorOutputSpec(TraitedSpec):
    projector = File(exists=True, desc="the maps, prepared for projecting runs onto them (.npz)")
    rank = traits.Int(desc="numerical rank of the maps")
    condition = traits.Float(desc="condition number of the maps that are not empty")


class FitProjector(MapsInterface):
    """Compute, once, everything that depends on the maps alone."""

    input_spec = FitProjectorInputSpec
    output_spec = FitProjectorOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        maps = Volumes(inputs.maps_file)
        smoothed = Volumes(inputs.smoothed_file) if inputs.smoothed_file else maps
        if not smoothed.grid.same_as(maps.grid) or smoothed.n_volumes != maps.n_volumes:
            raise ValueError(f"{smoothed.name} does not hold the maps of {maps.name}, smoothed.")
        names = inputs.names or default_map_names(maps.n_volumes)
        written = range(maps.n_volumes) if inputs.written is None else inputs.written
        shares = inputs.coverage or [1.0] * maps.n_volumes
        if not len(names) == len(shares) == maps.n_volumes:
            raise ValueError(
                f"{maps.name} has {maps.n_volumes} maps, but there are {len(names)} names and "
                f"{len(shares)} coverages."
            )
        solution = solve(StoredMaps(maps, cwd))
        _note_problems(solution, names, written, inputs.empty_maps)
        about = {
            "Grid": {"Shape": list(maps.grid.shape), "Affine": maps.grid.affine.tolist()},
            "Names": [names[index] for index in written],
            "Coverage": [number(shares[index]) for index in written],
            "Rank": solution.rank,
            "ConditionNumber": number(solution.condition),
            "ScaledConditionNumber": number(solution.scaled_condition),
            "VarianceInflation": [number(solution.vif[index]) for index in written],
        }
        if len(written) < maps.n_volumes:
            about["FittedMaps"] = names
        files = {"Maps": sources(inputs.maps_source or inputs.maps_file)}
        if inputs.mask_source:
            files["Mask"] = sources([inputs.mask_source])
        earlier = {"Warnings": inputs.warnings or [], "WarningKinds": inputs.warning_kinds or []}
        description = merged(
            {"Maps": section("Maps", {**(inputs.parameters or {}), **about})},
            {"Provenance": section("Provenance", files)},
            warning_entries(earlier, notes),
        )
        out_file = str(cwd / "projector.npz")
        weights = weights_of(StoredMaps(smoothed, cwd), solution)
        info = MapsInfo(maps.grid, names, list(written), inputs.empty_maps, description, maps.located)
        write_projector(out_file, weights, solution, info)
        return {"projector": out_file, "rank": solution.rank, "condition": solution.condition}


def _note_problems(solution: Solution, names: list[str], written: Sequence[int], empty_maps: str) -> None:
    """Note maps whose signals are missing, not separate, or uncertain.

    Maps that are not written matter to those that are, unless they are empty.
    """
    diagnosis = diagnose(solution)
    empty = [names[index] for index in diagnosis.empty if index in written]
    dependent, inflated = (
        [names[index] for index in indices] for indices in (diagnosis.dependent, diagnosis.inflated)
    )
    if empty:
        note(
            f"maps with no non-zero voxel after resampling and masking: {', '.join(empty)}; their signals "
            f"are {'n/a' if empty_maps == 'nan' else '0'}.",
            "EmptyMaps",
        )
    if dependent:
        note(
            f"{', '.join(dependent)} depend linearly on each other, so that their signals are "
            "not separate; leave out one that follows from the others.",
            "DependentMaps",
        )
    if inflated:
        note(
            f"{listed(inflated)} nearly depend linearly on each other: the condition number of the maps, at "
            f"unit length, is {solution.scaled_condition:.1e}, so that the rounding of single precision "
            f"alone can change signals by {diagnosis.rounding:.1g} times their size. Leave one of these maps "
            "out, or combine some into one.",
            "IllConditionedMaps",
        )
