"""dataset: several runs, each projected by the fit of its grid."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nipype.pipeline.engine import Workflow

from ..files.volumes import Volumes
from ..numerics.grid import Grid
from .fit import init_fit_wf
from .masker import connect_fit_to_transform
from .nodes import fields
from .transform import init_transform_wf


@dataclass(frozen=True)
class RunInputs:
    """What belongs to one run.

    Attributes
    ----------
    name : str
        A name that no other run has, for the run's folder.
    run_file : str
        The run, a 4D image.
    confounds_files : sequence of str
        Tables of confounds.
    sample_mask : str or None
        File of the frames to keep.
    t_r : float or None
        Seconds from frame to frame; None takes them from sidecar or header.
    """

    name: str
    run_file: str
    confounds_files: Sequence[str] = field(default=())
    sample_mask: str | None = None
    t_r: float | None = None

    @property
    def workflow_name(self) -> str:
        """Name of the run's transform in the graph."""
        return "transform_" + re.sub(r"[^\w-]", "_", self.name)


def init_dataset_wf(*, runs: Sequence[RunInputs], name: str = "dataset_wf", **parameters) -> Workflow:
    """Build the graph of several runs: one fit per grid, one transform per run.

    The runs' headers are read now, to see which share a grid.  A fit's name depends on its
    grid alone, so that in one work folder later runs on the grid find it done.

    Parameters
    ----------
    runs : sequence of RunInputs
    name : str
        Name of the workflow.
    **parameters
        All other parameters of `init_masker_wf`.

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
    None of its own: its parts are called ``fit_<grid>`` and ``transform_<run>``, and each
    transform has the outputs of `init_transform_wf`.
    """
    known = {*_parameters(init_fit_wf), *_parameters(init_transform_wf)}
    if unknown := sorted(set(parameters) - known):
        raise TypeError(f"init_dataset_wf has no parameter {unknown[0]!r}.")
    inputnode = fields("inputnode", "maps_file", "mask_file", "map_names")
    workflow = Workflow(name=name)
    workflow.add_nodes([inputnode])
    fits: list[tuple[Grid, bool, Workflow]] = []
    for run in runs:
        fit = _fit_of(run, fits, parameters)
        transform = init_transform_wf(name=run.workflow_name, **_those_of(init_transform_wf, parameters))
        door = transform.inputs.inputnode
        door.run_file, door.sample_mask, door.t_r = run.run_file, run.sample_mask, run.t_r
        if run.confounds_files:
            door.confounds_files = list(run.confounds_files)
        connect_fit_to_transform(workflow, fit, transform)
    for _, _, fit in fits:
        workflow.connect([
            (inputnode, fit, [
                (field, f"inputnode.{field}") for field in ("maps_file", "mask_file", "map_names")
            ]),
        ])  # fmt: skip
    return workflow


def _fit_of(run: RunInputs, fits: list, parameters: dict) -> Workflow:
    """The fit for a run's grid: one of those there are, or a new one."""
    to_data = parameters.get("resampling_target", "data") == "data"
    volumes = Volumes(run.run_file)
    for grid, located, fit in fits:
        if not to_data or (grid.same_as(volumes.grid) and located == volumes.located):
            return fit
    name = f"fit_{_digest(volumes)}" if to_data else "fit"
    fit = init_fit_wf(name=name, **_those_of(init_fit_wf, parameters))
    if to_data:
        door = fit.inputs.inputnode
        door.target_shape = list(volumes.grid.shape)
        door.target_affine = volumes.grid.affine.tolist()
        door.target_located = volumes.located
        door.target_name = volumes.name
    fits.append((volumes.grid, volumes.located, fit))
    return fit


def _digest(volumes: Volumes) -> str:
    where = (volumes.grid.shape, volumes.grid.affine.tolist(), volumes.located)
    return hashlib.sha256(repr(where).encode()).hexdigest()[:8]


def _parameters(builder) -> set[str]:
    return set(inspect.signature(builder).parameters) - {"name"}


def _those_of(builder, parameters: dict) -> dict:
    return {name: value for name, value in parameters.items() if name in _parameters(builder)}
