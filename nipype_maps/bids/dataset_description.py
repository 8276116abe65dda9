"""dataset_description.json: what a derivatives data set is, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, TypeGuard

from ..storage.json_files import read_json, write_json
from ..storage.paths import PathLike
from .dataset import DESCRIPTION, NAME
from .dataset_links import local_folder, relative_link
from .provenance import versions

BIDS_VERSION = "1.11.1"
#: What BIDS URIs call the data set that the runs are from.
PREPROCESSED = "preprocessed"


def describe(out: PathLike, source: PathLike, name: str = f"{NAME}: time series of brain maps") -> list[str]:
    """Write the dataset_description.json of a derivatives folder; entries that users added stay.

    Parameters
    ----------
    out, source : path-like
        The folder, and the data set that its files were made from.
    name : str

    Returns
    -------
    list of str
        Warnings, once: where the source is too far away for a link, or the link led to a data set of
        another DOI before.
    """
    path = Path(out) / DESCRIPTION
    before = read_json(path) if path.exists() else {}
    link = relative_link(out, source)
    content = {
        "Name": name,
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        **before,
        "GeneratedBy": [{"Name": NAME, "Version": versions()[NAME]}, *_other_tools(before)],
        "SourceDatasets": _sources(before, source, link),
        "DatasetLinks": _links(before, link),
    } | {"BIDSVersion": BIDS_VERSION}
    content = {key: value for key, value in content.items() if value not in ([], {})}
    if content == before:
        return []
    write_json(path, content)
    if not link:
        return [
            f"{path} has no link to {source}, which is not beside it, and Sources in sidecars are names "
            "without folders; with both data sets in one folder they would be BIDS URIs."
        ]
    dois = [one["DOI"] for one in content["SourceDatasets"] if _has_doi(one) and one.get("URL") == link]
    return [] if len({*dois}) < 2 else [
        f"{path} links to {source}, which has the DOI {dois[-1]} now, not {dois[0]}; results that are in "
        f"{out} already were made from another data set."
    ]  # fmt: skip


def sources_of(out: PathLike) -> list[Path]:
    """The data sets that a derivatives folder was made from, by its dataset_description.json."""
    sources = read_json(Path(out) / DESCRIPTION).get("SourceDatasets")
    urls = [source.get("URL") for source in sources if isinstance(source, dict)] if sources else []
    return [folder for url in urls if isinstance(url, str) and (folder := local_folder(url, out))]


def _has_doi(source: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(source, dict) and isinstance(source.get("DOI"), str)


def _other_tools(before: Mapping[str, Any]) -> list[object]:
    """The tools in an earlier description but for this one."""
    tools = before.get("GeneratedBy")
    others = tools if isinstance(tools, list) else []
    return [tool for tool in others if not (isinstance(tool, dict) and tool.get("Name") == NAME)]


def _sources(before: Mapping[str, Any], source: PathLike, link: str | None) -> list[object]:
    """``SourceDatasets``: those there, and the source by its link, and by the DOI that it has itself."""
    sources = before.get("SourceDatasets")
    # versions up to 0.1 named the folder
    of_machine = {"URL": Path(source).absolute().as_uri()}
    known = [one for one in sources if one != of_machine] if isinstance(sources, list) else []
    own = {"URL": link} if link else {}
    with suppress(OSError, ValueError, RecursionError):
        if isinstance(doi := read_json(Path(source) / DESCRIPTION).get("DatasetDOI"), str):
            own["DOI"] = doi
    return known if own in known or not own else [*known, own]


def _links(before: Mapping[str, Any], link: str | None) -> dict[str, Any]:
    """``DatasetLinks``: those there, and one to the source, under a name of its own."""
    links = before.get("DatasetLinks")
    known = dict(links) if isinstance(links, dict) else {}
    if link and link not in known.values():
        names = (f"{PREPROCESSED}{number}" for number in count(2))
        known[PREPROCESSED if PREPROCESSED not in known else next(n for n in names if n not in known)] = link
    return known
