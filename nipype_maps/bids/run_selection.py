"""Which of a data set's runs are extracted: combined echoes, one space, all labels asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..storage.paths import PathLike
from .derivatives import FoundRun, counted, key_of, spaces_of
from .entities import ENTITIES, bare_labels, entities_of
from .spaces import OF_SPACE, is_in, spaces_meant


def without_echoes(runs: Sequence[FoundRun]) -> tuple[list[FoundRun], str | None]:
    """Leave out images of single echoes where the echoes are also combined.

    Parameters
    ----------
    runs : sequence of FoundRun

    Returns
    -------
    list of FoundRun
        The others.
    str or None
        A message, if there are images of single echoes.
    """
    combined = {key_of(run.path, OF_SPACE) for run in runs if "echo" not in entities_of(run.path)}
    echoes = [run for run in runs if "echo" in entities_of(run.path)]
    left_out = [run for run in echoes if key_of(run.path, ("echo", *OF_SPACE)) in combined]
    n_single = len(echoes) - len(left_out)
    kept = [run for run in runs if run not in set(left_out)]
    messages = []
    if left_out:
        messages.append(
            f"{counted(len(left_out), 'image')} of single echoes, such as {left_out[0].path.name}, "
            "left out, because the echoes are also combined"
        )
    if n_single:
        first = next(run for run in kept if "echo" in entities_of(run.path))
        messages.append(
            f"{counted(n_single, 'run')} of a single echo, such as {first.path.name}; the confounds of all "
            "echoes of a run are the same table"
        )
    return kept, "; ".join(messages) + "." if messages else None


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
