"""Denoising strategies under the names that papers use, such as ``24P+acompcor5+scrub``.

Strategies are entries of a JSON file: the package's own (strategies.json, beside this module),
or a user's, which adds to it.  Names are joined by ``+``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..storage.json_files import read_json
from ..storage.paths import PathLike
from .strategy_files import check_entry

OWN = Path(__file__).with_name("strategies.json")
#: A strategy's entry in a JSON file.
Strategy = Mapping[str, Any]
Strategies = Mapping[str, Strategy]


def read_strategies(path: PathLike | None = None) -> dict[str, Strategy]:
    """The strategies of the package, and those of a user's file.

    Parameters
    ----------
    path : path-like, optional
        A JSON object from name to entry.  An entry replaces the package's of the same name.

    Returns
    -------
    dict of str to dict

    Raises
    ------
    ValueError
        If an entry of the file is no strategy; the message names entry and key.

    Examples
    --------
    >>> read_strategies()["gs"]["Columns"]
    ['global_signal']
    """
    strategies = read_json(OWN)
    if path is not None:
        added = read_json(path)
        for name, entry in added.items():
            check_entry(entry, f"{path}: strategy {name!r}")
            if "+" in name:
                raise ValueError(f"{path}: strategy {name!r} has a + in its name, which joins names.")
            if not name or name != name.strip():
                raise ValueError(f"{path}: {name!r} cannot name a strategy; use a word without outer blanks.")
        strategies |= added
        for name, entry in added.items():
            for part in entry.get("Parts", []):
                if part not in strategies:
                    raise ValueError(f"{path}: strategy {name!r} has the part {part!r}, which is not known.")
    return strategies


def entries_of(strategy: str, strategies: Strategies) -> dict[str, Strategy]:
    """The entries of all names in a strategy, and of their parts, by name.

    Raises
    ------
    ValueError
        If a name, or a part, is not known.

    Examples
    --------
    >>> list(entries_of("12P+gs", read_strategies()))
    ['12P', 'gs', '6P']
    """
    if not isinstance(strategy, str):
        raise ValueError(
            f"confounds_strategy is {strategy!r}; give names of strategies joined by +, such as '24P+scrub'."
        )
    found: dict[str, Strategy] = {}
    waiting = [name.strip() for name in strategy.split("+")]
    while waiting:
        name = waiting.pop(0)
        if name not in strategies:
            raise ValueError(f"no strategy is called {name!r}; {_hint(name, strategies)}")
        if name not in found:
            found[name] = strategies[name]
            waiting += strategies[name].get("Parts", [])
    return found


def _hint(name: str, strategies: Strategies) -> str:
    """What may have been meant by the name of a strategy that is not known.

    Examples
    --------
    >>> _hint("24P,scrub", read_strategies()), _hint("srub", read_strategies())
    ('strategies are joined by +, as in 24P+scrub.', 'did you mean scrub?')
    """
    parts = [part for part in re.split(r"[^\w-]+", name) if part]
    if len(parts) > 1 and all(part in strategies for part in parts):
        return f"strategies are joined by +, as in {'+'.join(parts)}."
    near = difflib.get_close_matches(name, strategies, n=3)
    return f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(strategies)}."


def require_known(strategy: str, strategies: Strategies) -> None:
    """Raise ValueError if a name in a strategy, or a part of one, is not known."""
    entries_of(strategy, strategies)


def definition(strategy: str, strategies: Strategies) -> dict[str, Strategy]:
    """What a strategy stands for: its entries and those of their parts, without descriptions.

    Examples
    --------
    >>> definition("scrub", read_strategies())["scrub"]["Scrub"]["FramewiseDisplacement"]
    0.5
    """
    return {
        name: {key: value for key, value in entry.items() if key != "Description"}
        for name, entry in entries_of(strategy, strategies).items()
    }


def redefined(strategy: str, path: PathLike | None) -> list[str]:
    """The names in a strategy, and in its parts, to which a user's file gives another meaning.

    Parameters
    ----------
    strategy : str
    path : path-like or None
        The user's file.
    """
    if path is None:
        return []
    own = read_json(OWN)
    used = definition(strategy, read_strategies(path))
    return [name for name, entry in used.items() if name in own and entry != definition(name, own)[name]]
