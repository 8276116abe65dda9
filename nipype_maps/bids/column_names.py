"""Which names a table's header can have, so that all programs read them back unchanged."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

#: Control characters, separators of lines and paragraphs, and halves of a character.
KINDS = ("Cc", "Zl", "Zp", "Cs")
BYTE_ORDER_MARK = "\ufeff"


def check_names(names: Sequence[str], source: str, what: str = "map") -> None:
    r"""Raise ValueError unless these names can be a table's header that other programs read.

    Names may be numbers, ``nan`` or ``inf``, and may have blanks around them, but two names must
    not differ in these alone.

    Parameters
    ----------
    names : sequence of str
    source : str
        File or input that they come from, for the message.
    what : str
        What has these names, for the message.

    Examples
    --------
    >>> check_names(["1", "nan", " default mode"], "atlas.tsv")
    >>> check_names(["a\x85"], "atlas.json")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: atlas.json has a name with a tab or line break or another control character, 'a\x85'; ...
    """
    for number, name in enumerate(names, start=1):
        if not name.strip():
            raise ValueError(f"{source} has no name for {what} {number}; give each {what} a name.")
        if any(unicodedata.category(letter) in KINDS or letter == BYTE_ORDER_MARK for letter in name):
            raise ValueError(
                f"{source} has a name with a tab or line break or another control character, {name!r}; "
                "remove it."
            )
        if name.startswith('"'):
            raise ValueError(
                f"{source} has a name that begins with a quotation mark, {name!r}, which programs that read "
                "tables take for quoting; remove it."
            )
    bare = [name.strip() for name in names]
    twice = sorted({name for name in bare if bare.count(name) > 1})
    if twice:
        raise ValueError(f"{source} names two {what}s {twice[0]!r}; give each {what} its own name.")
