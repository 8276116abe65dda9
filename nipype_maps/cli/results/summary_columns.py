"""The columns of a data set's summary: entities of names, figures, and settings that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from ..records.comparison import in_words, is_record
from ..records.request import OWN_MASK

#: What a row has, by the names of its columns.
Row = dict[str, str]
#: BIDS's names of columns of entities, and the entities; others are columns of their own names.
COLUMNS_OF_ENTITIES = {"sub": "participant_id", "ses": "session_id"}
#: Digits of a checksum, for files of one name.
SHOWN = 8
#: Settings with columns of their own, and such as follow from the atlas.
NOT_COMPARED = {"MapNames", "RepetitionTime"}


def compared_settings(record: Mapping[str, Any]) -> Row:
    """Settings of a result in words, but for those of its maps and its run; empty if they are not known.

    Parameters
    ----------
    record : mapping
        As of `Request.record`.
    """
    return settings_in_words(record["Settings"]) | _of_files(record) if is_record(record) else {}


def settings_in_words(settings: Mapping[str, Any]) -> Row:
    """Settings, but for those of the maps and the run; ``n/a`` for what is not set, as tables have it.

    Examples
    --------
    >>> settings_in_words({"LowPass": 0.1, "HighPass": None, "Detrend": True, "MapNames": ["a"]})
    {'LowPass': '0.1', 'HighPass': 'n/a', 'Detrend': 'yes'}
    """
    return {
        key: "n/a" if value is None else in_words(value)
        for key, value in settings.items()
        if key not in NOT_COMPARED
    }


def _of_files(record: Mapping[str, Any]) -> Row:
    """What says which mask and strategies a result has, and what its run was before."""
    from ...bids.result_names import desc_of

    inputs, words = record["Inputs"], {}
    for column, role in (("Mask", "mask"), ("Strategies", "strategies")):
        named = [f"{PurePath(path).name} ({digest[:SHOWN]})" for path, digest in inputs.get(role, ())]
        words[column] = ", ".join(named) or "n/a"
    if record.get(OWN_MASK):
        words["Mask"] = "of each run"
    desc = desc_of(PurePath(str(record.get("Run") or "")).name)
    return words | {"DescOfRun": desc or "n/a"}


def differing_settings(settings: Mapping[str, Row]) -> dict[str, Row]:
    """The settings that differ between results.

    Parameters
    ----------
    settings : mapping
        By the names of results: `compared_settings`.

    Examples
    --------
    >>> differing_settings({"a": {"Detrend": "yes", "LowPass": "0.1"}, "b": {"Detrend": "yes"}, "c": {}})
    {'a': {'LowPass': '0.1'}, 'b': {'LowPass': 'n/a'}}
    """
    known = {name: found for name, found in settings.items() if found}
    keys = dict.fromkeys(key for found in known.values() for key in found)
    differing = [key for key in keys if len({found.get(key, "n/a") for found in known.values()}) > 1]
    return {name: {key: found.get(key, "n/a") for key in differing} for name, found in known.items()}


def in_columns(
    rows: Mapping[str, Row], columns: Sequence[str], settings: Mapping[str, Row]
) -> list[list[str]]:
    """The header and the rows of the summary, in the order of their names.

    Parameters
    ----------
    rows : mapping
        By the names of results: ``columns``.
    columns : sequence of str
        The last two come after the settings.
    settings : mapping
        As of `differing_settings`.

    Examples
    --------
    >>> row = {"status": "done", "n": "2", "reason": "n/a"}
    >>> rows = {"sub-01/func/sub-01_task-rest_atlas-msdl_timeseries": row}
    >>> for line in in_columns(rows, ["status", "n", "reason"], {}):
    ...     print(line[1:])
    ['participant_id', 'task', 'atlas', 'status', 'n', 'reason']
    ['sub-01', 'rest', 'msdl', 'done', '2', 'n/a']
    """
    from ...bids.entities import labels_in
    from ...bids.entity_order import ORDER

    entities = {name: labels_in(name) for name in rows}
    present = {entity for found in entities.values() for entity in found}
    shown = [entity for entity in ORDER if entity in present]
    keys = dict.fromkeys(key for found in settings.values() for key in found)
    header = [
        "file", *(COLUMNS_OF_ENTITIES.get(entity, entity) for entity in shown),
        *columns[:-2], *keys, *columns[-2:],
    ]  # fmt: skip
    lines = [header]
    for name, row in sorted(rows.items()):
        found = [_cell(entity, entities[name].get(entity)) for entity in shown]
        own = [settings.get(name, {}).get(key, "n/a") for key in keys]
        values = [row[column] for column in columns]
        lines.append([f"{name}.tsv", *found, *values[:-2], *own, *values[-2:]])
    return lines


def _cell(entity: str, label: str | None) -> str:
    """The label of an entity; those of BIDS's own columns have the entity before them."""
    if label is None:
        return "n/a"
    return f"{entity}-{label}" if entity in COLUMNS_OF_ENTITIES else label
