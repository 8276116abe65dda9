"""The files beside maps that may have their names."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from ...images.filenames import stem
from ...storage.paths import PathLike
from ..inheritance import folders_of_data_set, parsed_name

#: Endings of files of the maps' own name, in the order in which they are tried.
OWN = (".tsv", ".json", ".txt", ".csv")
#: Endings of ``<maps>_labels``, as MSDL has it.
LABELS = (".csv", ".tsv", ".json", ".txt")
#: Endings of files that maps inherit by the rules of BIDS.
INHERITED = (".tsv", ".json")
#: The suffix of BIDS label tables, whatever that of the image; these name the atlas or segmentation.
LOOKUP, OF_ATLAS = "dseg", ("atlas", "seg")
#: The label table that nilearn keeps beside DiFuMo's ``2mm/maps.nii.gz``, or in the folder above.
DICTIONARY = re.compile(r"labels_([0-9]+)_dictionary\.csv")


def label_files(maps: PathLike) -> list[Path]:
    """The existing files that may have the names of maps, in the order in which they are tried.

    Those of the maps' own name come first, then ``<maps>_labels``, then what the maps inherit by the
    rules of BIDS (fewer entities, in the same folder or one above in the data set), then the
    dictionary of nilearn's DiFuMo.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("msdl_rois_labels.csv", "msdl_rois.json", "other.tsv"):
    ...     _ = (folder / name).write_text("")
    >>> [path.name for path in label_files(folder / "msdl_rois.nii")]
    ['msdl_rois.json', 'msdl_rois_labels.csv']
    """
    path = Path(os.path.abspath(maps))
    own = [path.with_name(stem(path) + ending) for ending in OWN]
    own += [path.with_name(f"{stem(path)}_labels{ending}") for ending in LABELS]
    found = [file for file in own if os.path.lexists(file)]
    found += [file for file in _inherited(path) if file not in found]
    return found + _dictionaries(path)


def is_own_text(path: Path, maps: PathLike) -> bool:
    """Whether a file is a text of the maps' own name, which may as well be a description of them."""
    return path.suffix == ".txt" and path.stem == stem(maps)


def is_of_another_scale(path: Path, n_maps: int) -> bool:
    """Whether a file is, by its name, nilearn's dictionary of another number of maps."""
    found = DICTIONARY.fullmatch(path.name)
    return found is not None and int(found[1]) != n_maps


def _inherited(path: Path) -> list[Path]:
    """The files that maps with a BIDS name inherit: the nearest folder, and most entities, first."""
    suffix, entities = parsed_name(stem(path)) or ("", {})
    if not entities:
        return []
    found = []
    for folder in folders_of_data_set(path, entities):
        applying = []
        with suppress(OSError):  # a folder that cannot be listed
            for file in os.listdir(folder):
                ending = os.path.splitext(file)[1]
                known = ending in INHERITED and file.removesuffix(ending).endswith((suffix, LOOKUP))
                parsed = parsed_name(file.removesuffix(ending)) if known else None
                if parsed and parsed[1].items() <= entities.items():
                    is_same = parsed[0] == suffix
                    is_lookup = parsed[0] == LOOKUP and ending == ".tsv" and _has_atlas(parsed[1])
                    if is_same or is_lookup:
                        applying.append((-len(parsed[1]), not is_same, INHERITED.index(ending), file))
        found += [folder / file for *_, file in sorted(applying)]
    return found


def _has_atlas(entities: dict[str, str]) -> bool:
    return not entities.keys().isdisjoint(OF_ATLAS)


def _dictionaries(path: Path) -> list[Path]:
    if stem(path) != "maps":
        return []
    found = []
    for folder in (path.parent, path.parent.parent):
        with suppress(OSError):
            found += [folder / file for file in sorted(os.listdir(folder)) if DICTIONARY.fullmatch(file)]
    return found
