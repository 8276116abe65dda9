"""Images, confounds and sample masks, in any form that nilearn takes, as files."""

from __future__ import annotations

import glob
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError

from ..storage.compression import hindrance
from .in_memory import file_of, store_images, store_table
from .warnings import warn


@dataclass(frozen=True, eq=False)
class Images:
    """A 4D image, a 3D image, or several 3D images in a row.

    Attributes
    ----------
    items : list of str or image
        Absolute paths, and images in memory.
    name : str
        Of the argument that they were given as, for messages.
    is_volume : bool
        Whether it is one 3D image.
    """

    items: list
    name: str
    is_volume: bool

    def files(self, folder, n_frames: int | None = None) -> list[str]:
        """Paths of all images; what is in memory is written to a folder.

        Parameters
        ----------
        folder : path-like
        n_frames : int, optional
            Write so many frames only.
        """
        paths = [_on_disk(item) for item in self.items]
        in_memory = [item for item, path in zip(self.items, paths, strict=True) if path is None]
        if in_memory:
            stored = iter(store_images(in_memory, folder, self.name, n_frames))
            paths = [next(stored) if path is None else path for path in paths]
        return paths


def images_of(value, name: str) -> Images:
    """One image, as users give it: a 4D or 3D one, or a list of 3D ones.

    Parameters
    ----------
    value : path-like, image, or sequence of these
        A name with wildcards stands for all files that match: 3D images in the order of the
        numbers in their names (``v_2.nii`` before ``v_10.nii``), 4D images in alphabetical order.
    name : str
        Of the argument.

    Returns
    -------
    Images

    Raises
    ------
    TypeError
        If it is no image, or of wrong dimensions, or a list that holds something else than 3D images.
    ValueError
        If a file does not exist, or an image is empty.
    nibabel.filebasedimages.ImageFileError
        If a file is no image.
    """
    runs, several = runs_of(value, name)
    if several:
        raise TypeError(
            f"{name}: Input data has incompatible dimensionality: Expected dimension is 4D and you provided "
            "a list of 4D images (5D); give one 4D image, or a list of 3D images."
        )
    return runs[0]


def mask_of(value, name: str) -> Images | None:
    """A mask, or None; TypeError if several images are given, for the rest as `images_of`."""
    if value is None:
        return None
    mask = images_of(value, name)
    if len(mask.items) > 1:
        raise TypeError(f"{name}: a mask is one 3D image, not a list of {len(mask.items)}.")
    return mask


def runs_of(value, name: str) -> tuple[list[Images], bool]:
    """One run or several.

    Parameters
    ----------
    value : as for `images_of`, or a sequence of 4D images, or of sequences of 3D images
    name : str

    Returns
    -------
    runs : list of Images
    several : bool
        Whether a list of runs was given, be it a list of one.

    Raises
    ------
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
    items, n_dims = zip(*(_item(part, name) for part in value), strict=True)
    if set(n_dims) == {3}:
        items = sorted(items, key=_by_numbers) if pattern else items
        return [Images(list(items), name, is_volume=False)], False
    if set(n_dims) == {4}:
        return [Images([item], name, is_volume=False) for item in items], True
    raise TypeError(f"{name}: a list holds 3D images, one a frame, or 4D images, one a run, not both.")


def one_per_run(value, name: str, n_runs: int) -> list:
    """One value for each of several runs.

    Raises
    ------
    TypeError
        If it is neither None nor a list.
    ValueError
        If there are not as many as runs.
    """
    if value is None:
        return [None] * n_runs
    if not isinstance(value, (list, tuple)):
        raise TypeError(
            f"'{name}' must be None or a list, one for each run, where imgs is a list of runs. "
            f"Got: {type(value).__name__}"
        )
    if len(value) != n_runs:
        raise ValueError(f"number of {name} ({len(value)}) unequal to number of images ({n_runs}).")
    return list(value)


def confounds_files(confounds, folder) -> list[str]:
    """Paths of one run's confounds; what is in memory is written to a folder.

    Parameters
    ----------
    confounds : None, path-like, array, data frame, or list of these
        (T, C), or (T,) for one confound.
    folder : path-like

    Raises
    ------
    FileNotFoundError
        If a file does not exist.
    TypeError
        If something else is given.
    ValueError
        If an array has more than two dimensions, or holds no numbers.
    """
    if confounds is None:
        return []
    tables = list(confounds) if isinstance(confounds, (list, tuple)) else [confounds]
    return [_table_file(table, folder, f"confounds{k + 1 if k else ''}") for k, table in enumerate(tables)]


def frames_of(sample_mask) -> str | list | None:
    """One run's sample mask: a path, a list of indices, a list of booleans, or None.

    Parameters
    ----------
    sample_mask : None, path-like, or 1D array-like of indices or booleans
        It may stand in a list of its own.

    Raises
    ------
    TypeError
        If something else is given.
    """
    if sample_mask is None:
        return None
    if isinstance(sample_mask, (str, os.PathLike)):
        if not os.path.isfile(sample_mask):
            raise FileNotFoundError(f"sample_mask: the file {sample_mask} does not exist.")
        return os.path.abspath(sample_mask)
    if isinstance(sample_mask, (list, tuple)) and len(sample_mask) == 1 and np.ndim(sample_mask[0]) == 1:
        (sample_mask,) = sample_mask
    _refuse_masked(sample_mask, "sample_mask")
    try:
        frames = np.atleast_1d(np.asarray(sample_mask))
    except ValueError:
        frames = np.empty(0, object)
    if frames.ndim != 1 or frames.dtype.kind not in "biuf":
        raise TypeError(
            "'sample_mask' must be a 1D array or list of frame indices, or of one boolean per frame. "
            f"Got: {type(sample_mask).__name__}"
        )
    if frames.dtype.kind == "f" and np.array_equal(frames, np.floor(frames)):
        frames = frames.astype(int)
    return frames.tolist()


def signals_of(region_signals, n_signals: int) -> np.ndarray:
    """Signals to make an image of.

    Parameters
    ----------
    region_signals : (T, K) or (K,) array-like, or data frame
        A frame of one row is one volume.
    n_signals : int
        K.

    Returns
    -------
    (T, K) or (K,) array

    Raises
    ------
    ValueError
        If they are no numbers, of another shape, or infinite.
    """
    _refuse_masked(region_signals, "region_signals")
    is_frame = hasattr(region_signals, "to_numpy")
    signals = np.atleast_1d(np.asarray(region_signals.to_numpy() if is_frame else region_signals))
    if is_frame and signals.ndim == 2 and len(signals) == 1:
        signals = signals[0]
    if signals.dtype.kind not in "biuf":
        raise ValueError(f"Input to 'inverse_transform' is an array of {signals.dtype}, not of numbers.")
    expected = (n_signals,) if signals.ndim == 1 else (len(signals), n_signals)
    if signals.shape != expected:
        raise ValueError(
            f"Input to 'inverse_transform' has wrong shape. Expected {expected}. Got {signals.shape}."
        )
    if np.isinf(signals).any():
        raise ValueError("Input to 'inverse_transform' contains infinity.")
    if signals.dtype == bool:
        warn("Casting boolean input to float64.")
        signals = signals.astype(np.float64)
    return signals


def _is_list(value) -> bool:
    """Whether it is a list, or what serves as one: scikit-learn cuts arrays of names out of lists."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "UO"
    if isinstance(value, (str, os.PathLike, dict)) or hasattr(value, "affine"):
        return False
    return hasattr(value, "__iter__") and hasattr(value, "__len__")


def _by_numbers(path: str) -> list:
    """Sorts names by the numbers in them: as text, 10 comes before 2."""
    return [int(part) if part.isdecimal() else part for part in re.split("([0-9]+)", path)]


def _is_pattern(value) -> bool:
    return glob.has_magic(os.fspath(value)) and not os.path.exists(value)


def _item(value, name: str) -> tuple[object, int]:
    """A path or an image in memory, and its number of dimensions."""
    if isinstance(value, (str, os.PathLike)):
        path = Path(value).expanduser().absolute()
        if not path.is_file():
            raise ValueError(f"{name}: File not found: '{os.fspath(value)}'.")
        try:
            shape = nib.load(path).shape
        except Exception as error:  # nibabel raises many kinds for files that are no images
            reason = hindrance(path) or error
            raise ImageFileError(f"{name}: {path} is not an image ({reason}).") from error
        value = str(path)
    elif hasattr(value, "affine") and (hasattr(value, "dataobj") or hasattr(value, "get_fdata")):
        _refuse_masked(getattr(value, "dataobj", None), name)
        shape = value.shape
    else:
        raise TypeError(
            f"{name}: input should be a NiftiLike object (a file's name, a path, an image), or an iterable "
            f"of these. Got: {type(value).__name__}"
        )
    if 0 in shape:
        raise ValueError(f"{name}: The image is empty: its shape is {shape}.")
    # trailing axes of one voxel say nothing
    n_dims = max(len(shape[:4]), *(axis + 1 for axis, size in enumerate(shape) if size > 1), 0)
    if n_dims not in (3, 4):
        raise TypeError(
            f"{name}: Input data has incompatible dimensionality: Expected dimension is 3D or 4D and you "
            f"provided a {n_dims}D image."
        )
    return value, n_dims


def _numbers_of(frame) -> np.ndarray:
    """A data frame's values; where pandas' nullable types have none, NaN."""
    values = frame.to_numpy()
    if values.dtype != object:
        return values
    missing = np.array([[getattr(type(x), "__name__", "") == "NAType" for x in row] for row in values], bool)
    return np.where(missing, np.nan, values) if missing.any() else values


def _refuse_masked(values, name: str) -> None:
    """Raise ValueError if some of an array's values are masked: NumPy's functions would use them."""
    if np.ma.is_masked(values):
        raise ValueError(
            f"{name}: some values are masked; fill them (array.filled(np.nan)) or leave them out."
        )


def _on_disk(item) -> str | None:
    return item if isinstance(item, str) else file_of(item)


def _table_file(table, folder, name: str) -> str:
    if isinstance(table, (str, os.PathLike)):
        path = Path(table).expanduser().absolute()
        if not path.is_file():
            raise FileNotFoundError(f"confounds: the file {os.fspath(table)} was not found.")
        return str(path)
    columns = None
    if hasattr(table, "to_numpy") and hasattr(table, "columns"):
        columns, table = [str(column) for column in table.columns], _numbers_of(table)
    if not isinstance(table, np.ndarray):
        raise TypeError(
            "'confounds' must be an array, a data frame, a file's name or a list of these. Got: "
            f"{'a list of ' * (name != 'confounds')}{type(table).__name__}"
        )
    _refuse_masked(table, "confounds")
    if table.dtype.kind in "cmM":
        raise ValueError(f"confounds hold values of type {table.dtype}; real numbers are needed.")
    try:
        values = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"confounds hold something that is no number ({error}).") from error
    if values.ndim not in (1, 2):
        raise ValueError(f"confounds array has an incorrect number of dimensions: {values.ndim}")
    values = values.reshape(len(values), -1)
    if columns is not None and all(column.lstrip("-").isdigit() for column in columns):
        columns = None
    return store_table(values, columns, folder, name)
