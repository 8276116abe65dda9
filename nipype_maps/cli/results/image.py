"""The image of ``inverse`` in a folder: its name, its sidecar, and how both are published."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import click

from ...storage.paths import PathLike


def image_in(folder: Path, signals: PathLike) -> Path:
    """The path of the image of some signals in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Of a data set that nipype-maps made: the image is beside the signals of its run.  Any other:
        directly in it.
    signals : path-like

    Raises
    ------
    click.UsageError
        If the folder is in a data set of another tool.
    """
    from ...bids.dataset import NAME, owner_of
    from ...bids.reconstruction import dataset_of, folder_of_run, reconstructed_name

    name = reconstructed_name(signals)
    root = dataset_of(folder)
    if root is None:
        return folder / f"{name}.nii.gz"
    below = Path(os.path.realpath(folder)).relative_to(root)
    if (owner := owner_of(root)) != NAME and str(below).startswith((".", "sub-")):
        raise click.UsageError(
            f"--out {folder} is in a data set of {owner}; choose a folder elsewhere, or the name of a file."
        )
    return folder / (folder_of_run(name) if below == Path() else "") / f"{name}.nii.gz"


def require_absent(image: Path, has_sidecar: bool) -> None:
    """Raise click.UsageError if the image, or its sidecar, exists."""
    from ...bids.sidecars import sidecar_of

    for path in (image, *[sidecar_of(image)] * has_sidecar):
        if os.path.lexists(path):
            raise click.UsageError(f"--out {path} exists; choose another, or give --overwrite to replace it.")


def publish_image(
    made: PathLike, image: Path, sources: Iterable[PathLike], *, is_masked: bool, t_r: float | None
) -> None:
    """Copy the image from the work folder, with a sidecar; existing files stay until both are copied.

    Parameters
    ----------
    made : path-like
        The image in the work folder.
    image : pathlib.Path
    sources : iterable of path-likes
        What it was made from.
    is_masked : bool
        Whether it is 0 outside a mask.
    t_r : float or None
        Repetition time in seconds.
    """
    import nibabel as nib

    from ...bids.reconstruction import reconstruction_sidecar
    from ...bids.sidecars import sidecar_of
    from ...storage.atomic import replacing
    from ...storage.json_files import save_json

    sizes = [float(size) for size in nib.Nifti1Image.from_filename(made).header.get_zooms()[:3]]
    sidecar = reconstruction_sidecar(
        image.name, image.parent, sources, is_masked=is_masked, voxel_sizes=sizes, t_r=t_r
    )
    with replacing(image) as new_image, replacing(sidecar_of(image)) as new_sidecar:
        shutil.copyfile(made, new_image)
        save_json(new_sidecar, sidecar)
        image.unlink(missing_ok=True)  # the image comes last, and is never beside another's sidecar
