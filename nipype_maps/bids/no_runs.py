"""Why no run was found, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .dataset import DESCRIPTION
from .entities import entities_of

#: Entities whose labels are listed if there are none of those that were asked for.
_WORDS = {"subject": "participants", "session": "sessions"}
#: Labels that are listed.
MOST_LABELS = 20


def why_no_runs(
    layout: Any, root: Path, desc: str, asked: Mapping[str, Sequence[object]], images: Sequence[str],
    spaces: str,
) -> str:  # fmt: skip
    """A message: what was looked for, and what there is.

    Parameters
    ----------
    layout : bids.BIDSLayout
    root : pathlib.Path
        Its folder.
    desc : str
        The label of the runs that were looked for.
    asked : mapping of str to sequence
        The labels that were asked for, by entity.
    images : sequence of str
        Extensions of images.
    spaces : str
        The spaces of the runs that were found but not asked for; empty without any.
    """
    words = ", ".join(f"{name} {' or '.join(map(_word, labels))}" for name, labels in asked.items())
    nothing = f"{root} has no preprocessed run (*_desc-{desc}_bold.nii.gz){' of ' * bool(words)}{words}"
    runs = [Path(file.path) for file in layout.get(suffix="bold", extension=images)]
    descs = {entities_of(run).get("desc", "") for run in runs}
    if desc in descs:
        known = spaces or _labels_in(layout, "space")
        others = "".join(
            f"the {_WORDS[name]} {_labels_in(layout, name)}, "
            for name, labels in asked.items()
            if name in _WORDS and not set(map(str, labels)) & _labels_of(layout, name)
        )
        return f"{nothing}; there are {others}the tasks {_labels_in(layout, 'task')} in the spaces {known}."
    if named := sorted(filter(None, descs)):
        return f"{nothing}; there are runs of desc {', '.join(named)}: choose one by desc (--desc-in)."
    if runs:
        hint = hint_of_derivatives(root / "derivatives")
        return f"{nothing}; its runs, such as {min(runs).name}, have no desc-, as before preprocessing.{hint}"
    if references := layout.get(suffix="boldref", extension=images):
        return (
            f"{nothing}, only references such as {Path(references[0].path).name}, as fMRIPrep writes with "
            "--level minimal or resampling; preprocess with --level full."
        )
    return f"{nothing}.{_hint_of_others(root)}"


def hint_of_derivatives(folder: Path) -> str:
    """A hint at the derivatives in a folder; empty without any."""
    found = sorted(path.parent.name for path in folder.glob(f"*/{DESCRIPTION}"))
    return f" There are derivatives in {folder}: {', '.join(found[:5])}; give one of these." if found else ""


def _word(label: object) -> str:
    """A label of a filter in words."""
    return "none" if label is None else "any" if label == "*" else str(label)


def _hint_of_others(root: Path) -> str:
    """A hint at folders below that have participants; empty without any."""
    below = sorted({path.parent.name for path in root.glob("*/sub-*") if path.parent.name[:1] != "."})
    return f" There are participants in {', '.join(below[:5])}; give one of these folders." if below else ""


def _labels_in(layout: Any, entity: str) -> str:
    labels = sorted(_labels_of(layout, entity))
    more = f" and {len(labels) - MOST_LABELS} more" if len(labels) > MOST_LABELS else ""
    return ", ".join(labels[:MOST_LABELS]) + more or "(none)"


def _labels_of(layout: Any, entity: str) -> set[str]:
    """The labels that an entity has among all files."""
    labels: Iterable[object] = layout.get(return_type="id", target=entity)
    return set(map(str, labels))
