"""Names of columns, and wildcard patterns of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from ..notes import listed


def matching(names: Iterable[str], pattern: str) -> list[str]:
    """The names that a pattern matches; a pattern that is a name matches that one alone.

    Examples
    --------
    >>> matching(["trans_x", "trans_y", "csf"], "trans_*"), matching(["a1", "a[1]"], "a[1]")
    (['trans_x', 'trans_y'], ['a[1]'])
    """
    names = list(names)
    return [pattern] if pattern in names else [name for name in names if fnmatchcase(name, pattern)]


def chosen_by(names: Sequence[str], patterns: Iterable[str], source: str) -> set[str]:
    """The names that patterns match.

    Parameters
    ----------
    names : sequence of str
    patterns : iterable of str
    source : str
        What has these columns, for the message.

    Raises
    ------
    ValueError
        If a pattern matches none.

    Examples
    --------
    >>> chosen_by(["trans_x", "trans_y"], ["trans_z"], "confounds.tsv")
    Traceback (most recent call last):
    ValueError: confounds.tsv: no column matches 'trans_z' of confound_columns (--confound-columns); ...
    """
    chosen: set[str] = set()
    for pattern in patterns:
        found = matching(names, pattern)
        if not found:
            near = difflib.get_close_matches(pattern, names, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else f"they are {listed(names)}."
            raise ValueError(
                f"{source}: no column matches {pattern!r} of confound_columns (--confound-columns); {hint}"
            )
        chosen.update(found)
    return chosen
