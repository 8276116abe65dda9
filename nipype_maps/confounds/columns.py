"""Names of columns, and wildcard patterns of them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matching(names: Iterable[str], pattern: str) -> list[str]:
    """The names that a pattern matches; a pattern that is a name matches that one alone.

    Examples
    --------
    >>> matching(["trans_x", "trans_y", "csf"], "trans_*"), matching(["a1", "a[1]"], "a[1]")
    (['trans_x', 'trans_y'], ['a[1]'])
    """
    names = list(names)
    return [pattern] if pattern in names else [name for name in names if fnmatchcase(name, pattern)]
