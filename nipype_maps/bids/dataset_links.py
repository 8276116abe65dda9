"""Links from a data set to those it was made from, and BIDS URIs of the files in them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from ..images.filenames import short_name
from ..storage.json_files import read_json
from ..storage.paths import PathLike
from .dataset import DESCRIPTION

#: Folders up, or down, from a data set to one that is near.
NEAR = 3


def relative_link(out: PathLike, source: PathLike) -> str | None:
    """The relative path from a data set to one that is near it, as a URI.

    A link names no folder of the machine: whoever copies both data sets, or what contains them, has
    the link too.

    Parameters
    ----------
    out, source : path-like
        Two folders.

    Returns
    -------
    str or None
        None for a data set that is further away, or shares nothing with the other but the root of
        the file system, as two folders of a container do.

    Examples
    --------
    >>> relative_link("/study/derivatives/maps", "/study/derivatives/fmriprep 25")
    '../fmriprep%2025'
    >>> relative_link("/study/fmriprep/derivatives/maps", "/study/fmriprep")
    '../..'
    >>> relative_link("/out", "/data/fmriprep")
    """
    for place in (os.path.abspath, os.path.realpath):
        here, there = Path(place(out)), Path(place(source))
        common = Path(os.path.commonpath([here, there]))
        link = os.path.relpath(there, here)
        steps = (len(folder.relative_to(common).parts) for folder in (here, there))
        leads_there = os.path.realpath(os.path.join(os.path.realpath(out), link)) == os.path.realpath(source)
        if common != common.parent and max(steps) <= NEAR and leads_there:
            return _quoted(link)
    return None


def linked_datasets(out: PathLike) -> dict[str, Path]:
    """The data sets to which URIs in a data set may refer, on this machine.

    Parameters
    ----------
    out : path-like

    Returns
    -------
    dict of str to pathlib.Path
        By their names in URIs: itself, whose name is empty, and those of its ``DatasetLinks``.
    """
    links: object = None
    with suppress(OSError, ValueError, RecursionError):
        links = read_json(Path(out) / DESCRIPTION).get("DatasetLinks")
    found = {"": Path(out)}
    for name, link in links.items() if isinstance(links, dict) else ():
        if isinstance(link, str) and (folder := local_folder(link, out)):
            found[name] = folder
    return found


def local_folder(uri: str, out: PathLike) -> Path | None:
    """The folder on this machine that a URI in a data set's description stands for.

    Examples
    --------
    >>> local_folder("file:///data/my%20study", "/out"), local_folder("../fmriprep", "/data/maps")
    (PosixPath('/data/my study'), PosixPath('/data/maps/../fmriprep'))
    >>> local_folder("doi:10.18112/openneuro.ds000030", "/out")
    """
    with suppress(ValueError):
        parts = urlsplit(uri)
        if parts.scheme in ("", "file") and not parts.netloc and parts.path:
            return Path(os.path.realpath(out), os.fsdecode(unquote_to_bytes(parts.path)))
    return None


def with_uris(
    sidecar: Mapping[str, Any], files: Iterable[PathLike], datasets: Mapping[str, Path]
) -> dict[str, Any]:
    """A sidecar whose ``Sources`` are BIDS URIs.

    Parameters
    ----------
    sidecar : dict
        Its ``Sources`` are names of files, without folders.
    files : iterable of path-likes
        The files that may be meant.
    datasets : dict of str to pathlib.Path
        By their names in URIs.

    Returns
    -------
    dict
        The same content.  A source in none of the data sets keeps its name alone.

    Examples
    --------
    >>> with_uris({"Sources": ["a_bold.nii", "maps.nii"]}, ["/in/sub-a/a_bold.nii"], {"raw": Path("/in")})
    {'Sources': ['bids:raw:sub-a/a_bold.nii', 'maps.nii']}
    """
    uris = defaultdict(list)
    for file in files:
        uris[short_name(file)].append(_uri(file, datasets))
    names = sidecar.get("Sources", [])
    return {**sidecar, "Sources": list(dict.fromkeys(uri for name in names for uri in uris[name] or [name]))}


def file_of_uri(uri: object, datasets: Mapping[str, Path]) -> Path | None:
    """The file that a BIDS URI stands for, which may not be there; None for what is no such URI.

    Parameters
    ----------
    uri : object
        An entry of ``Sources``.
    datasets : dict of str to pathlib.Path
        By their names in URIs.

    Examples
    --------
    >>> file_of_uri("bids:raw:sub-a/a%20bold.nii", {"raw": Path("/in")}), file_of_uri("maps.nii", {})
    (PosixPath('/in/sub-a/a bold.nii'), None)
    """
    start, _, rest = uri.partition(":") if isinstance(uri, str) else ("", "", "")
    name, _, inside = rest.partition(":")
    if start != "bids" or not inside or name not in datasets:
        return None
    return datasets[name] / os.fsdecode(unquote_to_bytes(inside))


def _uri(file: PathLike, datasets: Mapping[str, Path]) -> str:
    """The URI of a file in the innermost data set that contains it; its name where none does."""
    names = {os.path.realpath(folder): name for name, folder in reversed([*datasets.items()])}
    path = Path(file).absolute()
    # folders in a data set, and the file itself in DataLad's, may be links to what is elsewhere
    for place in (path, Path(os.path.realpath(path.parent), path.name)):
        for folder in place.parents:
            inside = place.relative_to(folder)
            if (name := names.get(os.path.realpath(folder))) is not None and ".." not in inside.parts:
                return f"bids:{name}:{_quoted(inside.as_posix())}"
    return short_name(file)


def _quoted(path: str) -> str:
    return quote(os.fsencode(path), safe="/+")
