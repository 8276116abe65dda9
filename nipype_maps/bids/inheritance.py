"""JSON files that say something of a run: its sidecar, and those that BIDS lets it inherit."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..images.filenames import stem
from .dataset import DESCRIPTION
from .entities import ENTITY, entities_of
from .sidecars import sidecar_of


def sidecars_for(path) -> list[Path]:
    """The JSON files that apply to a file, the one that counts most first: its own sidecar, if it has one.

    By the inheritance principle of BIDS these are the files from its folder up to that of the data
    set which have its suffix, and of its entities some or all: ``task-rest_bold.json`` applies to
    ``sub-01/func/sub-01_task-rest_bold.nii.gz``.  The nearest counts most, and of one folder the
    one with most entities.  The data set's folder is that of the description, else the one that
    the participant's folder lies in; where neither is found, it is the file's own.

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
    suffix, entities = _parsed(stem(path)) or ("", {})
    if "sub" not in entities:  # of no data set, whatever lies above it
        return found
    for folder in _folders(path, entities):
        applying = []
        with suppress(OSError):  # a folder that cannot be listed
            # a data set's folder has thousands of other entries
            for file in (name for name in os.listdir(folder) if name.endswith(f"{suffix}.json")):
                suffix_there, there = _parsed(file.removesuffix(".json")) or (None, {})
                if suffix_there == suffix and there.items() <= entities.items() and folder / file != own:
                    applying.append((-len(there), file))
        found += [folder / file for _, file in sorted(applying)]
    return found


def _parsed(name: str) -> tuple[str, dict[str, str]] | None:
    """Suffix and entities of a name that is built as BIDS has it; None of any other."""
    *words, suffix = name.split("_")
    if "-" in suffix or not all(map(ENTITY.fullmatch, words)):
        return None
    return suffix, entities_of("_".join(words))


def _folders(path, entities: dict[str, str]) -> list[Path]:
    """From a file's folder up to that of its data set."""
    above = list(Path(os.path.abspath(path)).parents)
    described = (depth for depth, folder in enumerate(above) if (folder / DESCRIPTION).is_file())
    participant = f"sub-{entities.get('sub')}"
    beside = (depth for depth, folder in enumerate(above[:-1], start=1) if folder.name == participant)
    return above[: next(described, next(beside, 0)) + 1]
