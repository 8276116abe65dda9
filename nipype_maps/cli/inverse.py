"""``nipype-maps inverse``: from signals back to an image."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from ..storage.paths import PathLike
from .checks.extraction import are_same, differences_from
from .checks.image import check_memory, checked_extension
from .checks.maps import check_maps
from .checks.named_maps import files_of_maps
from .messages import fail, warn
from .parsing.click_types import EXISTING_FILE
from .parsing.commands import Command
from .parsing.parameters import takes_option
from .results.image import image_in, publish_image, require_absent

if TYPE_CHECKING:
    from nipype.pipeline.engine import Workflow

    from ..bids.extractions import Extraction
    from ..engine.execution import Failure


@click.command(cls=Command, short_help="Compute the 4D image that signals represent.")
@click.argument("signals", type=EXISTING_FILE)
@takes_option("maps_file", topic="", help="The maps that the signals come from (repeat, or join by commas).")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Image to write (.nii.gz or .nii), or a folder: then with a name of BIDS, and a sidecar.",
)
@takes_option("mask_file", topic="", help="The mask that the signals come from; the image is 0 outside it.")
@takes_option(
    "map_names", topic="",
    help="Names of the maps, by which their signals are found: a label table (.tsv, .csv), .json or .txt.",
    default_shown="from the sidecar of SIGNALS, or found beside the maps",
)  # fmt: skip
@takes_option("map_names_column", topic="")
@takes_option(
    "t_r", topic="", repeats="", help="Repetition time in seconds.",
    default_shown="from the sidecar of SIGNALS",
)  # fmt: skip
@takes_option("overwrite", topic="", help="Replace an existing file.")
def inverse(signals: str, maps_file: list[str], out: Path, overwrite: bool, **values: Any) -> None:
    """Compute the 4D image that SIGNALS represent: the sum of all maps, each times its signal.

    The image is on the grid that the sidecar of SIGNALS names; without a sidecar, on that of the maps.
    """
    mask, map_names = values["mask_file"], values["map_names"]
    maps_file = _maps(maps_file, signals)
    check_maps(maps_file)
    is_folder = out.is_dir()
    image = image_in(out, signals) if is_folder else out
    if not overwrite:
        if image.exists():
            checked_extension(image, [signals, *maps_file, *filter(None, (mask, map_names))])
        require_absent(image, has_sidecar=is_folder)
    invert(
        signals, maps_file, image,
        mask=mask, map_names=map_names, map_names_column=values["map_names_column"], t_r=values["t_r"],
        with_sidecar=is_folder,
    )  # fmt: skip
    click.echo(f"{os.path.relpath(image)}: written")


def invert(
    signals: PathLike,
    maps: Sequence[PathLike],
    out: Path,
    *,
    mask: PathLike | None = None,
    map_names: PathLike | None = None,
    map_names_column: str | None = None,
    t_r: float | None = None,
    with_sidecar: bool = False,
) -> None:
    """Execute the graph from signals to an image, in a temporary folder.

    Parameters
    ----------
    signals : path-like
    maps : sequence of path-likes
    out : pathlib.Path
    mask : path-like, optional
    map_names : path-like, optional
    map_names_column : str, optional
    t_r : float, optional
        Repetition time in seconds.
    with_sidecar : bool
        Make the folder of ``out`` if it does not exist, and a sidecar in it.

    Raises
    ------
    SystemExit
        With status 1 if a step failed.
    """
    from ..bids.extractions import read_extraction
    from ..bids.sidecars import sidecar_of
    from ..bids.timing import repetition_time
    from ..engine.execution import run_workflow
    from ..engine.execution.log import log_to
    from ..storage.atomic import copy

    if with_sidecar:
        _make_folder(out.parent)
    extension = checked_extension(out, [signals, *maps, *(path for path in (mask, map_names) if path)])
    try:
        extraction = read_extraction(signals)
        t_r = t_r or repetition_time(sidecar_of(signals))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if extraction.grid:
        check_memory(extraction.grid[0], signals)
    are_same_maps = are_same(extraction.maps, maps)
    workflow = _graph(extraction, extension)
    inputnode = workflow.get_node("atlas").inputs.inputnode
    inputnode.maps_file = list(maps)
    if mask:
        inputnode.mask_file = mask
    if map_names_column:
        inputnode.map_names_column = map_names_column
    if map_names:
        inputnode.map_names = map_names
    elif not map_names_column and are_same_maps and len(extraction.names or ()) == _n_maps(maps):
        inputnode.map_names = extraction.names  # those of the --map-names of that call
    signals_inputs = workflow.get_node("back").inputs.inputnode
    signals_inputs.signals_file = os.path.abspath(signals)
    signals_inputs.t_r = t_r
    warn(differences_from(extraction, are_same_maps, mask))
    try:
        with tempfile.TemporaryDirectory(prefix="nipype-maps-") as work:
            workflow.base_dir = work
            with log_to(Path(work) / "nipype.log"):
                outcome = run_workflow(workflow, logs=Path(work))
            fail(_failure(failure, signals) for failure in outcome.failures)
            image = outcome.done["back.inverse"].result.outputs
            warn([*outcome.done["atlas.mask"].result.outputs.warnings, *image.warnings])
            if with_sidecar:
                sources = [signals, *maps, *([mask] if mask else [])]
                publish_image(image.out_file, out, sources, is_masked=bool(mask), t_r=t_r)
            else:
                copy(image.out_file, out)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{out} was not written.") from None
    except OSError as error:
        raise click.ClickException(f"{out} was not written: {_reason(error, out)}") from error


def _maps(maps: Sequence[str], signals: str) -> list[str]:
    """The files of the maps; of an atlas given by its name, those that the sidecar of the signals names."""
    from ..bids.extractions import read_extraction

    try:
        sources = [source["File"] for source in read_extraction(signals).maps]
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    return files_of_maps(maps, [signals], sources)


def _graph(extraction: Extraction, extension: Literal[".nii.gz", ".nii"]) -> Workflow:
    """The graph from maps and signals to an image, on the grid of the extraction if it has one."""
    from nipype.pipeline.engine import Workflow

    from ..graphs import init_atlas_wf, init_inverse_wf

    atlas = init_atlas_wf(
        resampling_target="data" if extraction.grid else "maps",
        maps_interpolation=extraction.interpolation,
        empty_maps=extraction.empty_maps,
        demean=extraction.demean,
        name="atlas",
    )
    back = init_inverse_wf(extension=extension, name="back")
    workflow = Workflow(name="inverse")
    workflow.connect([
        (atlas, back, [
            ("outputnode.maps_file", "inputnode.maps_file"), ("outputnode.names", "inputnode.map_names"),
        ]),
    ])  # fmt: skip
    if extraction.grid:
        atlas.inputs.inputnode.grid = dict(zip(("shape", "affine"), extraction.grid, strict=True))
    return workflow


def _failure(failure: Failure, signals: PathLike) -> str:
    """A message on a step that failed; where it met a full disk, on the folder that it works in."""
    step = failure.node.rpartition(".")[2]
    where = " Intermediate files are in a temporary folder; TMPDIR chooses another one."
    return f"{Path(signals).name} ({step}): {failure.reason}{where if failure.kind == 'OSError' else ''}"


def _reason(error: OSError, out: Path) -> str:
    """Why the image could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk of {out.absolute().parent} is full; free some space and call again."
    return f"{error.strerror or error}."


def _make_folder(folder: Path) -> None:
    """Make the folder of a run, in the folder of a data set."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"cannot make the folder {folder}: {error.strerror}.") from error


def _n_maps(maps: Sequence[PathLike]) -> int:
    """The number of maps; 0 if they cannot be read, for which a step will fail."""
    from ..images.volumes import Volumes

    try:
        return Volumes(maps, quiet=True).n_volumes
    except (OSError, ValueError):
        return 0
