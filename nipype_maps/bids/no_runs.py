"""Why no run was found, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .entities import entities_of


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
        return f"{nothing}; there are the tasks {_labels_in(layout, 'task')} in the spaces {known}."
    if named := sorted(filter(None, descs)):
        return f"{nothing}; there are runs of desc {', '.join(named)}: choose one by desc (--desc-in)."
    if runs:
        return f"{nothing}; its runs, such as {min(runs).name}, have no desc-, as before preprocessing."
    if references := layout.get(suffix="boldref", extension=images):
        return (
            f"{nothing}, only references such as {Path(references[0].path).name}, as fMRIPrep writes with "
            "--level minimal or resampling; preprocess with --level full."
        )
    return f"{nothing}.{_hint_of_others(root)}"


def _word(label: object) -> str:
    """A label of a filter in words."""
    return "none" if label is None else "any" if label == "*" else str(label)


def _hint_of_others(root: Path) -> str:
    """A hint at folders below that have participants; empty without any."""
    below = sorted({path.parent.name for path in root.glob("*/sub-*") if path.parent.name[:1] != "."})
    return f" There are participants in {', '.join(below[:5])}; give one of these folders." if below else ""


def _labels_in(layout: Any, entity: str) -> str:
    labels: Iterable[object] = layout.get(return_type="id", target=entity)
    return ", ".join(sorted(map(str, labels))) or "(none)"
