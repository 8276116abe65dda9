"""Names of image files: endings, stems, and the files that belong together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path

from ..storage.paths import PathLike

#: Endings in lower case; files may have them in upper case.
COMPRESSED = (".gz", ".bz2", ".zst", "")
KINDS = (".img", ".hdr")
PAIRS = tuple(kind + compressed for kind in KINDS for compressed in COMPRESSED)
IMAGE_ENDINGS = (*(".nii" + compressed for compressed in COMPRESSED), *PAIRS)
#: Names of images, of formats that can be read or not.
IMAGE_NAME = r"\.(nii|img|hdr|nia|mgh|mgz|mnc|brik|head|dcm|nrrd)(\.(gz|bz2|zst|xz|z))?$"
#: The folder of files that were written for a program's images and tables in memory; such a file has the
#: name of the argument, and of several the number (``imgs_0002.nii``).
IN_MEMORY = "nipype-maps-in-memory"


def display_name(path: PathLike) -> str:
    """What messages call a file: its path, or the argument of which it is a copy.

    Examples
    --------
    >>> display_name("/data/bold.nii"), display_name(f"/work/{IN_MEMORY}/imgs_0002.nii")
    ('/data/bold.nii', 'imgs[1]')
    >>> display_name(f"/work/{IN_MEMORY}/confounds2.npy")
    'confounds2'
    """
    if Path(path).parent.name != IN_MEMORY:
        return str(path)
    name = stem(path)
    argument, _, number = name.rpartition("_")
    return f"{argument}[{int(number) - 1}]" if re.fullmatch(r"\d{4}", number) else name


def short_name(path: PathLike) -> str:
    """The same without folders.

    Examples
    --------
    >>> short_name("/data/bold.nii"), short_name(f"/work/{IN_MEMORY}/imgs.nii")
    ('bold.nii', 'imgs')
    """
    return Path(display_name(path)).name


def stem(path: PathLike) -> str:
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


def is_image_name(path: PathLike) -> bool:
    """Whether a file is an image by its name, compressed or not, of a format that can be read or not.

    Examples
    --------
    >>> is_image_name("bold.nii.bz2"), is_image_name("SCAN.NII.GZ"), is_image_name("confounds.tsv")
    (True, True, False)
    """
    return bool(re.search(IMAGE_NAME, Path(path).name, re.IGNORECASE))


def image_files(path: PathLike) -> list[str]:
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


def _in_any_case(endings: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ending for lower in endings for ending in (lower, lower.upper())))
