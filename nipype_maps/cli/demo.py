"""``nipype-maps demo``: the main job on real data that ship with nipype."""

from __future__ import annotations

import os
from pathlib import Path

import click

from .commands import Command
from .inverse import invert
from .options import FOLDER
from .results import ResultFolder
from .runs import extract_runs

RUN, MASK = "ds003_sub-01_mc.nii.gz", "tpms_msk.nii.gz"
MAPS = ["tpm_00.nii.gz", "tpm_01.nii.gz", "tpm_02.nii.gz"]


@click.command(cls=Command)
@click.option(
    "--out", type=FOLDER, default="nipype-maps-demo", show_default=True, help="Folder for the results."
)
def demo(out) -> None:
    """Extract the signals of three tissue maps from a real run, and make the image back.

    The data ship with the nipype package; nothing is downloaded.
    """
    from nipype import testing

    data = Path(testing.__file__).parent / "data"
    maps, mask = [str(data / name) for name in MAPS], str(data / MASK)
    folder = ResultFolder(out)
    with folder.held():
        _extract_and_invert(folder, data / RUN, maps, mask)


def _extract_and_invert(folder: ResultFolder, run: Path, maps: list[str], mask: str) -> None:
    from ..bids.result_names import result_names
    from ..graphs import RunInputs

    run = _with_a_place(run, folder.out / RUN, maps[0])
    click.echo(f"run:  {run.name}, 20 frames of 16 x 16 x 9 voxels; maps: {', '.join(MAPS)}")
    name = result_names([run], maps)[0]
    table, *_ = extract_runs([RunInputs(name, str(run))], maps, folder, mask=mask)
    image = folder.out / f"{name}_inverse.nii.gz"
    invert(table, maps, image, mask=mask)
    click.echo(f"{os.path.relpath(image)}: the image that these signals stand for")
    click.echo(f"first lines of {os.path.relpath(table)}:")
    for line in table.read_text(encoding="utf-8").splitlines()[:3]:
        click.echo(f"  {line}")
    click.echo(
        f"beside it, {table.stem}.json says how they were made; "
        f"the graph's nodes are in {os.path.relpath(folder.work)}."
    )


def _with_a_place(run: Path, path: Path, maps: str) -> Path:
    """A copy of the run whose header says where it is.

    The file in nipype has neither sform nor qform, so that maps could not be resampled onto
    it without guessing; here the guess (the field of view centred on that of the maps) is made
    openly, as a user would who knows it to be right.
    """
    import nibabel as nib

    from ..storage.atomic import replacing

    image = nib.load(run)
    affine = image.affine.copy()
    affine[:3, 3] += _centre(nib.load(maps)) - _centre(image)
    image.set_sform(affine, code="scanner")
    with replacing(path) as temporary:
        nib.save(image, temporary)
    return path


def _centre(image):
    """World coordinates (mm) of the middle of an image's field of view, (3,)."""
    from nibabel.affines import apply_affine

    return apply_affine(image.affine, [(n - 1) / 2 for n in image.shape[:3]])
