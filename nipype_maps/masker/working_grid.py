"""Which grid a masker works on, and warnings if that costs an extra resampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import nibabel as nib

from ..bids.runs import Run
from ..images.volumes import Volumes, grid_of
from ..images.working_grid import WorkingGrid
from ..numerics.grid import require_same_grid
from .inputs import Images
from .user_warnings import warn
from .work_folder import WorkFolder


def grid_and_t_r(
    run: Images | None, maps: Images, resampling_target: str | None, t_r: float | None
) -> tuple[WorkingGrid | None, float | None]:
    """The working grid, if it is that of the runs, and the time step.

    Parameters
    ----------
    run : Images or None
        The image that fit was called with.
    maps : Images
    resampling_target : {'data', 'mask', 'maps', None}
    t_r : float or None
        In seconds; None reads the run's sidecar or header.

    Returns
    -------
    grid : WorkingGrid or None
        None without a run, or if the working grid is not that of the runs.
    t_r : float or None
        In seconds.

    Raises
    ------
    ValueError
        If ``resampling_target`` is None, and run and maps are on different grids.
    """
    if run is None:
        return None, None
    with WorkFolder(None).scratch() as scratch:
        files = run.files(scratch, n_frames=1)
        grid, t_r = WorkingGrid.read(files), Run(files, t_r, quiet=True).t_r
        if resampling_target is None:
            maps_grid = Volumes(maps.files(scratch, n_frames=1), quiet=True).grid
            require_same_grid("imgs", grid.grid, "maps_img", maps_grid)
    return (grid if resampling_target == "data" else None), t_r


def warn_of_resampling(
    grids: Sequence[WorkingGrid],
    fitted: WorkingGrid | None,
    maps_img: Callable[[], nib.Nifti1Image],
    resampling_target: str | None,
) -> None:
    """Warn if runs are on other grids than those that fit prepared maps for.

    Parameters
    ----------
    grids : sequence of WorkingGrid
        Of the runs.
    fitted : WorkingGrid or None
        The runs' grid when fit was called.
    maps_img : callable
        Returns the prepared maps, which an unpickled masker prepares again.
    resampling_target : {'data', 'mask', 'maps', None}
    """
    if resampling_target == "data":
        if fitted is not None and not all(fitted.same_as(grid) for grid in grids):
            warn(
                "Resampling maps at transform time: a run is on another grid than the image that fit was "
                "given, so that the maps are resampled to its grid."
            )
    elif resampling_target is not None:
        prepared, _ = grid_of(maps_img())
        if not all(grid.grid.same_as(prepared) for grid in grids):
            warn(
                "Resampling images at transform time: every frame is resampled to the grid of the "
                f"{resampling_target}, which takes longer than to resample the maps to the run's grid "
                "(resampling_target='data')."
            )
