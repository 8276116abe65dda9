"""Project: signals of all maps in a run, by least squares of every frame."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from nipype.interfaces.base import File, TraitedSpec, isdefined, traits

from ..bids.provenance import sources, versions
from ..bids.row_times import start_time, timing_entries
from ..bids.runs import Run
from ..bids.sidecar_parts import merged, section, warning_entries
from ..bids.sidecars import option_entries
from ..bids.signals import write_signals
from ..bids.spaces import space_of, spaces_differ
from ..images.filenames import short_name
from ..images.masks import NON_FINITE
from ..images.projectors import MapsInfo, read_projector
from ..images.resampling import require_overlap, resampled_blocks
from ..images.volumes import Volumes
from ..images.working_grid import WorkingGrid
from ..notes import Note, listed, note
from ..numerics.blocks import NonFiniteCheck
from ..numerics.grid import require_same_grid
from ..numerics.projector import signals_of
from ..numerics.signal import signal_coverage, with_little_signal
from ..options import TRANSFORM, options_of
from ..storage.compression import LIBRARY
from ..storage.json_files import number, write_json
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


class ProjectInputSpec(MapsInputSpec):
    code_version = algorithm("8")
    in_file = input_images(mandatory=True, desc="run: 4D image, or list of 3D images")
    projector = InputFile(mandatory=True, desc="projector of the maps, from FitProjector")
    source_file = input_images(
        desc="the run before it was resampled or smoothed, to name the signals after, take t_r "
        "from and record (default: in_file)"
    )
    t_r = number_or_none(desc="repetition time in seconds; None takes it from sidecar or header")
    on_mismatch = traits.Enum(
        "error",
        "resample",
        usedefault=True,
        desc="what to do with a run on another grid than the projector's: fail, or resample each frame "
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

    def implicit_inputs(self) -> list[Path]:
        """The run's sidecars, whose StartTime counts even where t_r is given."""
        given = self.source_file if isdefined(self.source_file) else self.in_file
        return sidecars_read(given, None)


class ProjectOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="signals (.tsv): a column per map, a row per frame")
    out_json = File(exists=True, desc="sidecar of the signals: run, maps, repetition time, versions")
    t_r = traits.Either(None, traits.Float(), desc="repetition time in seconds, None if unknown")


class Project(MapsInterface):
    """Signals of all maps in every frame of a run, by least squares."""

    input_spec = ProjectInputSpec
    output_spec = ProjectOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        projector, maps = read_projector(inputs.projector)
        if not {"Maps", "Provenance"} <= maps.description.keys():
            raise ValueError(f"{inputs.projector} is of an earlier version; make it again with FitProjector.")
        run = Volumes(inputs.in_file)
        original = Run(inputs.source_file or inputs.in_file, inputs.t_r)
        voxels, check = projector.support, NonFiniteCheck()
        if inputs.on_mismatch == "resample" and not run.grid.same_as(maps.grid):
            require_overlap(run, WorkingGrid(maps.grid, maps.located, _maps_name(maps)))
            blocks = resampled_blocks(run, maps.grid, voxels, inputs.clip, inputs.block, check)
        else:
            _require_same_grid(original, run, maps)
            blocks = check.passing(run.blocks(voxels, inputs.block or None), lambda block: block.stored)
        if run.compressed:
            logger.info("%s is inflated by %s.", run.name, LIBRARY)
        demeaned = bool(maps.description["Maps"].get("Demean"))
        with_signal = signal_coverage(run.patches(finite=False), run.grid, maps.grid, projector, demeaned)
        coverage = _coverage(maps) * with_signal[maps.written]
        _note_coverage(coverage, maps, original)
        _note_spaces(original, maps)
        signals = signals_of(projector, blocks, empty_as_nan=maps.empty == "nan")
        if check.found:
            note(f"{NON_FINITE} NaN or infinite voxels of {original.name} count as 0.", "NonFinite")
        out_file = output_path(cwd, original.path, "_signals.tsv")
        out_json = output_path(cwd, original.path, "_signals.json")
        write_signals(out_file, _names(maps), signals[:, maps.written])
        own = option_entries(vars(inputs), options_of(TRANSFORM, node="Project"))
        write_json(out_json, _sidecar(original, run.n_volumes, maps, coverage, own, notes))
        return {"out_file": out_file, "out_json": out_json, "t_r": original.t_r}


def _require_same_grid(original: Run, run: Volumes, maps: MapsInfo) -> None:
    """Raise ValueError if a run is on another grid than the maps; note that it has no world coordinates."""
    require_same_grid(original.name, run.grid, _maps_name(maps), maps.grid)
    if not run.located:
        note(
            f"{original.name} has neither sform nor qform; its voxels are taken for those of the maps, "
            "because the grids agree as they stand.",
            "NoWorldCoordinates",
        )


def _maps_name(maps: MapsInfo) -> str:
    return maps.description["Provenance"]["Maps"][0]["File"]


def _names(maps: MapsInfo) -> list[str]:
    """Names of the maps whose signals are written."""
    return [maps.names[index] for index in maps.written]


def _coverage(maps: MapsInfo) -> np.ndarray:
    """Share of each map that is written inside mask and field of view; 1 where it is not known."""
    shares = maps.description["Maps"].get("Coverage", [1.0] * len(maps.written))
    return np.array([1.0 if share == "n/a" else share for share in shares])


def _note_coverage(coverage: np.ndarray, maps: MapsInfo, run: Run) -> None:
    names = _names(maps)
    little = [f"{names[index]} ({coverage[index]:.0%})" for index in with_little_signal(coverage)]
    if little:
        note(
            f"less than half of the weight of {listed(little)} is where {short_name(run.path)} has signal; "
            "check that maps, mask and run are in the same space, and that the field of view covers the "
            "maps.",
            "SignalCoverage",
        )


def _note_spaces(run: Run, maps: MapsInfo) -> None:
    """Note a run whose name has another space than the name of the maps, or of the mask."""
    files, space = maps.description["Provenance"], space_of(run.path)
    for role in ("Maps", "Mask"):
        name = files[role][0]["File"] if role in files else ""
        if name and spaces_differ(space, space_of(name)):
            note(
                f"by their names {short_name(run.path)} is in the space {space}, but the {role.lower()} "
                f"{name} in {space_of(name)}; give files of one space.",
                "DifferentSpaces",
            )


def _sidecar(
    run: Run,
    n_frames: int,
    maps: MapsInfo,
    coverage: np.ndarray,
    options: dict[str, Any],
    notes: list[Note],
) -> dict[str, Any]:
    """The sidecar of the signals: the part of the maps, and the run's."""
    t_r, uneven = run.t_r, run.uneven  # before the warnings: reading them may add notes
    about = section("", {
        "Description": "Least-squares signals of brain maps: a column per map, a row per kept frame",
        "FramesInRun": n_frames,
        "NumberOfFramesKept": n_frames,
        "Maps": section("Maps", {"SignalCoverage": [number(share) for share in coverage]}),
        "Provenance": section("Provenance", {"Run": sources(run.paths)}),
        "Versions": versions(),
        **options,
        **timing_entries(range(n_frames), t_r, start_time(run.path), uneven.times if uneven else None),
    })  # fmt: skip
    return merged(maps.description, about, warning_entries(notes))
