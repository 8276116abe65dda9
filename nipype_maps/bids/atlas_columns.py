"""Further columns of an atlas's label table, as BIDS and programs that read tables can have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ..notes import listed, note
from .column_names import BYTE_ORDER_MARK, KINDS

#: The first columns of the table, which are not further ones.
OURS = ("index", "name")
#: The column that BIDS has for the index of a standard; the validator refuses other values.
MAPPING, WHOLE, MISSING = "mapping", re.compile(r"([+-]?[0-9]+)(\.0*)?"), "n/a"


def written_columns(columns: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    r"""Further columns as they are written; what is changed or left out is noted.

    BIDS has no quoting: tabs, line breaks and other control characters become blanks, and a
    quotation mark that begins a field goes.

    Parameters
    ----------
    columns : dict of str to sequence of str

    Examples
    --------
    >>> from nipype_maps.notes import collected
    >>> with collected() as notes:
    ...     written_columns({"comment": ["two\twords", ""], "mapping": ["3", "x"]})
    {'comment': ['two words', 'n/a']}
    >>> [note.kind for note in notes]
    ['LabelColumns', 'LabelColumns']
    """
    found: dict[str, list[str]] = {}
    changed, left_out = [], []
    for name, values in columns.items():
        written, fields = _plain(name), [_plain(value) or MISSING for value in values]
        if name in OURS:
            continue
        if name == MAPPING and all(value == MISSING or WHOLE.fullmatch(value) for value in fields):
            fields = [WHOLE.sub(r"\1", value) for value in fields]
        elif not written or written in (*OURS, MAPPING, *found):
            left_out.append(name)
            continue
        if written != name or any(value and _plain(value) != value for value in values):
            changed.append(written)
        found[written] = fields
    if changed:
        note(
            f"the copy of the label table has {_columns(changed)} without tabs, control characters, and "
            "quotation marks at the beginning, which tables of BIDS cannot have.",
            "LabelColumns",
        )
    if left_out:
        note(
            f"the copy of the label table lacks {_columns(left_out)}, which BIDS cannot have: names must "
            f"differ, and {MAPPING} has whole numbers.",
            "LabelColumns",
        )
    return found


def _columns(names: Sequence[str]) -> str:
    what = "column" if len(names) == 1 else "columns"
    return f"the {what} {listed([repr(name) for name in names], most=3)}"


def _plain(text: str) -> str:
    """A field without what would end it, or make it a quoted one."""
    letters = (" " if _is_control(letter) else letter for letter in text)
    return re.sub(" +", " ", "".join(letters)).strip().lstrip('" ') if _is_unsafe(text) else text


def _is_unsafe(text: str) -> bool:
    return text.startswith('"') or any(map(_is_control, text))


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in KINDS or letter == BYTE_ORDER_MARK
