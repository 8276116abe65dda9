"""What results were made from: inputs with their checksums, and versions of packages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata

from ..images.filenames import short_name
from ..storage.checksums import checksum
from ..storage.paths import PathLike

PACKAGES = ("nipype-maps", "nipype", "numpy", "scipy", "nibabel")


def source(path: PathLike) -> dict[str, str]:
    """Name and checksum of an input, for a sidecar; without its folder, which may change."""
    return {"File": short_name(path), "SHA256": checksum(path)}


def source_names(provenance: Mapping[str, Iterable[Mapping[str, str]]]) -> list[str]:
    """The names of all inputs, each once: what BIDS calls Sources.

    Examples
    --------
    >>> run, maps = {"File": "run.nii", "SHA256": "0f"}, {"File": "maps.nii", "SHA256": "f0"}
    >>> source_names({"Run": [run], "Maps": [maps]})
    ['run.nii', 'maps.nii']
    """
    return list(dict.fromkeys(one["File"] for inputs in provenance.values() for one in inputs))


def sources(paths: Iterable[PathLike]) -> list[dict[str, str]]:
    """Names and checksums of several inputs."""
    return [source(path) for path in paths]


def versions() -> dict[str, str]:
    """Versions of the packages that a result depends on."""
    return {package: _version(package) for package in PACKAGES}


@cache  # to find one takes milliseconds, for each run
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # executed from a checkout that is not installed
        return "unknown"
