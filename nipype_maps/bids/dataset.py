"""The folder of a BIDS derivatives data set: which tool it belongs to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..storage.json_files import read_json
from ..storage.paths import PathLike

NAME = "nipype-maps"
DESCRIPTION = "dataset_description.json"


def require_own(out: PathLike, source: PathLike | None = None) -> None:
    """Raise ValueError if results would be mixed with files of other tools.

    Parameters
    ----------
    out : path-like
        Folder for results.
    source : path-like, optional
        The data set that the results are made from, if they become a data set too.
    """
    out = Path(os.path.realpath(out))
    given = f"--out {out}" if source is None else f"OUT {out}"
    source = None if source is None else Path(os.path.realpath(source))
    around = next((folder for folder in (out, *out.parents) if _is_of_participant(folder)), None)
    if around is not None and around.parent != source:
        raise ValueError(
            f"{given} is in {around.name} of the data set {around.parent}; choose another folder."
        )
    if source is not None:
        if out == source:
            raise ValueError(f"{given} is the data set that the runs come from; choose another folder.")
        if source in out.parents and out.relative_to(source).parts[0].startswith("sub-"):
            raise ValueError(
                f"{given} is inside the data set that the runs come from; choose a folder outside of "
                f"it, or {source / 'derivatives' / NAME}."
            )
    owner = owner_of(out)
    if owner is None:
        theirs = next(out.glob("sub-*/"), None) if source is not None and out.is_dir() else None
        inside = (
            source is not None and source in out.parents and out.relative_to(source).parts[0] != "derivatives"
        )
        strange = inside and out.is_dir() and {*os.listdir(out)} - {"logs", "work"}
        if theirs or strange:
            raise ValueError(
                f"{given} has files, but no {DESCRIPTION} by nipype-maps; choose another folder."
            )
    elif owner != NAME:
        raise ValueError(
            f"{given} is a data set of {owner}; choose another folder, such as {out / 'derivatives' / NAME}."
        )
    elif source is None:
        raise ValueError(
            f"{given} is a data set that nipype-maps dataset wrote, in which other tables have no place; "
            "call dataset for its runs, or choose another folder."
        )


def require_apart(folders: Iterable[PathLike], source: PathLike) -> None:
    """Raise ValueError if a folder for results is, by a link, a participant's of the source.

    Parameters
    ----------
    folders : iterable of path-likes
        Where results are written to; they need not exist.
    source : path-like
        The data set that the runs are from.
    """
    participants = {os.path.realpath(folder) for folder in Path(source).glob("sub-*")}
    for folder in dict.fromkeys(map(Path, folders)):
        real = Path(os.path.realpath(folder))
        if not participants.isdisjoint(map(str, (real, *real.parents))):
            raise ValueError(
                f"{folder} leads to {real}, where the runs are; remove the link, or choose another OUT."
            )


def _is_of_participant(folder: Path) -> bool:
    """Whether a folder is that of a participant of a data set."""
    return folder.name.startswith("sub-") and os.path.lexists(folder.parent / DESCRIPTION)


def tools_of(folder: Path) -> tuple[str, ...]:
    """The tools that wrote a derivatives data set, with their versions, by its description.

    Parameters
    ----------
    folder : pathlib.Path

    Returns
    -------
    tuple of str
        Such as ``fMRIPrep 24.1.1``; none where the data set does not say it.
    """
    content: dict[str, Any] = {}
    with suppress(OSError, ValueError, RecursionError):
        content = read_json(folder / DESCRIPTION)
    makers = content.get("GeneratedBy")
    if content.get("DatasetType") != "derivative" or not isinstance(makers, list):
        return ()
    tools = (
        " ".join(text for key in ("Name", "Version") if isinstance(text := maker.get(key), str))
        for maker in makers
        if isinstance(maker, dict) and isinstance(maker.get("Name"), str)
    )
    return tuple(dict.fromkeys(" ".join(tool.split()) for tool in tools))


def owner_of(folder: Path) -> str | None:
    """The tool that wrote a data set, by its description; None without one."""
    if not os.path.lexists(folder / DESCRIPTION):
        return None
    try:
        content = read_json(folder / DESCRIPTION)
    except (OSError, ValueError, RecursionError):
        return f"others (its {DESCRIPTION} cannot be read)"
    makers = content.get("GeneratedBy")
    names = (
        [maker.get("Name") for maker in makers if isinstance(maker, dict)] if isinstance(makers, list) else []
    )
    if NAME in names:
        return NAME
    return str(names[0]) if names else f"others ({content.get('Name', 'without a name')})"
