"""Images for the user, made of result files."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from ..images.masks import read_mask
from ..images.volumes import Volumes
from .work_folder import WorkFolder


def maps_image(path: str, folder: WorkFolder) -> nib.Nifti1Image:
    """Maps as a 4D image, whose data are read when they are used.

    The image holds a reference to the work folder, so that the file exists as long as the image.
    """
    image: Any = nib.load(path)
    if len(image.shape) == 3:
        image = nib.Nifti1Image(np.asanyarray(image.dataobj)[..., None], image.affine, image.header)
    image.work_folder = folder
    return image


def mask_image(path: str | None) -> nib.Nifti1Image | None:
    """A mask as an image of 0 and 1, in memory."""
    if path is None:
        return None
    mask = Volumes(path, quiet=True)
    inside = mask.grid.unflatten(read_mask(path, mask))
    return nib.Nifti1Image(inside.astype(np.uint8), mask.grid.affine)


def image_in_memory(path: Path, n_dims: int) -> nib.Nifti1Image:
    """An image of an uncompressed file, which may be removed at once.

    The file is mapped into memory, not copied, and its pages are freed with the image.

    Parameters
    ----------
    path : pathlib.Path
    n_dims : {3, 4}
        3 returns the first volume.
    """
    image: Any = nib.load(path)
    with open(path, "rb") as stream:
        # not numpy.memmap: joblib passes the names of such files to other processes
        pages = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
    stored = image.dataobj
    values: np.ndarray = np.ndarray(stored.shape, stored.dtype, pages, stored.offset, order="F")
    return nib.Nifti1Image(values if n_dims == 4 else values[..., 0], image.affine, image.header)
