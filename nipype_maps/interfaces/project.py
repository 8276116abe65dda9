"""FitProjector and Project: least squares of every frame on the maps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from nipype.interfaces.base import File, Str, TraitedSpec, isdefined, traits

from ..bids.map_names import default_map_names
from ..bids.names import listed, space_of, spaces_differ
from ..bids.provenance import source, sources, versions
from ..bids.runs import Run
from ..bids.signals import write_signals
from ..images.filenames import short_name
from ..images.masks import NON_FINITE
from ..images.projectors import MapsInfo, read_projector, write_projector
from ..images.stored_maps import StoredMaps
from ..images.volumes import Volumes, volumes_in_block
from ..notes import note
from ..numerics.blocks import StoredBlock, has_non_finite
from ..numerics.grid import require_same_grid
from ..numerics.projector import weights_of
from ..numerics.resample import Resampler, clip_range
from ..numerics.signal import has_signal, met_by, signal_threshold
from ..numerics.solution import solve
from ..storage.compression import LIBRARY
from ..storage.json_files import number, write_json
from ..storage.threads import worked
from .base import (
    InputFile,
    MapsInputSpec,
    MapsInterface,
    algorithm,
    input_images,
    logger,
    number_or_none,
    output_path,
    sidecars_read,
)
from .resample import require_overlap

#: Condition number of the maps, scaled to unit length, from which on users are warned: the relative
#: error of values stored in single precision, 6e-8, then is one of about 1e-3 in the signals.
ILL_CONDITIONED = 1e4

#: Share of a map's weight below which users are warned that the run has no signal there, as XCP-D's.
ENOUGH_SIGNAL = 0.5


class FitProjectorInputSpec(MapsInputSpec):
    code_version = algorithm("5")
    maps_file = input_images(mandatory=True, desc="maps on the working grid, 0 outside the mask")
    smoothed_file = input_images(desc="the same maps smoothed, to stand for smoothing the run")
    names = traits.List(Str(), desc="names of the maps (default: map-01...)")
    coverage = traits.List(traits.Float(), desc="share of each map that the working grid and mask cover")
    empty_maps = traits.Enum(
        "nan", "zero", usedefault=True, desc="signal of a map that is 0 everywhere: n/a or 0"
    )
    maps_source = input_images(desc="images the maps come from, recorded with their checksums")
    mask_source = InputFile(desc="image the mask comes from, recorded with its checksum")
    warnings = traits.List(Str(), desc="what was noticed of the maps before, recorded beside the results")
    parameters = traits.Dict(
        Str(), traits.Any(), desc="how maps and mask were prepared, recorded beside the results"
    )


class FitProjectorOutputSpec(TraitedSpec):
    projector = File(exists=True, desc="all that projecting a run needs of the maps (.npz)")
    rank = traits.Int(desc="numerical rank of the maps")
    condition = traits.Float(desc="condition number of the maps that are not empty")


class FitProjector(MapsInterface):
    """Work out, once, all that depends on the maps alone."""

    input_spec = FitProjectorInputSpec
    output_spec = FitProjectorOutputSpec

    def _run(self, inputs, cwd, notes):
        maps = Volumes(inputs.maps_file)
        smoothed = None
        if inputs.smoothed_file:
            smoothed = Volumes(inputs.smoothed_file)
            if not smoothed.grid.same_as(maps.grid) or smoothed.n_volumes != maps.n_volumes:
                raise ValueError(f"{smoothed.name} does not hold the maps of {maps.name}, smoothed.")
        names = inputs.names or default_map_names(maps.n_volumes)
        shares = inputs.coverage or [1.0] * maps.n_volumes
        if not len(names) == len(shares) == maps.n_volumes:
            raise ValueError(
                f"{maps.name} has {maps.n_volumes} maps, but there are {len(names)} names and "
                f"{len(shares)} coverages."
            )
        solution = solve(StoredMaps(maps, cwd))
        _warn(solution, names, inputs.empty_maps)
        description = {
            **(inputs.parameters or {}),
            "Grid": {"Shape": list(maps.grid.shape), "Affine": maps.grid.affine.tolist()},
            "Names": names,
            "Coverage": [number(share) for share in shares],
            "Rank": solution.rank,
            "ConditionNumber": number(solution.condition),
            "ScaledConditionNumber": number(solution.scaled_condition),
            "VarianceInflation": [number(value) for value in solution.vif],
            "Sources": sources(inputs.maps_source or inputs.maps_file),
        }
        if inputs.mask_source:
            description["MaskSource"] = source(inputs.mask_source)
        description["Warnings"] = [*(inputs.warnings or []), *notes]
        out_file = str(cwd / "projector.npz")
        weights = weights_of(StoredMaps(smoothed or maps, cwd), solution)
        info = MapsInfo(maps.grid, names, inputs.empty_maps, description, maps.located)
        write_projector(out_file, weights, solution, info)
        return {"projector": out_file, "rank": solution.rank, "condition": solution.condition}


def _warn(solution, names, empty_maps) -> None:
    vif = solution.vif
    empty = [name for name, value in zip(names, vif, strict=True) if np.isnan(value)]
    dependent = [name for name, value in zip(names, vif, strict=True) if np.isinf(value)]
    if empty:
        filled = "n/a" if empty_maps == "nan" else "0"
        note(
            f"nothing is left of {', '.join(empty)} on the working grid inside the mask; the "
            f"signals are {filled}."
        )
    if dependent:
        note(
            f"{', '.join(dependent)} depend linearly on each other, so that their signals are "
            "not separate; leave out one that follows from the others."
        )
    if solution.scaled_condition > ILL_CONDITIONED:
        change = solution.scaled_condition * np.finfo(np.float32).eps / 2
        note(
            f"{listed([names[index] for index in _inflated(vif)])} nearly depend linearly on each other: the "
            f"condition number of the maps, at unit length, is {solution.scaled_condition:.1e}, so that "
            f"the rounding of single precision alone can change signals by {change:.1g} times their size. "
            "Leave one of these maps out, or combine some into one."
        )


def _inflated(vif) -> list[int]:
    """The maps with the largest finite variance inflation, within a factor of 100, largest first.

    Where all are infinite, all of these.
    """
    known = np.where(np.isnan(vif), 0.0, vif)
    finite = np.where(np.isinf(known), 0.0, known)
    inflated = finite if finite.any() else np.minimum(known, 1.0)
    return [int(k) for k in np.argsort(-inflated, kind="stable") if inflated[k] > inflated.max() / 100]


class ProjectInputSpec(MapsInputSpec):
    code_version = algorithm("4")
    in_file = input_images(mandatory=True, desc="run on the working grid: 4D image, or list of 3D images")
    projector = InputFile(mandatory=True, desc="what FitProjector wrote")
    source_file = input_images(
        desc="the run before it was resampled or smoothed, to name the signals after, take t_r "
        "from and record (default: in_file)"
    )
    t_r = number_or_none(desc="seconds from frame to frame; None takes them from sidecar or header")
    on_mismatch = traits.Enum(
        "error",
        "resample",
        usedefault=True,
        desc="what to do with a run on another grid than the projector's: stop, or resample each frame "
        "by cubic splines",
    )
    clip = traits.Bool(
        True, usedefault=True, desc="clip resampled frames to the range of the whole run and 0"
    )
    # not a compound trait, whose nohash nipype does not see
    block = traits.Range(
        low=0,
        value=0,
        usedefault=True,
        nohash=True,
        desc="frames held at once; 0 holds as many as fit 32 MB, at most 32",
    )

    def read_besides(self):
        """The run's sidecars."""
        given = self.source_file if isdefined(self.source_file) else self.in_file
        return sidecars_read(given, self.t_r)


class ProjectOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="signals (.tsv): a column per map, a row per frame")
    out_json = File(exists=True, desc="what the signals are: run, maps, t_r, versions")
    t_r = traits.Either(None, traits.Float(), desc="seconds from frame to frame, None if unknown")


class Project(MapsInterface):
    """Signals of all maps in every frame of a run, by least squares."""

    input_spec = ProjectInputSpec
    output_spec = ProjectOutputSpec

    def _run(self, inputs, cwd, notes):
        projector, maps = read_projector(inputs.projector)
        run = Volumes(inputs.in_file)
        original = Run(inputs.source_file or inputs.in_file, inputs.t_r)
        resampled = inputs.on_mismatch == "resample" and not run.grid.same_as(maps.grid)
        non_finite: list[bool] = []
        if resampled:
            require_overlap(run, maps.grid, maps.located, _maps_name(maps))
            blocks = _resampled(run, maps.grid, projector.support, inputs.clip, inputs.block, non_finite)
        else:
            require_same_grid(original.name, run.grid, _maps_name(maps), maps.grid)
            blocks = run.blocks(projector.support, inputs.block or None)
            blocks = _noticing(blocks, lambda block: block.stored, non_finite)
            if not run.located:
                note(
                    f"{original.name} has neither sform nor qform; it is taken to lie where the maps do, "
                    "because the grids agree as they stand."
                )
        if run.compressed:
            logger.info("%s is inflated by %s.", run.name, LIBRARY)
        met = _signal_coverage(run, projector, maps)
        _warn_of_coverage(met, maps, original)
        _warn_of_spaces(original, maps)
        signals = np.vstack([projector.project(block) for block in blocks])
        if non_finite:
            note(f"{NON_FINITE} NaN or infinite voxels of {original.name} count as 0.")
        if maps.empty == "nan":
            signals[:, np.isnan(projector.solution.vif)] = np.nan
        out_file = output_path(cwd, original.path, "_signals.tsv")
        out_json = output_path(cwd, original.path, "_signals.json")
        write_signals(out_file, maps.names, signals)
        description = {key: value for key, value in maps.description.items() if key != "Warnings"}
        description["SignalCoverage"] = [number(share) for share in met]
        sidecar = {
            "Description": "Least-squares signals of brain maps, one per column, one row per frame",
            "RepetitionTime": original.t_r,
            **({"VolumeTiming": uneven.times} if (uneven := original.uneven) else {}),
            "FramesInRun": run.n_volumes,
            "Sources": sources(original.paths),
            "Maps": description,
            "Warnings": [*maps.description.get("Warnings", []), *notes],
            "Versions": versions(),
        }
        write_json(out_json, sidecar)
        return {"out_file": out_file, "out_json": out_json, "t_r": original.t_r}


def _signal_coverage(run, projector, maps) -> np.ndarray:
    """(K,) share of each map's absolute weight that is inside grid and mask, and where a run has signal.

    The first frame says where that is, or the first that is not blank.
    """
    frame = next((patch for patch in run.patches(finite=False) if _varies(patch, run.grid)), None)
    if frame is None:
        note("the run is constant in every frame, so that it holds no signal.")
        return np.zeros(len(maps.names))
    threshold = signal_threshold(frame.volume(run.grid.shape))
    if run.grid.same_as(maps.grid):
        values = frame.volume(run.grid.shape).ravel(order="F")[projector.support]
    else:
        values = Resampler(run.grid, maps.grid, "linear").at(projector.support)(frame)
    shares = met_by(projector, has_signal(values, threshold), bool(maps.description.get("Demean")))
    inside = [1.0 if share == "n/a" else share for share in maps.description.get("Coverage", [1.0])]
    return shares * inside


def _varies(patch, grid) -> bool:
    values = patch.volume(grid.shape)
    if not np.isfinite([values.min(), values.max()]).all():
        values = values[np.isfinite(values)]
    return bool(values.size and values.min() < values.max())


def _warn_of_coverage(met, maps, run) -> None:
    little = [
        f"{name} ({share:.0%})" for name, share in zip(maps.names, met, strict=True) if share < ENOUGH_SIGNAL
    ]
    if little:
        note(
            f"less than half of the weight of {listed(little)} is where {short_name(run.path)} has signal; "
            "check that maps, mask and run are in the same space, and that the field of view covers the maps."
        )


def _warn_of_spaces(run, maps) -> None:
    """Warn where the names of a run and of the maps, or of the mask, tell of different spaces."""
    others = {"maps": maps.description["Sources"][0], "mask": maps.description.get("MaskSource")}
    space = space_of(run.path)
    for what, other in others.items():
        if other and spaces_differ(space, space_of(other["File"])):
            note(
                f"by their names {run.path.name} is in the space {space}, but the {what} {other['File']} in "
                f"{space_of(other['File'])}; give files of one space."
            )


def _maps_name(maps) -> str:
    return maps.description["Sources"][0]["File"]


def _noticing(items, values: Callable[[object], np.ndarray], found: list[bool]) -> Iterator:
    """Hand on items, and note in a list that one of them holds NaN or infinity."""
    for item in items:
        if not found and has_non_finite(values(item)):
            found.append(True)
        yield item


def _resampled(run, grid, voxels, clip, step, non_finite) -> Iterator[StoredBlock]:
    """A run's voxels on the projector's support, resampled frame by frame, never to disk."""
    limits = clip_range(*run.finite_range()) if clip else None
    resampler = Resampler(run.grid, grid, "continuous", "neighbours", limits)
    volumes = _noticing(run.patches(finite=False), lambda patch: patch.values, non_finite)
    frames = worked(resampler.at(voxels), volumes)
    first, step = 0, step or volumes_in_block(voxels.size)
    while block := list(itertools.islice(frames, step)):
        yield StoredBlock(first, np.stack(block))
        first += len(block)
