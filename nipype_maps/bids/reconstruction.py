"""The image that signals represent, as a file of a BIDS data set: its name and its sidecar."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..images.filenames import short_name, stem
from ..storage.paths import PathLike
from .dataset import DESCRIPTION, NAME, owner_of
from .dataset_links import linked_datasets, with_uris
from .entities import ENTITY, labels_in
from .entity_order import ordered
from .provenance import versions

#: What its ``desc`` ends with.
RECONSTRUCTED = "Reconstructed"


def reconstructed_name(signals: PathLike) -> str:
    """The name of the image that signals represent, without ending.

    Parameters
    ----------
    signals : path-like
        A table of signals.

    Examples
    --------
    >>> reconstructed_name("sub-01_task-rest_atlas-msdl_res-2_desc-denoised_timeseries.tsv")
    'sub-01_task-rest_atlas-msdl_res-2_desc-denoisedReconstructed_bold'
    >>> reconstructed_name("rest_atlas-msdl_timeseries.tsv"), reconstructed_name("signals.tsv")
    ('rest_atlas-msdl_desc-Reconstructed_bold', 'signals_desc-Reconstructed_bold')
    """
    words = stem(signals).removesuffix("_timeseries").split("_")
    desc = "".join(word.removeprefix("desc-") for word in words if word.startswith("desc-"))
    kept = [word for word in words if not word.startswith("desc-")]
    entities = [*kept, f"desc-{desc}{RECONSTRUCTED}"]
    return "_".join([*(ordered(entities) if all(map(ENTITY.fullmatch, kept)) else entities), "bold"])


def dataset_of(folder: PathLike) -> Path | None:
    """The data set that contains a folder: the nearest one above with a description."""
    real = Path(os.path.realpath(folder))
    return next((place for place in (real, *real.parents) if (place / DESCRIPTION).is_file()), None)


def folder_of_run(name: str) -> Path:
    """The folder of a run's files in a data set, by its name; the data set itself for any other name.

    Examples
    --------
    >>> folder_of_run("sub-01_ses-2_task-rest_bold"), folder_of_run("rest_bold")
    (PosixPath('sub-01/ses-2/func'), PosixPath('.'))
    """
    labels = labels_in(name)
    if "sub" not in labels:
        return Path()
    return Path(*(f"{entity}-{labels[entity]}" for entity in ("sub", "ses") if entity in labels), "func")


def reconstruction_sidecar(
    name: str,
    folder: PathLike,
    files: Iterable[PathLike],
    *,
    is_masked: bool,
    voxel_sizes: Sequence[float],
    t_r: float | None,
) -> dict[str, Any]:
    """The sidecar of the image.

    Parameters
    ----------
    name : str
        Of the image.
    folder : path-like
        Where it is; in a data set of nipype-maps, its sources are BIDS URIs.
    files : iterable of path-likes
        What it was made from.
    is_masked : bool
        Whether it is 0 outside a mask.
    voxel_sizes : sequence of float
        Along the three axes, in mm.
    t_r : float or None
        Repetition time in seconds; None if unknown.
    """
    files = list(files)
    content: dict[str, Any] = {
        "Description": "The sum of brain maps, each times its signal",
        "SkullStripped": is_masked,
    }
    if "res" in labels_in(name):
        sizes = " x ".join(f"{size:g}" for size in voxel_sizes)
        content["Resolution"] = f"Voxels of {sizes} mm, as the signals were extracted"
    if t_r:
        content["RepetitionTime"] = t_r
    content["Sources"] = [short_name(file) for file in files]
    if (root := dataset_of(folder)) is not None and owner_of(root) == NAME:
        content = with_uris(content, files, linked_datasets(root))
    return {**content, "Versions": {NAME: versions()[NAME]}}
