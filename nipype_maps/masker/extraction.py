"""The graphs behind a fitted masker: what is run for fit, transform and inverse_transform."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from nipype.pipeline.engine import Workflow

from ..files.sidecars import read_json
from ..files.tables import Table, read_table, write_signals
from ..graphs import Place, RunInputs, init_atlas_wf, init_dataset_wf, init_inverse_wf
from .inputs import Images, confounds_files, frames_of
from .work import WorkFolder

#: Parameters on which all that runs share depends.
SHARED = ("resampling_target", "allow_overlap", "empty_maps", "smoothing_fwhm")


@dataclass(frozen=True)
class Prepared:
    """What came of maps and mask: files on the working grid, and the maps' names."""

    maps_file: str
    mask_file: str | None
    names: list[str]


@dataclass
class Seen:
    """What is known of the runs that were transformed last."""

    places: list[Place] = field(default_factory=list)
    t_rs: list[float | None] = field(default_factory=list)
    n_signals: int | None = None


@dataclass
class Extraction:
    """Maps and mask as files, and where runs lie; each method builds a graph and runs it.

    The graphs of one atlas share a folder, so that each finds done what another has done.

    Attributes
    ----------
    maps_files : list of str
    mask_file : str or None
    place : Place or None
        Where runs lie, where that is the working grid and an image was given that says so.
    t_r : float or None
        That image's time step.
    seen : Seen
    """

    maps_files: list[str]
    mask_file: str | None = None
    place: Place | None = None
    t_r: float | None = None
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
            chosen = {name: parameters[name] for name in ("allow_overlap", "empty_maps")}
            name = f"maps_{_digest(self.maps_files, chosen)}"
            workflow = init_atlas_wf(resampling_target="maps", name=name, **chosen)
            workflow.inputs.inputnode.maps_file = self.maps_files
            made = folder.run(workflow, **telling)["mask"].result.outputs
            return Prepared(made.out_file, self.mask_file, made.names)
        workflow = self._workflow(parameters, places=[self.place])
        done = folder.run(workflow, **telling)
        atlas = f"{_fit_name(self.place, parameters)}.atlas"
        made = done[f"{atlas}.mask"].result.outputs
        mask_file = done[f"{atlas}.resample_mask"].result.outputs.out_file if self.mask_file else None
        return Prepared(made.out_file, mask_file, made.names)

    def transform(
        self,
        folder: WorkFolder,
        parameters: dict,
        runs: Sequence[Images],
        confounds: Sequence,
        sample_mask: Sequence,
        t_r: float | None,
        notice: Callable[[list[Place]], None],
        **telling,
    ) -> list[Table]:
        """Signals of some runs, by one graph.

        Parameters
        ----------
        folder, parameters, **telling
            As for `fit`.
        runs, confounds, sample_mask : sequences of one length
        t_r : float or None
        notice : callable
            Called with the places of all runs before the graph is run.
        """
        with folder.scratch() as scratch:
            inputs = [
                _run_inputs(run, tables, frames, t_r, parameters, scratch)
                for run, tables, frames in zip(runs, confounds, sample_mask, strict=True)
            ]
            places = [Place.of(given.run_file) for given in inputs]
            notice(places)
            # a run that is given twice is one of the graph
            workflow = self._workflow(parameters, {given.name: given for given in inputs}.values())
            done = folder.run(workflow, **telling)
            results = [done[f"{given.workflow_name}.clean"].result.outputs for given in inputs]
            tables = [read_table(result.out_file) for result in results]
            sidecars = [read_json(result.out_json) for result in results]
        for given in () if folder.kept else inputs:
            shutil.rmtree(folder.path / workflow.name / given.workflow_name, ignore_errors=True)
        folder.warn(sentence for sidecar in sidecars for sentence in sidecar["Warnings"])
        t_rs = [sidecar["RepetitionTime"] for sidecar in sidecars]
        self.seen = Seen(places, t_rs, len(tables[0].names))
        return tables

    def inverse(
        self, folder: WorkFolder, parameters: dict, signals: np.ndarray, t_r, dtype: str, **telling
    ) -> Path:
        """The image of (T, K) signals: a file in folders of its own, which the caller is to remove."""
        place = self._place_to_fill(parameters)
        if parameters["resampling_target"] == "data" and place is None:
            parameters = {**parameters, "resampling_target": "maps"}
        workflow = self._workflow(parameters, places=[place])
        fit = workflow.get_node(_fit_name(place, parameters))
        with folder.scratch() as scratch:
            # of its own name, so that no other process writes to it while the image is read
            back = init_inverse_wf(dtype=dtype, extension=".nii", name=f"inverse_{scratch.name.lstrip('.')}")
            workflow.connect(fit, "outputnode.maps_file", back, "inputnode.maps_file")
            back.inputs.inputnode.t_r = t_r or self._t_r_to_fill()
            path = scratch / "region_signals.tsv"
            write_signals(path, [f"signal-{k}" for k in range(signals.shape[1])], signals)
            back.inputs.inputnode.signals_file = str(path)
            done = folder.run(workflow, **telling)
        return Path(done[f"{back.name}.inverse"].result.outputs.out_file)

    def _place_to_fill(self, parameters: dict) -> Place | None:
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

    def _workflow(self, parameters: dict, runs=(), places: Sequence[Place | None] = ()) -> Workflow:
        """The graph of some runs and places."""
        shared = {name: parameters[name] for name in SHARED}
        name = f"masker_{_digest(self.maps_files, self.mask_file, shared)}"
        workflow = init_dataset_wf(runs=list(runs), places=places, name=name, **parameters)
        door = workflow.get_node("inputnode").inputs
        door.maps_file = self.maps_files
        if self.mask_file:
            door.mask_file = self.mask_file
        return workflow


def _run_inputs(run: Images, confounds, sample_mask, t_r, parameters: dict, scratch: Path) -> RunInputs:
    """A run of the graph, named after all that its signals depend on, so that each has its own folder."""
    run_files, tables = run.files(scratch), confounds_files(confounds, scratch)
    frames = frames_of(sample_mask)
    paths = [path.removeprefix(str(scratch)) for path in (*run_files, *tables)]
    return RunInputs(_digest(paths, frames, t_r, parameters), run_files, tables, frames, t_r)


def _fit_name(place: Place | None, parameters: dict) -> str:
    """Name of the fit for a place, in the graph."""
    return place.fit_name if parameters["resampling_target"] == "data" else "fit"


def _digest(*values) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
