"""Which of a data set's runs are extracted: those of one space; labels that were asked for in vain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..storage.paths import PathLike
from .derivatives import FoundRun, spaces_of
from .entities import ENTITIES, bare_labels, entities_of
from .spaces import is_in, spaces_meant


def require_one_space(runs: Sequence[FoundRun], asked: Sequence[str], maps: Sequence[PathLike]) -> None:
    """Raise ValueError if runs are in several spaces, and none was chosen.

    Parameters
    ----------
    runs : sequence of FoundRun
    asked : sequence of str
        The spaces that were asked for.
    maps : sequence of path-likes
        Their names may give the template that they are for.
    """
    entities = entities_of(maps[0])
    template = entities.get("tpl") or entities.get("space")
    fitting = sorted({run.space for run in runs if run.space.partition(":")[0] == template})
    hint = f" {Path(maps[0]).name} is for {template} by its name." if fitting else ""
    if not asked and len({run.space for run in runs}) > 1:
        raise ValueError(
            f"there are runs in the spaces {spaces_of(runs)}; choose the one of the maps by spaces "
            f"(--space).{hint}"
        )
    for label in bare_labels(asked, "space"):
        meant = spaces_meant(label, {run.space for run in runs})
        if len(meant) > 1:
            raise ValueError(
                f"there are runs in the spaces {', '.join(sorted(meant))}, which {label} may all mean; "
                "choose one of these by spaces (--space)."
            )


def labels_without_runs(runs: Sequence[FoundRun], asked: Mapping[str, Sequence[str]]) -> list[str]:
    """The labels among those asked for, by entity, that no run has.

    Examples
    --------
    >>> labels_without_runs([FoundRun(Path("sub-01_bold.nii"), Path())], {"subject": ["01", "02"]})
    ['subject 02']
    """
    missing = []
    for name, labels in asked.items():
        for label in bare_labels(labels, name):
            if name == "space":
                known = any(is_in(run.space, label) for run in runs)
            else:
                known = any(entities_of(run.path).get(ENTITIES[name]) == label for run in runs)
            if not known:
                missing.append(f"{name} {label}")
    return missing
