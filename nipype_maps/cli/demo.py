"""``nipype-maps demo``: an extraction from real data that ship with nipype."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .extraction.execute import extract_runs
from .inverse import invert
from .parsing.commands import Command
from .parsing.parameters import takes_option
from .records.request import Request
from .results.folder import ResultFolder
from .results.image import image_in

if TYPE_CHECKING:
    import nibabel as nib
    import numpy as np

RUN, MASK = "ds003_sub-01_mc.nii.gz", "tpms_msk.nii.gz"
MAPS = ["tpm_00.nii.gz", "tpm_01.nii.gz", "tpm_02.nii.gz"]


@click.command(cls=Command, short_help="Extract from real data that ship with nipype.")
@takes_option("out", topic="", is_required=False, default_shown="nipype-maps-demo")
def demo(out: Path | None) -> None:
    """Extract the signals of three tissue maps from a real run, and compute the image back.

    The data ship with the nipype package; nothing is downloaded.
    """
    from nipype import testing

    data = Path(testing.__file__).parent / "data"
    maps, mask = [str(data / name) for name in MAPS], str(data / MASK)
    folder = ResultFolder(out or Path("nipype-maps-demo"))
    with folder.locked():
        _extract_and_invert(folder, data / RUN, maps, mask)


def _extract_and_invert(folder: ResultFolder, run: Path, maps: list[str], mask: str) -> None:
    from ..bids.result_names import result_names
    from ..graphs import RunInputs

    run = _with_orientation(run, folder.out / RUN, maps[0])
    click.echo(f"run:  {run.name}, 20 frames of 16 x 16 x 9 voxels; maps: {', '.join(MAPS)}")
    request = Request({}, maps, mask)
    name = result_names([run], request.atlas)[0]
    table, *_ = extract_runs([RunInputs(name, str(run))], request, folder)
    image = image_in(folder.out, table)
    invert(table, maps, image, mask=mask, with_sidecar=True)
    click.echo(f"{os.path.relpath(image)}: the sum of the maps, each times its signal")
    click.echo(f"first lines of {os.path.relpath(table)}:")
    for line in table.read_text(encoding="utf-8").splitlines()[:3]:
        click.echo(f"  {line}")
    click.echo(f"{table.stem}.json describes it; intermediate results are in {os.path.relpath(folder.work)}")


def _with_orientation(run: Path, path: Path, maps: str) -> Path:
    """A copy of the run whose header has an orientation.

    The file in nipype has neither sform nor qform, so that maps could not be resampled onto
    it without guessing; here the guess (the field of view centered on that of the maps) is explicit,
    as a user would make it who knows it to be right.
    """
    import nibabel as nib

    from ..storage.atomic import replacing

    image = nib.Nifti1Image.from_filename(run)
    affine = image.affine.copy()
    affine[:3, 3] += _centre(nib.Nifti1Image.from_filename(maps)) - _centre(image)
    image.set_sform(affine, code="scanner")
    with replacing(path) as temporary:
        nib.save(image, temporary)
    return path


def _centre(image: nib.Nifti1Image) -> np.ndarray:
    """World coordinates (mm) of the center of an image's field of view, (3,)."""
    from nibabel.affines import apply_affine

    return apply_affine(image.affine, [(n - 1) / 2 for n in image.shape[:3]])
