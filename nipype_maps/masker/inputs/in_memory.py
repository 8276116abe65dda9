"""Images and tables in memory, written to files in folders that are named by their content.

The same content makes the same file in every program and at any time, so that results which are
cached by names and content of files are found again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from ...bids.signals import write_signals
from ...bids.text_tables import is_header
from ...images.filenames import IN_MEMORY
from ...storage.atomic import draft_folder, sweep
from ...storage.checksums import digest, record, unchanged
from ...storage.paths import PathLike

#: Types that NIfTI does not have, and types for the same numbers, or all but their last digits.
STORED_AS = {"bool": "uint8", "float16": "float32", "longdouble": "float64", "float128": "float64"}


def file_of(image: Any) -> str | None:
    """The file that an image was loaded from, if its data and header have not changed since.

    Parameters
    ----------
    image : image-like

    Returns
    -------
    str or None
        Absolute path.
    """
    name = image.get_filename() if hasattr(image, "get_filename") else None
    # nilearn caches data in this attribute, and uses them instead of the file's
    if not name or getattr(image, "_data_cache", None) is not None or not nib.is_proxy(image.dataobj):
        return None
    try:
        stored: Any = nib.load(name)
    except (OSError, nib.filebasedimages.ImageFileError):
        return None
    same = (
        stored.dataobj.file_like == image.dataobj.file_like
        and stored.header == image.header
        and np.array_equal(stored.affine, image.affine)
    )
    return os.path.abspath(name) if same else None


def store_images(images: Sequence, folder: PathLike, name: str, n_frames: int | None = None) -> list[str]:
    """Write images as NIfTI files without rounding their values.

    Parameters
    ----------
    images : sequence of image-like
        With an ``affine``, and a ``dataobj`` or ``get_fdata``; units and time steps are taken from
        a ``header``.
    folder : path-like
    name : str
        The argument: files are called ``name.nii``, or ``name_0001.nii`` and so on.
    n_frames : int, optional
        Write only the first frames; default all.

    Returns
    -------
    list of str
        The paths.

    Raises
    ------
    ValueError
        If an image has complex or structured values.
    """
    names = (
        [f"{name}.nii"] if len(images) == 1 else [f"{name}_{k:04d}.nii" for k in range(1, len(images) + 1)]
    )
    converted = [_as_nifti(image, name, n_frames) for image in images]
    return _store({name: image.to_filename for name, image in zip(names, converted, strict=True)}, folder)


def store_table(values: np.ndarray, columns: Sequence[str] | None, folder: PathLike, name: str) -> str:
    """Write a table of numbers: a .tsv with names of columns, or a .npy without.

    Names that are all numbers are left out, because `read_table` would take them for a row.

    Parameters
    ----------
    values : (T, C) float array
    columns : sequence of str, or None
        Names of columns.
    folder : path-like
    name : str
        The argument, without an ending.

    Returns
    -------
    str
        The path.
    """
    if columns is None or not is_header(columns):
        writers = {f"{name}.npy": lambda path: np.save(path, values)}
    else:
        writers = {f"{name}.tsv": lambda path: write_signals(path, list(columns), values)}
    return _store(writers, folder)[0]


def _store(writers: Mapping[str, Callable[[Path], object]], folder: PathLike) -> list[str]:
    """Write files, named by ``writers``, to a new folder named by their content."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    with draft_folder(folder) as draft:
        inside = draft / IN_MEMORY
        inside.mkdir()
        for name, write in writers.items():
            write(inside / name)
        record(inside, [inside / name for name in writers])
        place = folder / _digest(inside, writers)
        if place.exists() and not _is_sound(place, writers):
            shutil.rmtree(place, ignore_errors=True)
        try:
            draft.rename(place)
        except OSError:  # an earlier call has written it, or another process was faster
            if not _is_sound(place, writers):
                raise
            with contextlib.suppress(OSError):
                os.utime(place)  # the time of its last use, by which it is pruned
    return [str(place / IN_MEMORY / name) for name in writers]


def _digest(inside: Path, names: Iterable[str]) -> str:
    prints = [(name, digest(inside / name)) for name in names]
    return hashlib.sha256(repr(prints).encode()).hexdigest()[:32]


def _is_sound(place: Path, names: Iterable[str]) -> bool:
    """Whether a folder has all files, as they were written."""
    inside = place / IN_MEMORY
    is_complete = all((inside / name).exists() and unchanged(inside, inside / name) for name in names)
    return is_complete and _digest(inside, names) == place.name


def _as_nifti(image: Any, name: str, n_frames: int | None) -> nib.Nifti1Pair:
    data = getattr(image, "_data_cache", None)
    if data is None:
        data = image.dataobj if hasattr(image, "dataobj") else image.get_fdata()
    data = np.asanyarray(data if n_frames is None or len(data.shape) < 4 else data[..., :n_frames])
    data = data.astype(STORED_AS.get(data.dtype.name, data.dtype), copy=False)
    if data.dtype.kind not in "iuf":
        raise ValueError(f"{name} has {data.dtype} values; real numbers are needed.")
    kind = nib.Nifti1Image if max(data.shape) < 1 << 15 else nib.Nifti2Image
    made = kind(data, image.affine, getattr(image, "header", None), dtype=data.dtype)
    made.header.set_slope_inter(1, 0)
    return made
