"""``nipype-maps inverse``: from signals back to an image."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from .commands import Command
from .options import EXISTING_FILE, SECONDS, Files
from .report import fail, warn


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
    "--t-r", type=SECONDS, metavar="S", help="Seconds from frame to frame; default from the signals' sidecar."
)
def inverse(signals, maps, out, mask, t_r) -> None:
    """Make the 4D image that SIGNALS stand for: the sum of all maps, each times its signal.

    The image lies on the grid that the sidecar of SIGNALS names; without a sidecar on that
    of the maps.
    """
    maps = [path for group in maps for path in group]
    invert(signals, maps, out, mask=mask, t_r=t_r)
    click.echo(f"{os.path.relpath(out)}: written")


def invert(signals, maps, out: Path, *, mask=None, t_r=None) -> None:
    """Run the graph from signals to an image, in a temporary folder.

    Parameters
    ----------
    signals : path-like
    maps : list of path-likes
    out : pathlib.Path
    mask : path-like, optional
    t_r : float, optional

    Raises
    ------
    SystemExit
        With status 1 if a node failed.
    """
    from nipype.pipeline.engine import Workflow

    from ..files.atomic import copy
    from ..files.sidecars import read_json, sidecar_of
    from ..graphs import init_atlas_wf, init_inverse_wf
    from ..running import run_workflow
    from ..running.log import log_to

    extension = next((ending for ending in (".nii.gz", ".nii") if out.name.endswith(ending)), None)
    if extension is None:
        raise click.UsageError(f"--out {out} must end in .nii.gz or .nii.")
    if not out.absolute().parent.is_dir():
        raise click.UsageError(f"the folder of --out {out} does not exist.")
    sidecar = sidecar_of(signals)
    try:
        extraction = read_json(sidecar).get("Maps", {}) if sidecar.exists() else {}
    except ValueError as error:
        raise click.ClickException(str(error)) from error

    grid = extraction.get("Grid")
    atlas = init_atlas_wf(
        resampling_target="data" if grid else "maps",
        maps_interpolation=extraction.get("Interpolation", "linear"),
        empty_maps=extraction.get("EmptyMaps", "nan"),
        demean=extraction.get("Demean", False),
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
    if grid:
        door.target_shape, door.target_affine = grid["Shape"], grid["Affine"]
    back.inputs.inputnode.signals_file = os.path.abspath(signals)
    back.inputs.inputnode.t_r = t_r
    warn(_doubts(extraction, maps, mask))
    with tempfile.TemporaryDirectory(prefix="nipype-maps-") as work:
        workflow.base_dir = work
        with log_to(Path(work) / "nipype.log"):
            try:
                outcome = run_workflow(workflow, logs=Path(work))
            except KeyboardInterrupt:
                raise KeyboardInterrupt(f"{out} was not written.") from None
        fail(outcome.failures)
        copy(outcome.done["back.inverse"].result.outputs.out_file, out)


def _doubts(extraction: dict, maps, mask) -> list[str]:
    """What does not look like the extraction that the signals come from."""
    from ..files.atomic import sha256

    doubts = []
    recorded = [source["SHA256"] for source in extraction.get("Sources", [])]
    if recorded and recorded != [sha256(path) for path in maps]:
        names = ", ".join(source["File"] for source in extraction["Sources"])
        doubts.append(f"the signals come from other maps ({names}) than those given.")
    if "MaskSource" in extraction and not mask:
        name = extraction["MaskSource"]["File"]
        doubts.append(
            f"the signals come from inside a mask ({name}); without --mask the image is not 0 outside it."
        )
    return doubts
