"""The graphs behind a fitted masker: what is run for fit, transform and inverse_transform."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from nipype.pipeline.engine import Workflow

from ..bids.sidecars import Sidecar
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
from ..images.working_grid import WorkingGrid
from ..options import ATLAS, FIT, TRANSFORM, chosen, options_of
from .inputs import Images, confounds_files, frames_of
from .kept import Kept
from .session import WorkFolder


@dataclass(frozen=True)
class Prepared:
    """What came of maps and mask: files on the working grid, and the maps' names."""

    maps_file: str
    mask_file: str | None
    names: list[str]


@dataclass
class Seen:
    """What is known of the runs that were transformed last."""

    places: list[WorkingGrid] = field(default_factory=list)
    t_rs: list[float | None] = field(default_factory=list)
    n_signals: int | None = None


@dataclass
class Extraction:
    """Maps and mask, and where runs lie; each method builds graphs and runs them.

    What runs share has a graph, and so a folder, of its own, and each run has: processes that
    share a memory wait for each other while the first prepares the maps, and no longer.

    Attributes
    ----------
    maps : Kept
    mask : Kept or None
    place : WorkingGrid or None
        Where runs lie, where that is the working grid and an image was given that says so.
    t_r : float or None
        That image's time step.
    parameters : dict
        Of `init_dataset_wf`, when fit was called.
    seen : Seen
    """

    maps: Kept
    mask: Kept | None = None
    place: WorkingGrid | None = None
    t_r: float | None = None
    parameters: dict = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)

    def is_deferred(self, parameters: dict) -> bool:
        """Whether only runs can say where the working grid is."""
        return parameters["resampling_target"] == "data" and self.place is None

    def fit(self, folder: WorkFolder, parameters: dict, **telling) -> Prepared:
        """Prepare maps and mask.

        Parameters
        ----------
        folder : WorkFolder
        parameters : dict
            Of `init_dataset_wf`.
        **telling
            ``title`` and ``verbose`` of `WorkFolder.run`.
        """
        if self.is_deferred(parameters):
            maps_files, mask_file = self._files(folder)
            own = chosen(parameters, options_of(ATLAS)) | {"resampling_target": "maps"}
            name = f"maps_{_digest(maps_files, own)}"
            workflow = init_atlas_wf(name=name, **own)
            workflow.inputs.inputnode.maps_file = maps_files
            (made,) = folder.run(workflow, ["mask"], **telling)
            return Prepared(made.out_file, mask_file, made.names)
        atlas = f"{_fit_name(self.place, parameters)}.atlas"
        wanted = [f"{atlas}.mask", f"{atlas}.resample_mask"][: 2 if self.mask else 1]
        made, *masks = folder.run(self._shared(folder, parameters, [self.place]), wanted, **telling)
        return Prepared(made.out_file, masks[0].out_file if masks else None, made.names)

    def transform(
        self,
        folder: WorkFolder,
        parameters: dict,
        runs: Sequence[Images],
        confounds: Sequence,
        sample_mask: Sequence,
        t_r: float | None,
        notice: Callable[[list[WorkingGrid]], None],
        **telling,
    ) -> list[Table]:
        """Signals of some runs; where one fails, the others are extracted all the same.

        Parameters
        ----------
        folder, parameters, **telling
            As for `fit`.
        runs, confounds, sample_mask : sequences of one length
        t_r : float or None
        notice : callable
            Called with the places of all runs before anything is run.
        """
        tables, sidecars, failures = [], [], {}
        with folder.scratch() as scratch:
            inputs = [
                _run_inputs(run, tables, frames, t_r, scratch)
                for run, tables, frames in zip(runs, confounds, sample_mask, strict=True)
            ]
            folder.warn(
                f"{told}; check the order of confounds." for told in crossings(_named(inputs, scratch))
            )
            places = [WorkingGrid.read(given.run_file) for given in inputs]
            notice(places)
            shared = self._shared(folder, parameters, places)
            wanted = [f"{_fit_name(place, parameters)}.fit_projector" for place in places]
            fits = folder.run(shared, wanted, **telling)
            for index, (given, fit) in enumerate(zip(inputs, fits, strict=True)):
                workflow = _of_run(given, parameters, shared.name, fit.projector)
                try:
                    (result,) = folder.run(workflow, ["clean"], **telling)
                    tables.append(read_signals(result.out_file))
                    sidecars.append(Sidecar.read(result.out_json))
                except Exception as error:
                    failures[index] = error
                if not folder.kept:
                    shutil.rmtree(folder.path / workflow.name, ignore_errors=True)
        if failures:
            raise _told_of_runs(failures, len(runs))
        folder.warn(sentence for sidecar in sidecars for sentence in sidecar.warnings)
        t_rs = [sidecar.t_r for sidecar in sidecars]
        self.seen = Seen(places, t_rs, len(tables[0].names))
        return tables

    def inverse(
        self, folder: WorkFolder, parameters: dict, signals: np.ndarray, t_r, dtype: str, **telling
    ) -> Path:
        """The image of (T, K) signals: a file in folders of its own, which the caller is to remove."""
        place = self._place_to_fill(parameters)
        if parameters["resampling_target"] == "data" and place is None:
            parameters = {**parameters, "resampling_target": "maps"}
        wanted = [f"{_fit_name(place, parameters)}.atlas.mask"]
        (made,) = folder.run(self._shared(folder, parameters, [place]), wanted, **telling)
        # of its own name, so that no other process writes to it while the image is read
        back = init_inverse_wf(dtype=dtype, extension=".nii", name=f"inverse_{uuid.uuid4().hex}")
        back.inputs.inputnode.maps_file = made.out_file
        back.inputs.inputnode.t_r = t_r or self._t_r_to_fill()
        with folder.scratch() as scratch:
            path = scratch / "region_signals.tsv"
            write_signals(path, [f"signal-{k}" for k in range(signals.shape[1])], signals)
            back.inputs.inputnode.signals_file = str(path)
            (image,) = folder.run(back, ["inverse"], **telling)
        return Path(image.out_file)

    def _place_to_fill(self, parameters: dict) -> WorkingGrid | None:
        """Where the image of signals shall lie; None on the grid of maps or mask."""
        if parameters["resampling_target"] != "data":
            return None
        places = self.seen.places if self.place is None else [self.place]
        if any(not place.same_as(places[0]) for place in places):
            raise ValueError(
                "the runs transformed last lie on different grids; call fit with an image on the grid that "
                "you want."
            )
        return places[0] if places else None

    def _t_r_to_fill(self) -> float | None:
        """Time step of the runs seen last, if they agree; before any, of the image that fit was given."""
        t_rs = set(self.seen.t_rs) or {self.t_r}
        return t_rs.pop() if len(t_rs) == 1 else None

    def _files(self, folder: WorkFolder) -> tuple[list[str], str | None]:
        """Maps and mask as files."""
        return self.maps.found(folder), None if self.mask is None else self.mask.found(folder)[0]

    def _shared(self, folder: WorkFolder, parameters: dict, places: Sequence[WorkingGrid | None]) -> Workflow:
        """The graph of all that runs at some places share."""
        shared = chosen(parameters, options_of(FIT))
        maps_files, mask_file = self._files(folder)
        name = f"fits_{_digest(maps_files, mask_file, shared)}"
        workflow = init_dataset_wf(runs=[], grids=places, name=name, **shared)
        door = workflow.get_node("inputnode").inputs
        door.maps_file = maps_files
        if mask_file:
            door.mask_file = mask_file
        return workflow


def _run_inputs(run: Images, confounds, sample_mask, t_r, scratch: Path) -> RunInputs:
    """What belongs to a run, as files, named after all that its signals depend on."""
    run_files, tables = run.files(scratch), confounds_files(confounds, scratch)
    frames = frames_of(sample_mask)
    # what was in memory lies in folders named by content
    paths = [path.removeprefix(str(scratch)) for path in (*run_files, *tables)]
    return RunInputs(_digest(paths, frames, t_r), run_files, tables, frames, t_r)


def _named(inputs: Sequence[RunInputs], scratch: Path) -> list[RunInputs]:
    """Runs whose files have names of their own, as what was in memory has not; each run once."""
    known = {
        given.first_file: given
        for given in inputs
        if not any(path.startswith(str(scratch)) for path in (given.first_file, *given.confounds_files))
    }
    return list(known.values())


def _of_run(given: RunInputs, parameters: dict, fits: str, projector: str) -> Workflow:
    """The graph of one run; each run, with each choice of parameters, has its own folder."""
    own = chosen(parameters, options_of(TRANSFORM))
    name = f"run_{_digest(given.name, fits, own)}"
    workflow = init_transform_wf(name=name, **own)
    door = workflow.inputs.inputnode
    door.run_file, door.sample_mask, door.t_r = given.run_file, given.sample_mask, given.t_r
    door.projector = projector
    if given.confounds_files:
        door.confounds_files = given.confounds_files
    return workflow


def _told_of_runs(failures: dict[int, Exception], n_runs: int) -> Exception:
    """The first run's failure; of several runs it says which one."""
    index, error = next(iter(failures.items()))
    if n_runs == 1:
        return error
    more = f" ({len(failures) - 1} more failed.)" if len(failures) > 1 else ""
    told = type(error)(f"run {index + 1} of {n_runs}: {error}{more}")
    told.__cause__ = error
    return told


def _fit_name(place: WorkingGrid | None, parameters: dict) -> str:
    """Name of the fit for a place, in the graph."""
    return fit_name(place) if parameters["resampling_target"] == "data" else "fit"


def _digest(*values) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
