"""The graphs behind a fitted masker: what is executed for fit, transform and inverse_transform."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from nipype.pipeline.engine import Workflow

from ..bids.signals import read_signals, write_signals
from ..bids.tables import Table
from ..graphs import (
    RunInputs,
    crossings,
    fit_name,
    init_atlas_wf,
    init_dataset_wf,
    init_inverse_wf,
    init_transform_wf,
)
from ..images.filenames import IN_MEMORY
from ..images.working_grid import WorkingGrid
from ..options import ATLAS, FIT, TRANSFORM, chosen, options_of
from ..storage.json_files import read_json
from .fitted_images import FittedImages
from .inputs import Images, MapNames, confounds_files, frames_of
from .verbosity import Verbosity
from .work_folder import WorkFolder, warn_once

#: Options of `init_dataset_wf` by name.
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """Maps and mask as files on the working grid, and the names of the maps whose signals are written."""

    maps_file: str
    mask_file: str | None
    names: list[str]


@dataclass
class LastRuns:
    """Grids, time steps (seconds) and number of signals of the runs that were transformed last."""

    grids: list[WorkingGrid] = field(default_factory=list)
    t_rs: list[float | None] = field(default_factory=list)
    n_signals: int | None = None


@dataclass
class Extraction:
    """Maps, mask and grid of a fitted masker; each method builds graphs and executes them.

    What runs share has a graph, and so a work folder, of its own, and each run has another:
    processes with the same memory wait for each other only while the first prepares the maps.

    Attributes
    ----------
    maps : FittedImages
    mask : FittedImages or None
    grid : WorkingGrid or None
        The working grid, if it is the runs' and fit was called with an image.
    t_r : float or None
        That image's time step, in seconds.
    map_names : MapNames
    options : dict
        The options when fit was called.
    last_runs : LastRuns
    """

    maps: FittedImages
    mask: FittedImages | None = None
    grid: WorkingGrid | None = None
    t_r: float | None = None
    map_names: MapNames = field(default_factory=MapNames)
    options: Options = field(default_factory=dict)
    last_runs: LastRuns = field(default_factory=LastRuns)

    def is_deferred(self, options: Options) -> bool:
        """Whether the working grid is known only with the runs."""
        return options["resampling_target"] == "data" and self.grid is None

    def fit(self, folder: WorkFolder, options: Options, verbosity: Verbosity) -> Prepared:
        """Prepare maps and mask on the working grid; as they are, if only the runs determine it.

        Parameters
        ----------
        folder : WorkFolder
        options : dict
        verbosity : Verbosity
        """
        if self.is_deferred(options):
            maps_files, mask_file = self._files(folder)
            own = chosen(options, options_of(ATLAS)) | {"resampling_target": "maps"}
            names = self.map_names.inputs()
            workflow = init_atlas_wf(name=f"maps_{_digest(maps_files, own, *names.items())}", **own)
            workflow.inputs.inputnode.trait_set(maps_file=maps_files, **names)
            (atlas,) = folder.execute(workflow, ["mask"], verbosity)
            return Prepared(atlas.out_file, mask_file, _written(atlas))
        name = f"{_fit_name(self.grid, options)}.atlas"
        wanted = [f"{name}.mask", f"{name}.resample_mask"][: 2 if self.mask else 1]
        atlas, *masks = folder.execute(self._shared(folder, options, [self.grid]), wanted, verbosity)
        return Prepared(atlas.out_file, masks[0].out_file if masks else None, _written(atlas))

    def transform(
        self,
        folder: WorkFolder,
        options: Options,
        runs: Sequence[Images],
        confounds: Sequence,
        sample_mask: Sequence,
        t_r: float | None,
        on_grids: Callable[[list[WorkingGrid]], None],
        verbosity: Verbosity,
    ) -> list[Table]:
        """Extract the signals of runs; if one fails, those of the others are extracted all the same.

        Parameters
        ----------
        folder : WorkFolder
        options : dict
        runs, confounds, sample_mask : sequences of the same length
        t_r : float or None
            Seconds; None reads sidecars and headers.
        on_grids : callable
            Called with the grids of all runs before anything is executed.
        verbosity : Verbosity

        Returns
        -------
        list of Table
            Of each run, (T_kept, K) signals and their names.

        Raises
        ------
        ValueError, TypeError, OSError, FileNotFoundError, MemoryError or RuntimeError
            As the first run that failed raised, after all others have finished.
        """
        tables, sidecars, failures = [], [], {}
        with folder.scratch() as scratch:
            inputs = [
                _run_inputs(run, tables, frames, t_r, scratch)
                for run, tables, frames in zip(runs, confounds, sample_mask, strict=True)
            ]
            warn_once(f"{pair}; check the order of confounds." for pair in crossings(_on_disk(inputs)))
            grids = [WorkingGrid.read(run.run_file) for run in inputs]
            on_grids(grids)
            shared = self._shared(folder, options, grids)
            wanted = [f"{_fit_name(grid, options)}.fit_projector" for grid in grids]
            fits = folder.execute(shared, wanted, verbosity)
            for index, (run, fit) in enumerate(zip(inputs, fits, strict=True)):
                workflow = _of_run(run, options, shared.name, fit.projector)
                try:
                    (clean,) = folder.execute(workflow, ["clean"], verbosity)
                    tables.append(read_signals(clean.out_file))
                    sidecars.append(read_json(clean.out_json))
                except Exception as error:
                    failures[index] = error
                if not folder.kept:
                    shutil.rmtree(folder.path / workflow.name, ignore_errors=True)
        if failures:
            raise _of_several(failures, len(runs))
        warn_once(message for sidecar in sidecars for message in sidecar["Warnings"])
        t_rs = [sidecar["RepetitionTime"] for sidecar in sidecars]
        self.last_runs = LastRuns(grids, t_rs, len(tables[0].names))
        return tables

    def inverse(
        self,
        folder: WorkFolder,
        options: Options,
        signals: np.ndarray,
        t_r: float | None,
        dtype: Literal["float64", "float32"],
        verbosity: Verbosity,
    ) -> Path:
        """Compute the image of (T, K) signals.

        Returns
        -------
        pathlib.Path
            An image file in a folder of its own graph, which the caller removes.

        Raises
        ------
        ValueError
            If the runs that were transformed last were on different grids, or signals do not fit.
        """
        grid = self._grid_of_image(options)
        if options["resampling_target"] == "data" and grid is None:
            options = {**options, "resampling_target": "maps"}
        wanted = [f"{_fit_name(grid, options)}.atlas.mask"]
        (atlas,) = folder.execute(self._shared(folder, options, [grid]), wanted, verbosity)
        # a name of its own, so that no other process writes to the folder while the image is read
        workflow = init_inverse_wf(dtype=dtype, extension=".nii", name=f"inverse_{uuid.uuid4().hex}")
        workflow.inputs.inputnode.maps_file = atlas.out_file
        workflow.inputs.inputnode.map_names = atlas.names
        workflow.inputs.inputnode.t_r = t_r or self._t_r_of_image()
        with folder.scratch() as scratch:
            path = scratch / IN_MEMORY / "region_signals.tsv"
            path.parent.mkdir()
            names = _written(atlas)
            if len(names) != signals.shape[1]:
                names = [f"signal-{k}" for k in range(signals.shape[1])]
            write_signals(path, names, signals)
            workflow.inputs.inputnode.signals_file = str(path)
            (image,) = folder.execute(workflow, ["inverse"], verbosity)
        warn_once(image.warnings)
        return Path(image.out_file)

    def _grid_of_image(self, options: Options) -> WorkingGrid | None:
        """The grid of the image that is made of signals; None stands for that of maps or mask."""
        if options["resampling_target"] != "data":
            return None
        grids = self.last_runs.grids if self.grid is None else [self.grid]
        if any(not grid.same_as(grids[0]) for grid in grids):
            raise ValueError(
                "the runs transformed last are on different grids; call fit with an image on the grid that "
                "you want."
            )
        return grids[0] if grids else None

    def _t_r_of_image(self) -> float | None:
        """Time step of the last runs, if it is the same; before any run, of the image that fit was given."""
        t_rs = set(self.last_runs.t_rs) or {self.t_r}
        return t_rs.pop() if len(t_rs) == 1 else None

    def _files(self, folder: WorkFolder) -> tuple[list[str], str | None]:
        """Maps and mask as files."""
        return self.maps.files(folder), None if self.mask is None else self.mask.files(folder)[0]

    def _shared(self, folder: WorkFolder, options: Options, grids: Sequence[WorkingGrid | None]) -> Workflow:
        """The graph of what all runs on some grids share."""
        shared = chosen(options, options_of(FIT))
        maps_files, mask_file = self._files(folder)
        names = self.map_names.inputs()
        name = f"fits_{_digest(maps_files, mask_file, shared, *names.items())}"
        workflow = init_dataset_wf(runs=[], grids=grids, name=name, **shared)
        inputs = workflow.get_node("inputnode").inputs
        inputs.trait_set(maps_file=maps_files, **names)
        if mask_file:
            inputs.mask_file = mask_file
        return workflow


def _run_inputs(run: Images, confounds: Any, sample_mask: Any, t_r: float | None, scratch: Path) -> RunInputs:
    """A run's inputs as files, under a name that is a digest of all that its signals depend on."""
    run_files, tables = run.files(scratch), confounds_files(confounds, scratch)
    frames = frames_of(sample_mask)
    # folders of images and tables in memory are named by content
    paths = [path.removeprefix(str(scratch)) for path in (*run_files, *tables)]
    return RunInputs(_digest(paths, frames, t_r), run_files, tables, frames, t_r)


def _on_disk(runs: Sequence[RunInputs]) -> list[RunInputs]:
    """Runs with all inputs from files of the user, whose names say whose they are; each run once."""
    known = {
        run.first_file: run
        for run in runs
        if not any(Path(path).parent.name == IN_MEMORY for path in (run.first_file, *run.confounds_files))
    }
    return list(known.values())


def _of_run(run: RunInputs, options: Options, fits: str, projector: str) -> Workflow:
    """The graph of one run; each run, with each choice of options, has its own folder."""
    own = chosen(options, options_of(TRANSFORM))
    workflow = init_transform_wf(name=f"run_{_digest(run.name, fits, own)}", **own)
    inputs = workflow.inputs.inputnode
    inputs.run_file, inputs.sample_mask, inputs.t_r = run.run_file, run.sample_mask, run.t_r
    inputs.projector = projector
    if run.confounds_files:
        inputs.confounds_files = run.confounds_files
    return workflow


def _of_several(failures: Mapping[int, Exception], n_runs: int) -> Exception:
    """The first run's failure; of several runs, its message says which one failed."""
    index, error = next(iter(failures.items()))
    if n_runs == 1:
        return error
    more = f" ({len(failures) - 1} more failed.)" if len(failures) > 1 else ""
    numbered = type(error)(f"run {index + 1} of {n_runs}: {error}{more}")
    numbered.__cause__ = error
    return numbered


def _written(atlas: Any) -> list[str]:
    """Names of the maps whose signals are written, of the outputs of Mask."""
    return [atlas.names[index] for index in atlas.written]


def _fit_name(grid: WorkingGrid | None, options: Options) -> str:
    """Name of the fit for a grid, in the graph."""
    return fit_name(grid) if options["resampling_target"] == "data" and grid is not None else "fit"


def _digest(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
