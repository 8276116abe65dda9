"""dataset: several runs, each projected by the fit of its grid."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nipype.pipeline.engine import Workflow

from ..bids.pairing import mismatch, only_shared_tables, swapped_file
from ..bids.result_names import node_name
from ..images.volumes import Volumes
from ..numerics.grid import Grid
from ..options import FIT, TRANSFORM, chosen, options_of, takes
from .fit import init_fit_wf
from .masker import connect_fit_to_transform
from .nodes import fields
from .transform import init_transform_wf

logger = logging.getLogger("nipype.workflow")


@dataclass(frozen=True)
class RunInputs:
    """What belongs to one run.

    Attributes
    ----------
    name : str
        A name that no other run has, for the run's folder.
    run_file : str or sequence of str
        The run: a 4D image, a 3D image, or several 3D images.
    confounds_files : sequence of str
        Tables of confounds.
    sample_mask : str, sequence of int or of bool, or None
        The frames to keep, or a file of them.
    t_r : float or None
        Seconds from frame to frame; None takes them from sidecar or header.
    mask_file : str or None
        A mask of this run alone, in place of the graph's; the run has a fit of its own then.
    """

    name: str
    run_file: str | Sequence[str]
    confounds_files: Sequence[str] = field(default=())
    sample_mask: str | Sequence[int] | Sequence[bool] | None = None
    t_r: float | None = None
    mask_file: str | None = None

    @property
    def workflow_name(self) -> str:
        """Name of the run's transform in the graph; no other run's, whatever letters their names have."""
        return node_name("transform", self.name)

    @property
    def fit_name(self) -> str:
        """Name, in the graph, of the fit that a run with a mask of its own has."""
        return node_name("fit", self.name)

    @property
    def first_file(self) -> str:
        """The run's image, or the first of several."""
        return str(self.run_file if isinstance(self.run_file, (str, Path)) else self.run_file[0])

    @property
    def frames_files(self) -> list[str]:
        """The file of frames to keep, if they are in one."""
        return [str(self.sample_mask)] if isinstance(self.sample_mask, (str, Path)) else []

    def mismatches(self) -> list[str]:
        """Sentences on what is given for the run, but is another run's by its name."""
        files = [*self.confounds_files, *self.frames_files, *filter(None, [self.mask_file])]
        return [told for path in files if (told := mismatch(self.first_file, path, folders=True))]


def crossings(runs: Sequence[RunInputs]) -> list[str]:
    """Sentences on tables and frames that fit another of the runs by their names, or serve several."""
    paths, sentences = [run.first_file for run in runs], []
    tables = [list(map(str, run.confounds_files or ())) for run in runs]
    if shared := only_shared_tables(tables):
        table, first, other = shared
        sentences.append(
            f"the table of confounds {table} is given for {paths[first]} and for {paths[other]}, though the "
            "motion of one run is not that of another"
        )
    for given in (tables, [run.frames_files for run in runs]):
        if found := swapped_file(paths, given):
            own, file, other = found
            sentences.append(
                f"{file} is given for {paths[own]}, but by its name fits another run of this call, "
                f"{paths[other]}"
            )
    return sentences


@dataclass(frozen=True, eq=False)
class Place:
    """Where an image lies.

    Attributes
    ----------
    grid : Grid
    located : bool
        Whether the image's header says where that is.
    name : str
        The image's name, for messages.
    """

    grid: Grid
    located: bool
    name: str

    @classmethod
    def of(cls, paths) -> Place:
        """Where the image of a file, or of several, lies."""
        volumes = Volumes(paths, quiet=True)  # the nodes that read it warn
        return cls(volumes.grid, volumes.located, volumes.name)

    def same_as(self, other: Place) -> bool:
        """Whether one fit serves both."""
        return self.grid.same_as(other.grid) and self.located == other.located

    @property
    def fit_name(self) -> str:
        """Name, in the graph, of the fit for this place."""
        where = (self.grid.shape, self.grid.affine.tolist(), self.located)
        return f"fit_{hashlib.sha256(repr(where).encode()).hexdigest()[:16]}"


@takes(FIT, TRANSFORM)
def init_dataset_wf(
    *,
    runs: Sequence[RunInputs],
    places: Sequence[Place | None] = (),
    name: str = "dataset_wf",
    **options,
) -> Workflow:
    """Build the graph of several runs: one fit per grid, one transform per run.

    A run with a mask of its own has a fit of its own.  The runs' headers are read now, to see
    which share a grid.  A fit's name depends on its grid alone, so that in one work folder later
    runs on the grid find it done.

    Parameters
    ----------
    runs : sequence of RunInputs
    places : sequence of Place or None
        Where to fit besides; None where ``resampling_target`` says so without a run.
    name : str
        Name of the workflow.
    {options}

    Inputs
    ------
    maps_file
        4D image, 3D image (one map), or list of 3D images.
    mask_file
        3D image; may be left out.
    map_names
        Names of the maps, a list or a file; may be left out.

    Outputs
    -------
    None of its own: its parts are called ``fit_<grid>`` and `RunInputs.workflow_name`, and
    each transform has the outputs of `init_transform_wf`.  The only fit of a
    ``resampling_target`` other than 'data' is called ``fit``, that of a run's own mask
    `RunInputs.fit_name`.
    """
    inputnode = fields("inputnode", "maps_file", "mask_file", "map_names")
    workflow = Workflow(name=name)
    workflow.add_nodes([inputnode])
    fits: list[tuple[Place | None, Workflow]] = []
    for place in places:
        _fit_of(place, fits, options)
    own_fits = []
    for sentence in (*(told for run in runs for told in run.mismatches()), *crossings(runs)):
        logger.warning("%s.", sentence)
    for run in runs:
        place = Place.of(run.run_file)
        if run.mask_file is None:
            fit = _fit_of(place, fits, options)
        else:
            fit = _new_fit(run.fit_name, place, options)
            fit.inputs.inputnode.mask_file = run.mask_file
            own_fits.append(fit)
        transform = init_transform_wf(name=run.workflow_name, **chosen(options, options_of(TRANSFORM)))
        door = transform.get_node("inputnode").inputs  # far quicker than all inputs of the graph
        door.run_file, door.sample_mask, door.t_r = run.run_file, run.sample_mask, run.t_r
        if run.confounds_files:
            door.confounds_files = list(run.confounds_files)
        connect_fit_to_transform(workflow, fit, transform)
    for fit in own_fits:
        workflow.connect(_doors(inputnode, fit, "maps_file", "map_names"))
    for _, fit in fits:
        workflow.connect(_doors(inputnode, fit, "maps_file", "map_names", "mask_file"))
    return workflow


def _doors(inputnode, part: Workflow, *fields: str) -> list:
    """Connections from the graph's door to that of a part."""
    return [(inputnode, part, [(field, f"inputnode.{field}") for field in fields])]


def _fit_of(place: Place | None, fits: list, options: dict) -> Workflow:
    """The fit for a place: one of those there are, or a new one."""
    to_data = _is_to_data(options)
    for other, fit in fits:
        if not to_data or place.same_as(other):
            return fit
    fit = _new_fit(place.fit_name if to_data else "fit", place, options)
    fits.append((place, fit))
    return fit


def _new_fit(name: str, place: Place | None, options: dict) -> Workflow:
    fit = init_fit_wf(name=name, **chosen(options, options_of(FIT)))
    if _is_to_data(options):
        door = fit.inputs.inputnode
        door.target_shape = list(place.grid.shape)
        door.target_affine = place.grid.affine.tolist()
        door.target_located = place.located
        door.target_name = place.name
    return fit


def _is_to_data(options: dict) -> bool:
    return options["resampling_target"] == "data"
