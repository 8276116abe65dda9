"""``nipype-maps inverse``: from signals back to an image."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from .commands import Command
from .options import EXISTING_FILE, SECONDS, Files
from .report import fail, warn

#: What is said of a full disk, but does not hold here.
KEPT = ": what is done is kept"


@click.command(cls=Command)
@click.argument("signals", type=EXISTING_FILE)
@click.option(
    "--maps", required=True, multiple=True, type=Files(), help="The maps that the signals come from."
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Image to write (.nii.gz or .nii).",
)
@click.option("--mask", type=EXISTING_FILE, help="The mask that the signals come from; 0 outside.")
@click.option(
    "--map-names",
    type=EXISTING_FILE,
    help="Names of the maps, to find their signals by: .tsv (index, name), .json or .txt.",
)
@click.option(
    "--t-r", type=SECONDS, metavar="S", help="Seconds from frame to frame; default from the signals' sidecar."
)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def inverse(signals, maps, out, mask, map_names, t_r, overwrite) -> None:
    """Make the 4D image that SIGNALS stand for: the sum of all maps, each times its signal.

    The image is on the grid that the sidecar of SIGNALS names; without a sidecar on that
    of the maps.
    """
    maps = [path for group in maps for path in group]
    if out.exists() and not overwrite:
        _extension(out, [signals, *maps, *filter(None, (mask, map_names))])
        raise click.UsageError(f"--out {out} is there; choose another, or give --overwrite to replace it.")
    invert(signals, maps, out, mask=mask, map_names=map_names, t_r=t_r)
    click.echo(f"{os.path.relpath(out)}: written")


def invert(signals, maps, out: Path, *, mask=None, map_names=None, t_r=None) -> None:
    """Run the graph from signals to an image, in a temporary folder.

    Parameters
    ----------
    signals : path-like
    maps : list of path-likes
    out : pathlib.Path
    mask : path-like, optional
    map_names : path-like, optional
    t_r : float, optional

    Raises
    ------
    SystemExit
        With status 1 if a node failed.
    """
    from nipype.pipeline.engine import Workflow

    from ..bids.extractions import read_extraction
    from ..bids.sidecars import sidecar_of
    from ..bids.timing import repetition_time
    from ..engine.execution import run_workflow, sentence_of
    from ..engine.execution.log import log_to
    from ..graphs import init_atlas_wf, init_inverse_wf
    from ..storage.atomic import copy

    extension = _extension(out, [signals, *maps, *filter(None, (mask, map_names))])
    try:
        extraction = read_extraction(signals)
        t_r = t_r or repetition_time(sidecar_of(signals))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if extraction.grid:
        _check_memory(extraction.grid[0], signals)

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
    door = atlas.inputs.inputnode
    door.maps_file = maps
    if mask:
        door.mask_file = mask
    same_maps = _are_same(extraction.sources, maps)
    if map_names:
        door.map_names = map_names
    elif same_maps and len(extraction.names or ()) == _n_maps(maps):
        door.map_names = extraction.names  # those of a --map-names that was given then
    if extraction.grid:
        door.grid = dict(zip(("shape", "affine"), extraction.grid, strict=True))
    back.inputs.inputnode.signals_file = os.path.abspath(signals)
    back.inputs.inputnode.t_r = t_r
    warn(_doubts(extraction, same_maps, mask))
    try:
        with tempfile.TemporaryDirectory(prefix="nipype-maps-") as work:
            workflow.base_dir = work
            with log_to(Path(work) / "nipype.log"):
                outcome = run_workflow(workflow, logs=Path(work))
            fail(replace(failure, reason=_elsewhere(failure.reason)) for failure in outcome.failures)
            made = outcome.done["back.inverse"].result.outputs
            warn([*outcome.done["atlas.mask"].result.outputs.warnings, *made.warnings])
            copy(made.out_file, out)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{out} was not written.") from None
    except OSError as error:
        words = sentence_of(error, out.absolute().parent).replace(KEPT, "")
        raise click.ClickException(f"{out} was not written: {words}") from error


def _elsewhere(reason: str) -> str:
    """What is wrong with a node, in a folder of which nothing is kept."""
    return reason.replace(KEPT, ", or choose a folder with room by TMPDIR")


def _extension(out: Path, inputs: Iterable) -> str:
    """The ending of the image to be written.

    Raises
    ------
    click.UsageError
        If it cannot be written under that name, or would replace an input.
    """
    extension = next((ending for ending in (".nii.gz", ".nii") if out.name.endswith(ending)), None)
    if extension is None:
        raise click.UsageError(f"--out {out} must end in .nii.gz or .nii.")
    folder = out.absolute().parent
    if not folder.is_dir():
        raise click.UsageError(f"the folder of --out {out} does not exist.")
    if not os.access(folder, os.W_OK):
        raise click.UsageError(f"the folder of --out {out} cannot be written; choose another one.")
    for path in inputs:
        if out.exists() and os.path.samefile(path, out):
            raise click.UsageError(
                f"--out {out} is an input, {path}, which it would replace; choose another."
            )
    return extension


def _check_memory(shape: list[int], signals) -> None:
    """Raise click.ClickException if one volume would not fit into this machine's memory."""
    needed = 8 * math.prod(shape)
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there / 2:
        raise click.ClickException(
            f"a volume of the shape that the sidecar of {signals} names, {shape}, takes {needed / 1e9:.0f} "
            f"GB, and this machine has {there / 1e9:.0f}; correct Shape of Grid, or move the sidecar away."
        )


def _n_maps(maps) -> int:
    """How many maps there are; 0 if they cannot be read, which a node will tell."""
    from ..images.volumes import Volumes

    try:
        return Volumes(maps, quiet=True).n_volumes
    except (OSError, ValueError):
        return 0


def _are_same(sources: Iterable[dict], paths) -> bool:
    """Whether files are those that a sidecar names, by their content."""
    from ..storage.checksums import sha256

    return [source["SHA256"] for source in sources] == [sha256(path) for path in paths]


def _doubts(extraction, same_maps: bool, mask) -> list[str]:
    """What does not look like the extraction that the signals come from."""
    doubts, inside = [], extraction.mask_source
    if extraction.sources and not same_maps:
        names = ", ".join(source["File"] for source in extraction.sources)
        doubts.append(f"the signals come from other maps ({names}) than those given.")
    if inside and not mask:
        doubts.append(
            f"the signals come from inside a mask ({inside['File']}); without --mask the image is not 0 "
            "outside it."
        )
    elif inside and not _are_same([inside], [mask]):
        doubts.append(f"the signals come from inside another mask ({inside['File']}) than that given.")
    return doubts
