"""JSON files that describe a run: its sidecar, and those that it inherits by the rules of BIDS."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..images.filenames import stem
from ..storage.paths import PathLike
from .dataset import DESCRIPTION
from .entities import ENTITY, entities_of
from .sidecars import sidecar_of


def sidecars_for(path: PathLike) -> list[Path]:
    """The JSON files that apply to a file, in order of precedence; its own sidecar comes first.

    By the inheritance principle of BIDS these are files in its folder and those above, up to that of
    the data set, that have its suffix and no other entities than it has: ``task-rest_bold.json``
    applies to ``sub-01/func/sub-01_task-rest_bold.nii.gz``.  The nearest folder takes precedence, and
    within a folder the file with most entities.  The folder of the data set is the one with a
    description, else the one above the participant's folder, else the file's own.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "sub-01").mkdir()
    >>> for name in ("bold.json", "task-rest_bold.json", "task-nback_bold.json", "sub-01/sub-01_bold.json"):
    ...     _ = (root / name).write_text("{}")
    >>> run = root / "sub-01" / "sub-01_task-rest_bold.nii.gz"
    >>> [found.name for found in sidecars_for(run)]
    ['sub-01_bold.json', 'task-rest_bold.json', 'bold.json']
    """
    own = sidecar_of(os.path.abspath(path))
    found = [own] if own.exists() else []
    suffix, entities = parsed_name(stem(path)) or ("", {})
    if "sub" not in entities:  # in no data set, whatever is above it
        return found
    for folder in folders_of_data_set(path, entities):
        applying = []
        with suppress(OSError):  # a folder that cannot be listed
            # the folder of a data set has thousands of other entries
            for file in (name for name in os.listdir(folder) if name.endswith(f"{suffix}.json")):
                suffix_there, there = parsed_name(file.removesuffix(".json")) or (None, {})
                if suffix_there == suffix and there.items() <= entities.items() and folder / file != own:
                    applying.append((-len(there), file))
        found += [folder / file for _, file in sorted(applying)]
    return found


def parsed_name(name: str) -> tuple[str, dict[str, str]] | None:
    """Suffix and entities of a BIDS name; None for any other name."""
    *words, suffix = name.split("_")
    if "-" in suffix or not all(map(ENTITY.fullmatch, words)):
        return None
    return suffix, entities_of("_".join(words))


def folders_of_data_set(path: PathLike, entities: dict[str, str]) -> list[Path]:
    """A file's folder and those above, up to that of its data set, or of its templates."""
    above = list(Path(os.path.abspath(path)).parents)
    described = (depth for depth, folder in enumerate(above) if (folder / DESCRIPTION).is_file())
    owners = {f"{entity}-{entities[entity]}" for entity in ("sub", "tpl", "atlas") if entity in entities}
    beside = (depth for depth, folder in enumerate(above[:-1], start=1) if folder.name in owners)
    return above[: next(described, next(beside, 0)) + 1]
