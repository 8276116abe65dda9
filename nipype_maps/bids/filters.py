"""Filters of runs, from files that fMRIPrep takes as ``--bids-filter-file``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from ..storage.json_files import read_json
from ..storage.paths import PathLike
from .entities import ENTITIES, bare_labels

#: The query that chooses runs.
RUNS = "bold"
#: Queries that BIDS Apps have for other images, which choose nothing here.
OTHERS = {
    "asl", "boldref", "dwi", "flair", "fmap", "m0scan", "perf", "pet", "roi", "sbref", "t1w", "t2w",
}  # fmt: skip

#: Labels that an entity may have; None where a name must be without it, ``"*"`` for any label.
Filters = Mapping[str, list[Any]]


def read_filters(path: PathLike) -> dict[str, list[Any]]:
    """The labels that a file of filters chooses runs by, in pybids' words.

    Parameters
    ----------
    path : path-like
        A JSON object of queries, such as ``{"bold": {"session": "01", "run": [1, 2]}}``.

    Raises
    ------
    ValueError
        If it cannot be read, has an unknown query, or none for runs.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "filter.json")
    >>> _ = path.write_text('{"t1w": {"session": "1"}, "bold": {"session": "ses-1", "run": [1, 2]}}')
    >>> read_filters(path)
    {'session': ['1'], 'run': [1, 2]}
    """
    try:
        content = read_json(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error}).") from error
    for name in content:
        if name != RUNS and name not in OTHERS:
            raise ValueError(f"{path} has the unknown query {name!r}{_hint(name, {RUNS, *OTHERS})}")
    if RUNS not in content:
        raise ValueError(
            f"{path} has no query {RUNS!r}, which alone chooses runs; add one, or leave "
            "--bids-filter-file out."
        )
    query = content[RUNS]
    if not isinstance(query, dict):
        raise ValueError(f"{path}: {RUNS!r} is {query!r}; give an object of entities and their labels.")
    return {name: _labels(path, name, value) for name, value in query.items()}


def require_entities(filters: Filters, known: Iterable[str]) -> None:
    """Raise ValueError if filters have an entity that pybids does not know."""
    known = set(known)
    for name in filters:
        if name not in known:
            raise ValueError(
                f"--bids-filter-file has the unknown entity {name!r}{_hint(name, known, _BIDS.get(name))}"
            )


#: What BIDS calls the entities that pybids has other names for.
_BIDS = {
    **{short: name for name, short in ENTITIES.items()},
    "acq": "acquisition", "ce": "ceagent", "dir": "direction", "rec": "reconstruction", "resolution": "res",
}  # fmt: skip


def _labels(path: PathLike, entity: str, value: object) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise ValueError(f"{path}: {entity!r} has no label; give one, or leave it out.")
    for one in values:
        if isinstance(one, bool) or not (one is None or isinstance(one, (str, int))):
            raise ValueError(
                f"{path}: {entity!r} is {one!r}; give a label, a list of labels, null for none, or "
                "'*' for any."
            )
    return [bare_labels([one], entity)[0] if isinstance(one, str) else one for one in values]


def _hint(name: str, known: Iterable[str], sure: str | None = None) -> str:
    near = [sure] if sure else difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(known))}."
