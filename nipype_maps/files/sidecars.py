"""JSON files that lie beside others and say what they are."""

from __future__ import annotations

import itertools
import json
import re
from functools import cache
from importlib import metadata
from pathlib import Path

from .atomic import replacing, sha256
from .text import parse_json, read_text

#: Endings in lower case; files may have them in upper case.
COMPRESSED = (".gz", ".bz2", ".zst", "")
KINDS = (".img", ".hdr")
PAIRS = tuple(kind + compressed for kind in KINDS for compressed in COMPRESSED)
IMAGE_ENDINGS = (*(".nii" + compressed for compressed in COMPRESSED), *PAIRS)
#: Names of images, of formats that can be read or not.
IMAGE_NAME = r"\.(nii|img|hdr|nia|mgh|mgz|mnc|brik|head|dcm|nrrd)(\.(gz|bz2|zst|xz|z))?$"
#: What Python makes of bytes of a name that are no letters of the locale.
ESCAPED = re.compile("[\udc80-\udcff]+")
PACKAGES = ("nipype-maps", "nipype", "numpy", "scipy", "nibabel")


def stem(path) -> str:
    """A file's name without its ending, for images of two endings too.

    Examples
    --------
    >>> stem("/data/sub-01_bold.nii.gz"), stem("signals.tsv")
    ('sub-01_bold', 'signals')
    >>> stem("BOLD.NII.bz2")
    'BOLD'
    """
    name = Path(path).name
    for ending in IMAGE_ENDINGS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return Path(name).stem


def is_image_name(path) -> bool:
    """Whether a file is an image by its name, compressed or not, of a format that can be read or not.

    Examples
    --------
    >>> is_image_name("bold.nii.bz2"), is_image_name("SCAN.NII.GZ"), is_image_name("confounds.tsv")
    (True, True, False)
    """
    return bool(re.search(IMAGE_NAME, Path(path).name, re.IGNORECASE))


def image_files(path) -> list[str]:
    """The files that an image consists of: itself, and the other one of a pair, in whatever case.

    Examples
    --------
    >>> image_files("bold.nii.gz")
    ['bold.nii.gz']
    """
    ending = str(path)[len(str(path)) - len(Path(path).name) + len(stem(path)) :]
    if ending.lower() not in PAIRS:
        return [str(path)]
    endings = ("".join(parts) for parts in itertools.product(*map(_in_any_case, (KINDS, COMPRESSED))))
    others = (Path(path).with_name(stem(path) + other) for other in endings if other != ending)
    return [str(path), *(str(other) for other in others if other.exists())]


def _in_any_case(endings) -> list[str]:
    return list(dict.fromkeys(ending for lower in endings for ending in (lower, lower.upper())))


def sidecar_of(path) -> Path:
    """Where a file's JSON sidecar lies, whether or not it exists."""
    return Path(path).with_name(stem(path) + ".json")


def read_json(path) -> dict:
    """A JSON object; ValueError where the file holds something else."""
    content = parse_json(read_text(path), path)
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object but a {type(content).__name__}.")
    return content


def write_json(path, content: dict) -> None:
    """Write a JSON object, the keys in the order given: all of it, or nothing."""
    with replacing(path) as temporary:
        save_json(temporary, content)


def save_json(path: Path, content: dict) -> None:
    """Write a JSON object to a draft, or another file that nobody reads yet."""
    text = as_utf8(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
    # where a name is no UTF-8, what comes is JSON's own way to write it
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def as_utf8(text: str) -> str:
    r"""A text with names of files as they are on the disk, where they are UTF-8, whatever the locale.

    Python reads what a locale cannot decode as halves of characters.

    Examples
    --------
    >>> as_utf8("sub-\udcc3\udca9"), as_utf8("\udcff\ud800")
    ('sub-é', '\udcff\ud800')
    """
    return ESCAPED.sub(
        lambda found: found[0].encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"), text
    )


def source(path) -> dict:
    """Name and checksum of an input: what a sidecar says of it, wherever it lies."""
    return {"File": Path(path).name, "SHA256": sha256(path)}


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


def number(value: float) -> float | str:
    """A float as JSON can hold it: 'n/a' and 'inf' are words."""
    value = float(value)
    if value != value:
        return "n/a"
    return value if abs(value) != float("inf") else "inf"
