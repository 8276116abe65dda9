"""What a program hands over in memory, as files in folders named by their content.

The same content makes the same file, whoever hands it over and when, so that a cache which
asks for names and content finds again what was made of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import nibabel as nib
import numpy as np

from ..bids.signals import write_signals
from ..bids.text_tables import is_header
from ..storage.atomic import draft_folder, sweep
from ..storage.checksums import fingerprint, record, unchanged

#: Types that NIfTI does not know, and what holds the same numbers, or all but their last digits.
STORED_AS = {"bool": "uint8", "float16": "float32", "longdouble": "float64", "float128": "float64"}


def file_of(image) -> str | None:
    """The file that an image was loaded from, if its data and header are still the file's.

    Parameters
    ----------
    image : nibabel image

    Returns
    -------
    str or None
    """
    name = image.get_filename() if hasattr(image, "get_filename") else None
    # nilearn keeps data here, and uses it in place of the file's from then on
    if not name or getattr(image, "_data_cache", None) is not None or not nib.is_proxy(image.dataobj):
        return None
    try:
        stored = nib.load(name)
    except (OSError, nib.filebasedimages.ImageFileError):
        return None
    same = (
        stored.dataobj.file_like == image.dataobj.file_like
        and stored.header == image.header
        and np.array_equal(stored.affine, image.affine)
    )
    return os.path.abspath(name) if same else None


def store_images(images: Sequence, folder, name: str, n_frames: int | None = None) -> list[str]:
    """Write images as NIfTI files that hold their numbers exactly as they are.

    Parameters
    ----------
    images : sequence of image-like
        Have an ``affine``, and a ``dataobj`` or ``get_fdata``; a ``header`` tells units and
        time steps.
    folder : path-like
    name : str
        What the files are called: ``name.nii``, or ``name_0001.nii`` and on.
    n_frames : int, optional
        Write so many frames only; default all.

    Returns
    -------
    list of str
        The paths.

    Raises
    ------
    ValueError
        If an image holds no real numbers.
    """
    names = (
        [f"{name}.nii"] if len(images) == 1 else [f"{name}_{k:04d}.nii" for k in range(1, len(images) + 1)]
    )
    converted = [_as_nifti(image, name, n_frames) for image in images]
    return _store({name: image.to_filename for name, image in zip(names, converted, strict=True)}, folder)


def store_table(values: np.ndarray, columns: Sequence[str] | None, folder, name: str) -> str:
    """Write a table of numbers: a .tsv with names of columns, or a .npy without.

    Names that are all numbers are left out, since `read_table` would take them for a row.

    Parameters
    ----------
    values : (T, C) float array
    columns : sequence of str, or None
    folder : path-like
    name : str

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


def _store(writers: Mapping[str, Callable[[Path], object]], folder) -> list[str]:
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    with draft_folder(folder) as draft:
        for name, write in writers.items():
            write(draft / name)
        record(draft, [draft / name for name in writers])
        place = folder / _name_of(draft, writers)
        if place.exists() and not _is_sound(place, writers):
            shutil.rmtree(place, ignore_errors=True)
        try:
            draft.rename(place)
        except OSError:
            if not _is_sound(place, writers):
                raise  # else it is there already, or another process was faster
            with contextlib.suppress(OSError):
                os.utime(place)  # it is in use
    return [str(place / name) for name in writers]


def _name_of(place: Path, names) -> str:
    """The name of a folder, made of its content."""
    prints = [(name, fingerprint(place / name)) for name in names]
    return hashlib.sha256(repr(prints).encode()).hexdigest()[:32]


def _is_sound(place: Path, names) -> bool:
    there = all((place / name).exists() and unchanged(place, place / name) for name in names)
    return there and _name_of(place, names) == place.name


def _as_nifti(image, name: str, n_frames: int | None) -> nib.Nifti1Pair:
    data = getattr(image, "_data_cache", None)
    if data is None:
        data = image.dataobj if hasattr(image, "dataobj") else image.get_fdata()
    data = np.asanyarray(data if n_frames is None or len(data.shape) < 4 else data[..., :n_frames])
    data = data.astype(STORED_AS.get(data.dtype.name, data.dtype), copy=False)
    if data.dtype.kind not in "iuf":
        raise ValueError(f"{name} holds {data.dtype} values; real numbers are needed.")
    kind = nib.Nifti1Image if max(data.shape) < 1 << 15 else nib.Nifti2Image
    made = kind(data, image.affine, getattr(image, "header", None), dtype=data.dtype)
    made.header.set_slope_inter(1, 0)
    return made
