"""Files of the graphs as images that a program can go on with."""

from __future__ import annotations

import mmap
from pathlib import Path

import nibabel as nib
import numpy as np

from ..images.masks import read_mask
from ..images.volumes import Volumes
from .session import WorkFolder


def maps_image(path: str, folder: WorkFolder) -> nib.Nifti1Image:
    """Maps as a 4D image, whose data are read when they are asked for."""
    image = nib.load(path)
    if len(image.shape) == 3:
        image = nib.Nifti1Image(np.asanyarray(image.dataobj)[..., None], image.affine, image.header)
    image.work_folder = folder  # as long as the image is in use, so is the folder
    return image


def mask_image(path: str | None) -> nib.Nifti1Image | None:
    """A mask as an image of 0 and 1, in memory."""
    if path is None:
        return None
    mask = Volumes(path, quiet=True)
    inside = mask.grid.unflatten(read_mask(path, mask))
    return nib.Nifti1Image(inside.astype(np.uint8), mask.grid.affine)


def image_in_memory(path: Path, n_dims: int) -> nib.Nifti1Image:
    """A 4D image of an uncompressed file, or its only volume; the file may be removed at once.

    The file's pages are the memory: they are not copied, and go with the image.
    """
    image = nib.load(path)
    with open(path, "rb") as stream:
        # not by NumPy, of whose maps joblib hands on the names of files to other processes
        pages = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
    stored = image.dataobj
    values = np.ndarray(stored.shape, stored.dtype, pages, stored.offset, order="F")
    return nib.Nifti1Image(values if n_dims == 4 else values[..., 0], image.affine, image.header)
