"""What all interfaces share: traits for images and frames."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from nipype import logging
from nipype.interfaces.base import File, InputMultiObject, Str, Undefined, isdefined, traits
from threadpoolctl import threadpool_limits

from ..bids.inheritance import sidecars_for
from ..bids.labels import label_files
from ..bids.missing_frames import outlier_tables
from ..engine.interface import ContentHashedInputSpec, RecordedInterface, algorithm
from ..images.filenames import image_files, stem

__all__ = [
    "InputFile",
    "MapsInputSpec",
    "MapsInterface",
    "SampleMask",
    "algorithm",
    "input_images",
    "logger",
    "map_names",
    "map_names_column",
    "names_read",
    "number_or_none",
    "outliers_read",
    "output_path",
    "run_labels",
    "sidecars_read",
]

logger = logging.getLogger("nipype.interface")


class InputFile(File):
    """An existing file, made absolute so that a node can run in its own folder.

    Symbolic links are kept: in a DataLad data set they lead away from the sidecars.
    """

    def __init__(self, **metadata: Any) -> None:
        super().__init__(exists=True, **metadata)

    def validate(self, objekt: Any, name: str, value: Any, return_pathlike: bool = False) -> str:
        """Return the absolute path of an existing file."""
        if isinstance(value, (str, Path)) and not os.path.isfile(value):
            raise traits.TraitError(f"the file {value} of the '{name}' trait does not exist.")
        return os.path.abspath(super().validate(objekt, name, value))


def input_images(**metadata: Any) -> InputMultiObject:
    """Trait: one 3D or 4D image, or a list of 3D images."""
    return InputMultiObject(InputFile(), **metadata)


def number_or_none(low: float = 0.0, exclude_low: bool = True, **metadata: Any) -> traits.Either:
    """Trait: a number above a limit, or None, which is the default."""
    return traits.Either(None, traits.Range(low=low, exclude_low=exclude_low), usedefault=True, **metadata)


class SampleMask(traits.TraitType):
    """Frames to keep: a file, indices, or one boolean per frame; None keeps all.

    A compound of nipype's own traits would take ``[True, False]`` for the indices 1 and 0.
    """

    default_value = None
    info_text = "a file, a list of frame indices, a list of one boolean per frame, or None"

    def validate(self, objekt: Any, name: str, value: Any) -> str | list[int] | list[bool] | None:
        """Return a path, a list of bools, a list of ints, or None."""
        if value is None:
            return None
        if isinstance(value, (str, Path)) and os.path.isfile(value):
            return os.path.abspath(value)
        if isinstance(value, (list, tuple, np.ndarray)):
            kinds = {np.asarray(item).dtype.kind for item in value}
            if kinds <= {"b"} or kinds <= {"i", "u"}:
                return np.asarray(value).tolist()
        return self.error(objekt, name, value)


def run_labels() -> traits.Either:
    """Trait: the acquisition of each frame, where several were concatenated; None is one acquisition."""
    return traits.Either(
        None,
        InputFile(),
        traits.List(traits.Either(traits.Int(), Str())),
        usedefault=True,
        desc="acquisition that each frame belongs to, where several were concatenated: a list of labels, or "
        "a text file with one per line; every option acts within each acquisition",
    )


def map_names() -> traits.Either:
    """Trait: the names of maps, or the numbers of those whose signals are written."""
    return traits.Either(
        InputFile(),
        traits.List(Str()),
        desc="names of the maps: a list, a label table (.tsv, .csv), or a .json or .txt file; or a .txt file "
        "of the numbers, from 1, of the maps whose signals are written; default: found beside the maps",
    )


def map_names_column() -> Str:
    """Trait: the column of names in a label table."""
    return Str(
        desc="column of the label table that has the names; default: name, else the only one that is called "
        "Difumo_names, label, labels, names, region or roi"
    )


class MapsInputSpec(ContentHashedInputSpec):
    """Inputs that every interface has."""

    def files_of(self, path: str) -> list[str]:
        """The files that an image consists of: header and data may be in two."""
        return image_files(path)


def sidecars_read(paths: Sequence[str], t_r: float | None) -> list[Path]:
    """The sidecars that apply to a run, if they are asked for the time between frames."""
    known = isdefined(paths) and paths and isdefined(paths[0])
    return sidecars_for(paths[0]) if known and t_r in (None, Undefined) else []


def outliers_read(paths: Sequence[str]) -> list[Path]:
    """The tables of outliers of a run, which tell of frames that were removed from it."""
    known = isdefined(paths) and len(paths) == 1 and isdefined(paths[0])
    return [path for path in outlier_tables(paths[0]) if path.exists()] if known else []


def names_read(paths: Sequence[str], given: Any) -> list[Path]:
    """The files beside maps that may hold their names, unless these are given; a text may choose maps."""
    is_text = isinstance(given, (str, Path)) and Path(given).suffix.lower() not in (".tsv", ".csv", ".json")
    known = isdefined(paths) and paths and (is_text or given in (None, Undefined))
    return [path for path in label_files(paths[0]) if path.exists()] if known else []


class MapsInterface(RecordedInterface):
    """An interface whose `_run` returns its outputs: see `engine.interface.RecordedInterface`."""

    @contextmanager
    def _context(self) -> Iterator[None]:
        # one thread computes while another reads or writes; a BLAS that takes all cores waits for
        # the slowest in every small product
        with threadpool_limits(1, user_api="blas"):
            yield


def output_path(cwd: Path, in_file: str | os.PathLike[str], suffix: str) -> str:
    """Where a node writes: in its own folder, named after its input."""
    return str(cwd / f"{stem(in_file)}{suffix}")
