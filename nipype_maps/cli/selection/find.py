"""Find the runs of a data set that a call selects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import warn

if TYPE_CHECKING:
    from ...bids.derivatives import FoundRun


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
    from ...bids.run_selection import labels_without_runs, require_one_space, without_echoes
    from ...notes import collected

    labels = {
        "subject": values["participant_label"], "session": values["session"], "task": values["task"],
        "space": values["space"],
    }  # fmt: skip
    with collected() as notes:
        found, on_echoes = without_echoes(find_runs(derivatives, *labels.values()))
    require_one_space(found, values["space"], values["maps_file"])
    absent = labels_without_runs(found, labels)
    on_labels = f"no run is of {', '.join(absent)}." if absent else None
    warn(filter(None, [*notes, on_echoes, on_labels]))
    return found
