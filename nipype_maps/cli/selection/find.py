"""Find the runs of a data set that a call selects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...options import option
from ..checks.names import desc_of_runs
from ..checks.strictness import warn_or_refuse
from ..messages import warn

if TYPE_CHECKING:
    from ...bids.derivatives import FoundRun

#: Options that choose runs, by pybids' words for what they choose by.
FLAGS = {"subject": "participant_label", "session": "session", "task": "task", "space": "space"}


def found_runs(derivatives: Path, values: Mapping[str, Any]) -> list[FoundRun]:
    """The runs that are selected, with warnings of those that are left out.

    Parameters
    ----------
    derivatives : pathlib.Path
    values : mapping
        Of the call, by the names of the options.

    Raises
    ------
    ImportError, ValueError
        If there is none, or they are in several spaces.
    """
    from ...bids.derivatives import find_runs
    from ...bids.run_selection import labels_without_runs, require_one_space
    from ...notes import collected

    labels = {entity: values[name] for entity, name in FLAGS.items()}
    with collected() as notes:
        found = find_runs(
            derivatives, *labels.values(), desc=desc_of_runs(values), filters=_filters(values),
            index=None if values["dry_run"] else values["bids_database_dir"],
        )  # fmt: skip
    require_one_space(found, values["space"], values["maps_file"])
    absent = labels_without_runs(found, labels)
    warn(notes)
    warn_or_refuse([f"no run is of {', '.join(absent)}."] if absent else [], values["strict"])
    return found


def _filters(values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The filters of a call, which must not choose by an entity that an option chooses by."""
    from ...bids.filters import read_filters

    filters = read_filters(file) if (file := values["bids_filter_file"]) else {}
    for entity, name in {**FLAGS, "desc": "desc_in"}.items():
        if entity in filters and values[name]:
            raise ValueError(
                f"{file} and {option(name).flag} both choose by {entity}; leave out one of them."
            )
    return filters
