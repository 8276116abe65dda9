"""Files on an atlas at the root of a data set: the table of its maps, and its name and license."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..notes import listed, note
from ..storage.atomic import replacing
from ..storage.json_files import read_json, write_json
from ..storage.paths import PathLike
from ..storage.text import lines_of, read_text
from .atlas import Atlas
from .atlas_columns import OURS, written_columns
from .dataset import DESCRIPTION

UNKNOWN = "unknown: see the publication of the atlas"
#: Folders from maps up to one with a description of their atlas.
NEAR = 3
#: What the schema of BIDS has in the description of an atlas.
TEXTS = {"Name", "License", "Description", "Species", "DerivedFrom", "LevelType"}
LISTS = {"Authors", "Curators", "Funding", "ReferencesAndLinks"}
IDENTIFIER = re.compile("RRID:.+_.+")


def label_table_file(out: PathLike, atlas: Atlas) -> Path:
    """The path of the table of an atlas's maps in a data set.

    BIDS knows such tables of ``dseg`` alone, and none of ``probseg``.
    """
    return Path(out) / f"{atlas.name}_dseg.tsv"


def label_table(names: Sequence[str], columns: Mapping[str, Sequence[str]] | None = None) -> str:
    r"""The table of an atlas's maps: index and name of all maps, though runs may have fewer.

    Parameters
    ----------
    names : sequence of str
    columns : dict of str to sequence of str, optional
        Further columns, by their names; `written_columns` says what becomes of them.

    Examples
    --------
    >>> label_table(["visual", "motor"], {"network": ["VIS", "SMN"]})
    'index\tname\tnetwork\n1\tvisual\tVIS\n2\tmotor\tSMN\n'
    """
    further = written_columns(columns or {})
    rows = enumerate(zip(names, *further.values(), strict=True), start=1)
    lines = [(*OURS, *further), *((str(index), *row) for index, row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def named_maps(path: PathLike) -> list[str] | None:
    """The names in the table of a data set; None where it is none."""
    try:
        header, *lines = lines_of(read_text(path).removesuffix("\n"))
    except (OSError, ValueError):
        return None
    rows = [tuple(line.split("\t")[:2]) for line in (header, *lines)]
    names = [row[-1] for row in rows[1:]]
    expected = [OURS, *((str(index), name) for index, name in enumerate(names, start=1))]
    return names if rows == expected else None


def write_label_table(
    out: PathLike, atlas: Atlas, names: Sequence[str], columns: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Write that table, unless it is there already; what it cannot have is noted."""
    path, text = label_table_file(out, atlas), label_table(names, columns)
    with suppress(OSError, ValueError):
        if path.read_text(encoding="utf-8") == text:
            return
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_atlas_description(out: PathLike, atlas: Atlas, maps: Sequence[PathLike]) -> None:
    """Write name and license of an atlas, of all its scales in one file, as BIDS has it.

    What is there stays.

    Parameters
    ----------
    out : path-like
    atlas : Atlas
    maps : sequence of path-likes
        Their own description, in their folder or one above up to that of their data set, is copied; but
        for what BIDS does not allow, such as a license that is no text, which is noted.
    """
    name = f"atlas-{atlas.label}_{DESCRIPTION.removeprefix('dataset_')}"
    if os.path.lexists(path := Path(out) / name):
        return
    content: dict[str, object] = {}
    for folder in list(Path(os.path.abspath(maps[0])).parents)[:NEAR]:
        with suppress(OSError, ValueError, RecursionError):
            content = _allowed(read_json(folder / name), name)
            break
        if (folder / DESCRIPTION).exists():
            break
    write_json(path, {"Name": atlas.label, "License": UNKNOWN, **content})


def _allowed(content: Mapping[str, object], name: str) -> dict[str, object]:
    """The entries of a description that BIDS allows."""
    refused = [key for key, value in content.items() if not _is_allowed(key, value)]
    if refused:
        note(
            f"{name} of the maps has {listed(refused)} in a form that BIDS does not allow, which is left out "
            "of its copy.",
            "AtlasDescription",
        )
    return {key: value for key, value in content.items() if key not in refused}


def _is_allowed(key: str, value: object) -> bool:
    if key in LISTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if key == "RRID":
        return isinstance(value, str) and IDENTIFIER.search(value) is not None
    return key not in TEXTS or isinstance(value, str)
