"""dataset: several runs, each projected by the fit on its grid."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from nipype.pipeline.engine import Node, Workflow

from ..images.working_grid import WorkingGrid
from ..options import FIT, TRANSFORM, chosen, options_of, takes
from .fit import init_fit_wf
from .nodes import fields
from .run_inputs import RunInputs, crossings
from .transform import init_transform_wf

logger = logging.getLogger("nipype.workflow")


@takes(FIT, TRANSFORM)
def init_dataset_wf(
    *,
    runs: Sequence[RunInputs],
    grids: Sequence[WorkingGrid | None] = (),
    name: str = "dataset_wf",
    **options: Any,
) -> Workflow:
    """Build the graph of several runs: one fit per grid, one transform per run.

    A run with a mask of its own has a fit of its own.  The runs' headers are read now, to find
    those that share a grid.  The name of a fit depends on its grid alone, so that it stays cached
    for later runs on that grid in the same work folder.

    Parameters
    ----------
    runs : sequence of RunInputs
    grids : sequence of WorkingGrid or None
        Further grids to fit on; None if ``resampling_target`` is not 'data'.
    name : str
        Name of the workflow.
    {options}

    Inputs
    ------
    maps_file
        4D image, 3D image (one map), or list of 3D images.
    mask_file
        3D image; optional.
    map_names
        Names of the maps, a list or a file, or a file of the numbers of the maps to write; optional.
    map_names_column
        Column of names in that label table, or the one found beside the maps; optional.

    Outputs
    -------
    None of its own: its parts are called ``fit_<grid>`` (see `fit_name`) and
    `RunInputs.workflow_name`, and each transform has the outputs of `init_transform_wf`.  The only
    fit of a ``resampling_target`` other than 'data' is called ``fit``, that of a run's own mask
    `RunInputs.fit_name`.
    """
    inputnode = fields("inputnode", "maps_file", "mask_file", "map_names", "map_names_column")
    workflow = Workflow(name=name)
    workflow.add_nodes([inputnode])
    fits = _Fits(workflow, inputnode, options)
    for grid in grids:
        fits.on(grid)
    for message in (*(message for run in runs for message in run.mismatches()), *crossings(runs)):
        logger.warning("%s.", message)
    for run in runs:
        grid = WorkingGrid.read(run.run_file)
        fit = fits.on(grid) if run.mask_file is None else fits.with_mask_of(run, grid)
        transform = init_transform_wf(name=run.workflow_name, **chosen(options, options_of(TRANSFORM)))
        inputs = transform.get_node("inputnode").inputs  # far quicker than all inputs of the graph
        inputs.run_file, inputs.sample_mask, inputs.t_r = run.run_file, run.sample_mask, run.t_r
        if run.runs is not None:
            inputs.runs = run.runs
        if run.confounds_files:
            inputs.confounds_files = list(run.confounds_files)
        workflow.connect([
            (fit, transform, [
                ("outputnode.projector", "inputnode.projector"), ("outputnode.grid", "inputnode.grid"),
            ]),
        ])  # fmt: skip
    return workflow


def fit_name(grid: WorkingGrid) -> str:
    """Name, in the graph, of the fit on a grid of runs."""
    return f"fit_{grid.digest}"


class _Fits:
    """The fits of a data set, connected to its inputnode."""

    def __init__(self, workflow: Workflow, inputnode: Node, options: dict[str, Any]) -> None:
        self._workflow, self._inputnode, self._options = workflow, inputnode, options
        self._to_data = options["resampling_target"] == "data"
        self._shared: list[tuple[WorkingGrid | None, Workflow]] = []

    def on(self, grid: WorkingGrid | None) -> Workflow:
        """The fit on a working grid, which all runs on it share."""
        for other, fit in self._shared:
            if other is None or grid is None or not self._to_data or grid.same_as(other):
                return fit
        fit = self._new("fit" if grid is None or not self._to_data else fit_name(grid), grid)
        self._shared.append((grid, fit))
        self._connect(fit, "maps_file", "map_names", "map_names_column", "mask_file")
        return fit

    def with_mask_of(self, run: RunInputs, grid: WorkingGrid) -> Workflow:
        """The fit of a run with a mask of its own."""
        fit = self._new(run.fit_name, grid)
        fit.inputs.inputnode.mask_file = run.mask_file
        self._connect(fit, "maps_file", "map_names", "map_names_column")
        return fit

    def _new(self, name: str, grid: WorkingGrid | None) -> Workflow:
        fit = init_fit_wf(name=name, **chosen(self._options, options_of(FIT)))
        if self._to_data and grid is not None:
            fit.inputs.inputnode.grid = grid.to_dict()
        return fit

    def _connect(self, fit: Workflow, *fields: str) -> None:
        self._workflow.connect([
            (self._inputnode, fit, [(field, f"inputnode.{field}") for field in fields]),
        ])  # fmt: skip
