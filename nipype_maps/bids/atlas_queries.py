"""Maps by the name of their atlas, ``templateflow:DiFuMo:scale-64``, and which files that means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..images.filenames import stem
from ..storage.paths import PathLike
from .atlas import DIMENSIONS
from .spaces import INDIVIDUAL

PREFIX = "templateflow:"
#: What may follow the atlas, each with a label; and the entities of the names of maps in TemplateFlow.
WORDS = ("tpl", "cohort", "res", "seg", "scale", "label", "desc")
#: Voxel sizes that differ by less, in mm, are the same.
SAME_SIZE = 0.01

Sizes = Sequence[float]


@dataclass(frozen=True)
class AtlasQuery:
    """What was asked for: an atlas, and labels of entities.

    Examples
    --------
    >>> AtlasQuery.parse("templateflow:DiFuMo:scale-64:res-02").labels
    {'scale': '64', 'res': '2'}
    """

    text: str
    atlas: str
    labels: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> AtlasQuery:
        """Read what was typed.

        Raises
        ------
        ValueError
            If a word is no entity with a label.
        """
        atlas, *words = text.removeprefix(PREFIX).split(":")
        if not atlas or "-" in atlas:
            raise ValueError(f"{text} names no atlas; write {PREFIX}ATLAS, such as {PREFIX}DiFuMo:scale-64.")
        labels: dict[str, str] = {}
        for word in words:
            entity, _, label = word.partition("-")
            if entity not in WORDS or not re.fullmatch("[a-zA-Z0-9+]+", label):
                raise ValueError(
                    f"{text}: {word!r} is none of {'-, '.join(WORDS)}- with a label; write it as in "
                    f"{PREFIX}DiFuMo:scale-64:res-2."
                )
            if entity in labels:
                raise ValueError(f"{text}: {entity}- is given twice; give it once.")
            labels[entity] = _bare(label)
        return cls(text, atlas, labels)


def is_query(text: PathLike) -> bool:
    """Whether maps are given by name.

    Examples
    --------
    >>> is_query("templateflow:DiFuMo"), is_query("templateflow/atlas.nii")
    (True, False)
    """
    return str(text).startswith(PREFIX)


def labels_of(path: PathLike) -> dict[str, str]:
    """The entities of a file of TemplateFlow; numbers without leading zeros.

    Examples
    --------
    >>> labels_of("tpl-MNI_res-02_atlas-DiFuMo_desc-64dimensions_probseg.nii.gz")
    {'tpl': 'MNI', 'res': '2', 'atlas': 'DiFuMo', 'desc': '64dimensions'}
    """
    pairs = (part.partition("-") for part in stem(path).split("_"))
    return {entity: _bare(label) for entity, dash, label in pairs if dash}


def scale_of(labels: Mapping[str, str]) -> str | None:
    """The number of maps: ``scale``, or what ``desc`` says.

    Examples
    --------
    >>> scale_of({"desc": "64dimensions"}), scale_of({"scale": "7"}), scale_of({"desc": "brain"})
    ('64', '7', None)
    """
    found = DIMENSIONS.fullmatch(labels.get("desc", ""))
    return labels.get("scale") or (found[1] if found else None)


def template_of(runs: Iterable[PathLike], query: AtlasQuery) -> dict[str, str]:
    """The template of a query: that of its ``tpl``, else the one that the names of all runs give.

    Returns
    -------
    dict
        ``tpl``, and ``cohort`` of a template that has several.

    Raises
    ------
    ValueError
        If the names give none, or several.

    Examples
    --------
    >>> template_of(["sub-01_space-MNI152NLin6Asym_res-2_bold.nii"], AtlasQuery.parse("templateflow:DiFuMo"))
    {'tpl': 'MNI152NLin6Asym'}
    """
    if "tpl" in query.labels:
        return {word: query.labels[word] for word in ("tpl", "cohort") if word in query.labels}
    add = f"add tpl-, such as {query.text}:tpl-MNI152NLin6Asym"
    found: dict[tuple[str, str], str] = {}
    for run in runs:
        labels = labels_of(run)
        # MNIInfant+2 is cohort 2 of MNIInfant
        space, _, cohort = labels.get("space", labels.get("tpl", "")).partition("+")
        name = Path(run).name
        if not space:
            raise ValueError(
                f"{query.text} is of the template of the runs, but {name} has no space- in its name; {add}, "
                "if this is its template."
            )
        if space.lower() in INDIVIDUAL:
            raise ValueError(
                f"{name} is in the space {space} of its participant, in which there are no maps of an atlas; "
                "give runs in the space of a template."
            )
        found.setdefault((space, labels.get("cohort", cohort)), name)
    if len(found) > 1:
        (one, first), (other, second), *_ = (
            (" cohort ".join(filter(None, at)), of) for at, of in found.items()
        )
        raise ValueError(
            f"{query.text} is of the template of the runs, but {first} is in {one} and {second} in {other}; "
            f"give runs of one space, or {add}."
        )
    ((space, cohort),) = found or {("", ""): ""}
    return {"tpl": space, **({"cohort": cohort} if cohort else {})}


def matching(files: Iterable[Path], query: AtlasQuery, template: Mapping[str, str]) -> list[Path]:
    """The files of maps that a query means: of one set of maps, in one resolution or several.

    Parameters
    ----------
    files : iterable of pathlib.Path
        All maps of the template.
    query : AtlasQuery
    template : mapping
        Of `template_of`.

    Raises
    ------
    ValueError
        If there is none, or several sets; the message lists the choices.
    """
    known = [(path, labels) for path in files if "atlas" in (labels := labels_of(path))]
    where = " cohort ".join(template.values())
    of_atlas = [pair for pair in known if pair[1]["atlas"].lower() == query.atlas.lower()]
    if not of_atlas:
        atlases = {labels["atlas"].lower(): labels["atlas"] for _, labels in known}
        near = difflib.get_close_matches(query.atlas.lower(), atlases, n=1)
        there = ", ".join(sorted(atlases.values())) or "none"
        hint = f"did you mean {atlases[near[0]]}?" if near else f"there are {there}."
        raise ValueError(f"{query.text}: TemplateFlow has no maps of {query.atlas} for {where}; {hint}")
    wanted = {**query.labels, **template}
    found = [pair for pair in of_atlas if _fits(pair[1], wanted)]
    if not found:
        wanted.pop("res", None)
        in_others = [pair for pair in of_atlas if _fits(pair[1], wanted)]
        there = _choices(in_others, resolutions=True) if in_others else _choices(of_atlas)
        raise ValueError(f"{query.text}: there are no such maps for {where}; there are {there}.")
    if len({_set_of(labels) for _, labels in found}) > 1:
        raise ValueError(
            f"{query.text} means several sets of maps for {where}; give one of {_choices(found)}."
        )
    return [path for path, _ in found]


def choose_resolution(
    files: Sequence[Path],
    sizes: Mapping[str, Sizes],
    run: str | None = None,
    run_size: Sizes | None = None,
) -> tuple[Path, str]:
    """One file of several resolutions, and why.

    That of the runs, if TemplateFlow means the same by their ``res``: maps are then on their grid.
    Else the finest: the maps are resampled to the runs' grid anyway.

    Parameters
    ----------
    files : sequence of pathlib.Path
    sizes : mapping
        Voxel sizes in mm, by the labels of resolutions.
    run : str, optional
        The label ``res`` of the runs.
    run_size : sequence of float, optional
        Their voxel size; None if it cannot be read.

    Raises
    ------
    ValueError
        If it is not known which is the finest.

    Examples
    --------
    >>> files = [Path("tpl-MNI_res-01_atlas-X_probseg.nii.gz"), Path("tpl-MNI_res-02_atlas-X_probseg.nii.gz")]
    >>> sizes = {"1": (1, 1, 1), "2": (2, 2, 2)}
    >>> choose_resolution(files, sizes, "2", (2, 2, 2))[1], choose_resolution(files, sizes, "2", (3, 3, 3))[1]
    ('res-2, as the runs', 'res-1, the finest')
    """
    by_label = {labels_of(path).get("res", ""): path for path in files}
    if len(by_label) == 1:
        ((label, path),) = by_label.items()
        return path, f"res-{label}, the only one" if label else "the only one"
    run = _bare(run) if run else None
    if run in by_label and _same(sizes.get(run or ""), run_size):
        return by_label[run or ""], f"res-{run}, as the runs"
    if not all(sizes.get(label) for label in by_label):
        labels = ", ".join(f"res-{label}" for label in sorted(by_label))
        raise ValueError(f"there are maps of {labels}, of unknown voxel sizes; add the one that you want.")
    finest = min(by_label, key=lambda label: (sum(sizes[label]), label))
    return by_label[finest], f"res-{finest}, the finest"


def _same(one: Sizes | None, other: Sizes | None) -> bool:
    """Whether two voxel sizes are the same, as far as is known."""
    if not one or other is None:
        return True
    return all(abs(a - b) < SAME_SIZE for a, b in zip(one, other, strict=True))


def _fits(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether a file has all labels that are wanted; ``scale`` is that of ``desc`` too."""
    own = {**labels, "scale": scale_of(labels)}
    return all((own.get(entity) or "").lower() == label.lower() for entity, label in wanted.items())


def _set_of(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What tells the sets of maps of an atlas apart."""
    return tuple(sorted((entity, label) for entity, label in labels.items() if entity not in ("res", "tpl")))


def _choices(pairs: Iterable[tuple[Path, Mapping[str, str]]], resolutions: bool = False) -> str:
    """What may be typed for the sets of maps among some files, or for each of their resolutions."""
    found = set()
    for _, labels in pairs:
        words = {"": labels["atlas"]} | {word: labels[word] for word in WORDS if word in labels}
        if scale := scale_of(words):
            words["scale"] = scale
            if "scale" not in labels:
                del words["desc"]
        for word in ("tpl", "cohort", *([] if resolutions else ["res"])):
            words.pop(word, None)
        found.add(tuple(words.items()))
    order = sorted(found, key=lambda words: [(entity, len(label), label) for entity, label in words])
    return ", ".join(
        PREFIX + ":".join(f"{entity}-{label}".lstrip("-") for entity, label in words) for words in order
    )


def _bare(label: str) -> str:
    """A label, if a number without leading zeros."""
    return label.lstrip("0") or "0" if label.isdigit() else label
