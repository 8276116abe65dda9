"""Where results come from: inputs with their checksums, versions of packages."""

from __future__ import annotations

from functools import cache
from importlib import metadata

from ..images.filenames import short_name
from ..storage.checksums import sha256

PACKAGES = ("nipype-maps", "nipype", "numpy", "scipy", "nibabel")


def source(path) -> dict:
    """Name and checksum of an input: what a sidecar says of it, wherever it lies."""
    return {"File": short_name(path), "SHA256": sha256(path)}


def sources(paths) -> list[dict]:
    """`source` of each of some files."""
    return [source(path) for path in paths]


def versions() -> dict[str, str]:
    """Versions of the packages that a result depends on."""
    return {package: _version(package) for package in PACKAGES}


@cache  # they are asked for once for each run, and each time take milliseconds to find
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
