"""The folder of a BIDS derivatives data set: which tool it belongs to, and its description."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..storage.atomic import replacing
from ..storage.json_files import read_json, write_json
from ..storage.paths import PathLike
from .atlas import Atlas
from .provenance import versions

BIDS_VERSION = "1.10.0"
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
    if source is not None:
        source = Path(os.path.realpath(source))
        if out == source:
            raise ValueError(f"{given} is the data set that the runs come from; choose another folder.")
        around = next((folder for folder in (out, *out.parents) if _is_of_participant(folder)), None)
        if around is not None and around.parent != source:
            raise ValueError(
                f"{given} is in {around.name} of the data set {around.parent}; choose another folder."
            )
        if source in out.parents and out.relative_to(source).parts[0].startswith("sub-"):
            raise ValueError(
                f"{given} is inside the data set that the runs come from; choose a folder outside of "
                f"it, or {source / 'derivatives' / NAME}."
            )
    owner = _owner(out)
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


def describe(out: PathLike, source: PathLike, name: str = f"{NAME}: time series of brain maps") -> None:
    """Write the dataset_description.json of a derivatives folder; entries that users added stay.

    Parameters
    ----------
    out, source : path-like
        The folder, and the data set that its files were made from.
    name : str
    """
    path = Path(out) / DESCRIPTION
    before = read_json(path) if path.exists() else {}
    sources, own = before.get("SourceDatasets"), {"URL": Path(source).absolute().as_uri()}
    sources = sources if isinstance(sources, list) else []
    content = {
        "Name": name,
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        **before,
        "GeneratedBy": [{"Name": NAME, "Version": versions()[NAME]}],
        "SourceDatasets": sources if own in sources else [*sources, own],
    }
    if content != before:
        write_json(path, content)


def sources_of(out: PathLike) -> list[Path]:
    """The data sets that a derivatives folder was made from, by its dataset_description.json."""
    sources = read_json(Path(out) / DESCRIPTION).get("SourceDatasets")
    urls = [source.get("URL") for source in sources if isinstance(source, dict)] if sources else []
    parts = [urlsplit(url) for url in urls if isinstance(url, str)]
    return [Path(unquote(part.path)) for part in parts if part.scheme == "file"]


def map_names_text(names: Sequence[str]) -> str:
    """The table of an atlas's maps: index and name of all maps, though runs may have fewer."""
    lines = ["index\tname", *(f"{index}\t{name}" for index, name in enumerate(names, start=1))]
    return "\n".join(lines) + "\n"


def map_names_file(out: PathLike, atlas: Atlas) -> Path:
    """The path of that table in a data set."""
    return Path(out) / f"{atlas.name}_probseg.tsv"


def write_map_names(out: PathLike, atlas: Atlas, names: Sequence[str]) -> None:
    """Write that table."""
    with replacing(map_names_file(out, atlas)) as temporary:
        temporary.write_text(map_names_text(names), encoding="utf-8")


def _is_of_participant(folder: Path) -> bool:
    """Whether a folder is that of a participant of a data set."""
    return folder.name.startswith("sub-") and os.path.lexists(folder.parent / DESCRIPTION)


def _owner(folder: Path) -> str | None:
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
