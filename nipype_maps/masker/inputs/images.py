"""Images, runs and masks in any form that nilearn takes: files, or images in memory."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError

from ...storage.compression import hindrance
from ...storage.paths import PathLike
from .arrays import refuse_masked
from .in_memory import file_of, store_images

#: A path, or an object with an affine and data, such as those of nibabel.
ImageLike: TypeAlias = Any


@dataclass(frozen=True, eq=False)
class Images:
    """A 4D image, a 3D image, or several 3D images, one per frame.

    Attributes
    ----------
    items : list of str or image
        Absolute paths, and images in memory.
    name : str
        The argument that they were passed as, for messages.
    is_volume : bool
        Whether it is a single 3D image.
    """

    items: list
    name: str
    is_volume: bool

    def files(self, folder: PathLike, n_frames: int | None = None) -> list[str]:
        """Paths of all images; images in memory are written to a folder.

        Parameters
        ----------
        folder : path-like
        n_frames : int, optional
            Write only the first frames; default all.

        Returns
        -------
        list of str
        """
        paths = [_on_disk(item) for item in self.items]
        in_memory = [item for item, path in zip(self.items, paths, strict=True) if path is None]
        stored = iter(store_images(in_memory, folder, self.name, n_frames) if in_memory else ())
        return [next(stored) if path is None else path for path in paths]


def images_of(value: ImageLike | Sequence[ImageLike], name: str) -> Images:
    """A 4D image, a 3D image, or a list of 3D images.

    Parameters
    ----------
    value : path-like, image, or sequence of these
        A name with wildcards stands for all files that match: 3D images in the order of the
        numbers in their names (``v_2.nii`` before ``v_10.nii``), 4D images in alphabetical order.
    name : str
        The argument, for messages.

    Returns
    -------
    Images

    Raises
    ------
    TypeError
        If it is not an image, or has the wrong dimensions, or is a list of anything but 3D images.
    ValueError
        If a file does not exist, or an image is empty.
    nibabel.filebasedimages.ImageFileError
        If a file is not an image.
    """
    runs, several = runs_of(value, name)
    if several:
        raise TypeError(
            f"{name}: Input data has incompatible dimensionality: Expected dimension is 4D and you provided "
            "a list of 4D images (5D); give one 4D image, or a list of 3D images."
        )
    return runs[0]


def mask_of(value: ImageLike | None, name: str) -> Images | None:
    """A mask, or None.

    Raises
    ------
    TypeError
        If it is a list of images; otherwise as `images_of`.
    """
    if value is None:
        return None
    mask = images_of(value, name)
    if len(mask.items) > 1:
        raise TypeError(f"{name}: a mask is one 3D image, not a list of {len(mask.items)}.")
    return mask


def runs_of(value: ImageLike | Sequence, name: str) -> tuple[list[Images], bool]:
    """One run or several.

    Parameters
    ----------
    value : as for `images_of`, or a sequence of 4D images, or of sequences of 3D images
    name : str
        The argument, for messages.

    Returns
    -------
    runs : list of Images
    several : bool
        Whether it is a list of runs, even of one.

    Raises
    ------
    TypeError, ValueError, nibabel.filebasedimages.ImageFileError
        As `images_of`.
    """
    if pattern := isinstance(value, (str, os.PathLike)) and _is_pattern(value):
        found = sorted(glob.glob(os.path.expanduser(value)))
        if not found:
            raise ValueError(f"{name}: No files matching the expression {os.fspath(value)!r}.")
        value = found if len(found) > 1 else found[0]
    if not _is_list(value):
        item, n_dims = _item(value, name)
        return [Images([item], name, n_dims == 3)], False
    if len(value) == 0:
        raise TypeError(f"{name}: the list of images is empty.")
    if any(_is_list(part) for part in value):
        return [images_of(part, name) for part in value], True
    items, dims = map(list, zip(*(_item(part, name) for part in value), strict=True))
    if set(dims) == {3}:
        items = sorted(items, key=_by_numbers) if pattern else items
        return [Images(items, name, is_volume=False)], False
    if set(dims) == {4}:
        return [Images([item], name, is_volume=False) for item in items], True
    raise TypeError(
        f"{name}: the list has 3D and 4D images; give either 3D images, one per frame, or 4D images, one per "
        "run."
    )


def one_per_run(value: list | tuple | None, name: str, n_runs: int) -> list:
    """One value for each of several runs.

    Parameters
    ----------
    value : list, tuple or None
        None stands for a list of None.
    name : str
        The argument, for messages.
    n_runs : int

    Returns
    -------
    list of length n_runs

    Raises
    ------
    TypeError
        If it is neither None nor a list.
    ValueError
        If its length is not the number of runs.
    """
    if value is None:
        return [None] * n_runs
    if not isinstance(value, (list, tuple)):
        raise TypeError(
            f"'{name}' must be None or a list, one for each run, because imgs is a list of runs. "
            f"Got: {type(value).__name__}"
        )
    if len(value) != n_runs:
        raise ValueError(f"number of {name} ({len(value)}) unequal to number of images ({n_runs}).")
    return list(value)


def _is_list(value: object) -> bool:
    """Whether it is a list or serves as one: scikit-learn slices lists of names into arrays."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "UO"
    if isinstance(value, (str, os.PathLike, dict)) or hasattr(value, "affine"):
        return False
    return hasattr(value, "__iter__") and hasattr(value, "__len__")


def _by_numbers(path: str) -> list:
    """A sorting key that compares the numbers in names as numbers: as text, 10 comes before 2."""
    return [int(part) if part.isdecimal() else part for part in re.split("([0-9]+)", path)]


def _is_pattern(value: PathLike) -> bool:
    return glob.has_magic(os.fspath(value)) and not os.path.exists(value)


def _item(value: ImageLike, name: str) -> tuple[ImageLike, int]:
    """A path or an image in memory, and its number of dimensions."""
    if isinstance(value, (str, os.PathLike)):
        path = Path(value).expanduser().absolute()
        if not path.is_file():
            raise ValueError(f"{name}: File not found: '{os.fspath(value)}'.")
        try:
            image: Any = nib.load(path)
            shape = image.shape
        except Exception as error:  # nibabel raises exceptions of many kinds for other files
            reason = hindrance(path) or error
            raise ImageFileError(f"{name}: {path} is not an image ({reason}).") from error
        value = str(path)
    elif hasattr(value, "affine") and (hasattr(value, "dataobj") or hasattr(value, "get_fdata")):
        refuse_masked(getattr(value, "dataobj", None), name)
        shape = value.shape
    else:
        raise TypeError(
            f"{name}: input should be a NiftiLike object (a file's name, a path, an image), or an iterable "
            f"of these. Got: {type(value).__name__}"
        )
    if 0 in shape:
        raise ValueError(f"{name}: The image is empty: its shape is {shape}.")
    # trailing axes of length 1 do not count
    n_dims = max(len(shape[:4]), *(axis + 1 for axis, size in enumerate(shape) if size > 1), 0)
    if n_dims not in (3, 4):
        raise TypeError(
            f"{name}: Input data has incompatible dimensionality: Expected dimension is 3D or 4D and you "
            f"provided a {n_dims}D image."
        )
    return value, n_dims


def _on_disk(item: ImageLike) -> str | None:
    return item if isinstance(item, str) else file_of(item)
