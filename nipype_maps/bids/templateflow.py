"""Maps and their label tables in TemplateFlow's archive, here or downloaded, through its client."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..images.filenames import stem
from ..storage.json_files import read_json
from ..storage.locks import try_lock, unlock
from ..storage.paths import PathLike
from .atlas_queries import AtlasQuery, choose_resolution, labels_of, matching, template_of

#: What the client calls the entities of names.
CLIENT_WORDS = {
    "cohort": "cohort", "res": "resolution", "atlas": "atlas", "seg": "segmentation", "scale": "scale",
    "label": "label", "desc": "desc",
}  # fmt: skip
#: Entities that the client takes as numbers.
NUMBERS = ("cohort", "res")
SUFFIX = "probseg"
#: The file in which a template describes itself.
DESCRIPTION = "template_description.json"
#: Seconds between looks at a lock that another process holds.
WAIT = 0.2


@dataclass(frozen=True)
class FoundMaps:
    """Maps in the archive.

    Attributes
    ----------
    path : pathlib.Path
    reason : str
        Why this resolution.
    """

    path: Path
    reason: str


def find_maps(query: AtlasQuery, runs: Sequence[PathLike], sources: Iterable[str] = ()) -> FoundMaps:
    """The maps that a query means for some runs; what is not here yet is downloaded.

    Parameters
    ----------
    query : AtlasQuery
    runs : sequence of path-likes
        Whose names give the template and the resolution.
    sources : iterable of str
        Names of files that are preferred to others, as those that signals were made from.

    Raises
    ------
    ImportError
        Without the client.
    ValueError
        If maps are not known, not here and cannot be downloaded, or several fit.
    """
    home = _home()
    template = template_of(runs, query)
    folder = home / f"tpl-{template['tpl']}"
    if not folder.is_dir():
        known = sorted(path.name.removeprefix("tpl-") for path in home.glob("tpl-*/"))
        raise ValueError(
            f"{query.text}: TemplateFlow, in {home}, has no template {template['tpl']}; add one of "
            f"{', '.join(f'tpl-{name}' for name in known)} if your runs are in its space."
        )
    maps = sorted(path for path in folder.rglob(f"*_{SUFFIX}.nii*") if not path.is_dir())
    fitting = matching(maps, query, template)
    if preferred := [path for path in fitting if path.name in set(sources)]:
        found = FoundMaps(preferred[0], "the maps that the signals come from")
    else:
        labels = labels_of(runs[0]) if runs else {}
        try:
            path, reason = choose_resolution(
                fitting, _voxel_sizes(folder, template), labels.get("res"), _voxel_size(runs)
            )
        except ValueError as error:
            raise ValueError(f"{query.text}: {error}") from error
        found = FoundMaps(path, reason)
    with _alone(folder):
        _fetch([found.path, *_beside(found.path, folder)], home, query)
    return found


def _home() -> Path:
    """The folder of the archive, which the client makes where there is none."""
    try:
        from templateflow import conf
    except ImportError as error:
        raise ImportError(
            "maps by name need TemplateFlow's client; install it (pip install 'nipype-maps[atlases]'), or "
            "give the file of the maps."
        ) from error
    except OSError as error:
        raise ValueError(
            f"TemplateFlow cannot make its folder ({error}); set TEMPLATEFLOW_HOME to one that has the maps, "
            "or that can be written."
        ) from error
    return Path(conf.TF_HOME)


def _voxel_sizes(folder: Path, template: Mapping[str, str]) -> dict[str, Sequence[float]]:
    """The voxel sizes of a template's resolutions, by their labels, as its description has them."""
    try:
        content: Any = read_json(folder / DESCRIPTION)
    except (OSError, ValueError):
        return {}
    if "cohort" in template:
        content = {**content, **content.get("cohort", {}).get(template["cohort"], {})}
    return {
        labels_of(f"res-{label}_x")["res"]: entry["zooms"]
        for label, entry in (content.get("res") or {}).items()
        if isinstance(entry, dict) and entry.get("zooms")
    }


def _voxel_size(runs: Sequence[PathLike]) -> list[float] | None:
    """The voxel size of the first run that can be read, in mm."""
    from ..images.volumes import Volumes

    for run in runs:
        with contextlib.suppress(OSError, ValueError):
            return [float(size) for size in Volumes([run], quiet=True).grid.voxel_size]
    return None


def _beside(maps: Path, folder: Path) -> list[Path]:
    """The label tables and sidecars of maps: their entities, or fewer, as BIDS' inheritance has it."""
    words = set(stem(maps).split("_"))
    return [
        path
        for ending in ("tsv", "json")
        for path in sorted(folder.rglob(f"*_{SUFFIX}.{ending}"))
        if "atlas" in labels_of(path) and words.issuperset(stem(path).split("_"))
    ]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no two processes of one archive download at once: one would take half a file for the whole.

    Locks the description of the template, which leaves no file behind; where nothing can be locked,
    as in an archive that is read-only, it goes on.
    """
    descriptor = None
    for mode in (os.O_RDWR, os.O_RDONLY):  # NFS locks what is open for writing alone
        with contextlib.suppress(OSError):
            descriptor = os.open(folder / DESCRIPTION, mode)
            break
    if descriptor is None:
        yield
        return
    try:
        while try_lock(descriptor) is False:
            time.sleep(WAIT)
        yield
    finally:
        unlock(descriptor)
        os.close(descriptor)


def _fetch(paths: Iterable[Path], home: Path, query: AtlasQuery) -> None:
    """Download the files that the archive only has the names of.

    Raises
    ------
    ValueError
        If that fails; nothing is left of a download that was interrupted.
    """
    for path in paths:
        if path.is_file() and path.stat().st_size:
            continue
        labels = labels_of(path)
        asked = {
            word: int(labels[entity]) if entity in NUMBERS else labels[entity]
            for entity, word in CLIENT_WORDS.items()
            if entity in labels
        }
        was_there = path.is_file()
        try:
            _get(labels["tpl"], asked, path)
        except BaseException as error:
            if was_there:  # a file that is cut off would be taken for the whole
                with contextlib.suppress(OSError):
                    path.write_bytes(b"")
            if not isinstance(error, Exception):
                raise
            words = "".join(f", {word}={value!r}" for word, value in asked.items() if word != "resolution")
            raise ValueError(
                f"{query.text}: {path.name} is not in {home}, and cannot be downloaded ({_reason(error)}). "
                "On a computer with internet call "
                f'python3 -c "from templateflow.api import get; get({labels["tpl"]!r}, suffix={SUFFIX!r}'
                f'{words})", copy its TEMPLATEFLOW_HOME (~/.cache/templateflow) here, and set '
                "TEMPLATEFLOW_HOME to the copy."
            ) from error


def _get(template: str, asked: Mapping[str, Any], path: Path) -> None:
    """Download one file; entities that its name does not have are None for the client."""
    from templateflow import api

    none = dict.fromkeys(CLIENT_WORDS.values())
    ending = path.name[len(stem(path)) :]
    api.get(template, raise_empty=True, suffix=SUFFIX, extension=ending, **{**none, **asked})
    if not path.is_file() or not path.stat().st_size:
        raise OSError("TemplateFlow's client does not know the file")


def _reason(error: Exception) -> str:
    """A few words on why a download failed."""
    if type(error).__module__.startswith("requests"):
        return f"no connection: {type(error).__name__}"
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
