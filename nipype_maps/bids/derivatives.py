"""Preprocessed runs in a BIDS derivatives folder, and what belongs to each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..images.filenames import stem
from ..notes import note
from .dataset import DESCRIPTION
from .names import entities_of

#: Entities that files of one run need not share.
OF_SPACE = ("space", "res", "den", "cohort")
IMAGES = [".nii.gz", ".nii"]
#: What fMRIPrep calls the space of a run that was not resampled, whose files name none.
NATIVE = "func"
LABELS = {"subject": "sub", "session": "ses", "task": "task"}


@dataclass(frozen=True)
class FoundRun:
    """A preprocessed run.

    Attributes
    ----------
    path : pathlib.Path
    folder : pathlib.Path
        In which it lies in the data set: ``sub-01/ses-1/func``.
    tables : tuple of pathlib.Path
        Tables of confounds that may be its own; one, where nothing is amiss.
    masks : tuple of pathlib.Path
        Brain masks that may be its own.
    """

    path: Path
    folder: Path
    tables: tuple[Path, ...] = ()
    masks: tuple[Path, ...] = ()

    @property
    def confounds(self) -> Path | None:
        """Its table of confounds; of two names that fMRIPrep has used, the newer."""
        new = [path for path in self.tables if stem(path).endswith("_timeseries")]
        return _only(new or self.tables)

    @property
    def mask(self) -> Path | None:
        """Its brain mask."""
        return _only(self.masks)

    @property
    def space(self) -> str:
        """Where it lies, as fMRIPrep's --output-spaces says it: ``MNI152NLin2009cAsym:res-2``."""
        return full_space(self.path)


def full_space(path) -> str:
    """The space of a run or of its results by their name, with resolution, density and cohort.

    Examples
    --------
    >>> full_space("sub-01_space-MNI_res-2_desc-preproc_bold.nii"), full_space("sub-01_desc-preproc_bold.nii")
    ('MNI:res-2', 'func')
    """
    entities = entities_of(path)
    more = [f"{name}-{entities[name]}" for name in OF_SPACE[1:] if name in entities]
    return ":".join([entities.get("space", NATIVE), *more])


def spaces_meant(label: str, spaces: Iterable[str]) -> set[str]:
    """Which of some spaces a label means: the one that is called so, else all that are narrower.

    Examples
    --------
    >>> sorted(spaces_meant("MNI", ["MNI", "MNI:res-2", "T1w"]))
    ['MNI']
    >>> sorted(spaces_meant("MNI", ["MNI:res-1", "MNI:res-2", "T1w"]))
    ['MNI:res-1', 'MNI:res-2']
    """
    spaces = set(spaces)
    named = {space for space in spaces if _parts(space) == _parts(label)}
    return named or {space for space in spaces if _is_in(space, label)}


def find_runs(
    root,
    participants: Sequence[str] = (),
    sessions: Sequence[str] = (),
    tasks: Sequence[str] = (),
    spaces: Sequence[str] = (),
) -> list[FoundRun]:
    """The runs that fMRIPrep (or what names its files likewise) has preprocessed.

    Only the folders of participants at the top are looked into: what lies in others is of
    other data sets.

    Parameters
    ----------
    root : path-like
        Derivatives folder, with a dataset_description.json.
    participants, sessions, tasks, spaces : sequences of str
        Labels to choose; empty takes all.  A space may be as narrow as ``MNI152NLin6Asym:res-2``;
        ``func`` are the runs that were not resampled.  What a space means depends on the whole data
        set, not on what else is chosen: see `spaces_meant`.

    Returns
    -------
    list of FoundRun
        In the order of their paths.

    Raises
    ------
    ImportError
        If pybids is not installed.
    ValueError
        If the folder is no BIDS data set, or holds no such run.
    """
    root = Path(root).absolute()
    if not (root / DESCRIPTION).is_file():
        raise ValueError(
            f"{root} has no {DESCRIPTION}, which every BIDS derivatives folder has; give the "
            "folder that the preprocessing wrote."
        )
    layout = _layout(root)
    chosen = {"subject": participants, "session": sessions, "task": tasks}
    filters = {name: _bare(labels, name) for name, labels in chosen.items() if labels}
    tables = _by_entities(
        layout.get(suffix=["timeseries", "regressors"], desc="confounds", extension=".tsv"),
        ("echo", *OF_SPACE),
    )
    masks = _by_entities(layout.get(suffix="mask", desc="brain", extension=IMAGES), ())
    images = {"suffix": "bold", "desc": "preproc", "extension": IMAGES}
    found = []
    for path in sorted(_paths(layout.get(**images, **filters))):
        own = masks.get(_key(path)) or masks.get(_key(path, ("echo",)))
        table = tables.get(_key(path, ("echo", *OF_SPACE)))
        found.append(FoundRun(path, path.parent.relative_to(root), tuple(table or ()), tuple(own or ())))
    wanted = _bare(spaces, "space")
    everywhere = {full_space(path) for path in _paths(layout.get(**images))} if wanted else set()
    meant = {space for label in wanted for space in spaces_meant(label, everywhere)}
    runs = [run for run in found if not wanted or run.space in meant]
    if not runs:
        asked = {**filters, "space": wanted} if wanted else filters
        words = ", ".join(f"{name} {' or '.join(labels)}" for name, labels in asked.items())
        there = _spaces(found) or _shown(layout, "space")
        raise ValueError(
            f"{root} has no preprocessed run (*_desc-preproc_bold.nii.gz){' of ' * bool(words)}{words}; "
            f"there are the tasks {_shown(layout, 'task')} in the spaces {there}.{_elsewhere(root)}"
        )
    _note_narrower(found, runs, wanted)
    return runs


def without_echoes(runs: Sequence[FoundRun]) -> tuple[list[FoundRun], str | None]:
    """Leave out single echoes of which there is a combined run; a sentence on what was met."""
    combined = {_key(run.path, OF_SPACE) for run in runs if "echo" not in entities_of(run.path)}
    echoes = [run for run in runs if "echo" in entities_of(run.path)]
    left_out = [run for run in echoes if _key(run.path, ("echo", *OF_SPACE)) in combined]
    single = len(echoes) - len(left_out)
    kept = [run for run in runs if run not in set(left_out)]
    sentences = []
    if left_out:
        sentences.append(
            f"{_count(len(left_out), 'image')} of single echoes, such as {left_out[0].path.name}, "
            "left out, because the echoes are there combined"
        )
    if single:
        first = next(run for run in kept if "echo" in entities_of(run.path))
        sentences.append(
            f"{_count(single, 'run')} of a single echo, such as {first.path.name}; the confounds of all "
            "echoes of a run are the same table"
        )
    return kept, "; ".join(sentences) + "." if sentences else None


def require_one_space(runs: Sequence[FoundRun], asked: Sequence[str], maps: Sequence) -> None:
    """ValueError where runs are in several spaces and nobody chose among them.

    Parameters
    ----------
    runs : sequence of FoundRun
    asked : sequence of str
        The spaces that were asked for.
    maps : sequence of path-likes
        Whose names may say which template they are for.
    """
    entities = entities_of(maps[0])
    template = entities.get("tpl") or entities.get("space")
    fitting = sorted({run.space for run in runs if run.space.partition(":")[0] == template})
    hint = f" {Path(maps[0]).name} is for {template} by its name." if fitting else ""
    if not asked and len({run.space for run in runs}) > 1:
        raise ValueError(
            f"there are runs in the spaces {_spaces(runs)}; choose the one of the maps by --space.{hint}"
        )
    for label in _bare(asked, "space"):
        meant = spaces_meant(label, {run.space for run in runs})
        if len(meant) > 1:
            raise ValueError(
                f"there are runs in the spaces {', '.join(sorted(meant))}, which {label} may all mean; "
                "choose one of these by --space."
            )


def _note_narrower(found: Sequence[FoundRun], chosen: Sequence[FoundRun], asked: Sequence[str]) -> None:
    """Note the runs that are left out because they are in a narrower space than was asked for alone."""
    there = {_key(run.path, ("echo", *OF_SPACE)) for run in chosen}
    lost = defaultdict(list)
    for run in found:
        if _key(run.path, ("echo", *OF_SPACE)) not in there and any(_is_in(run.space, at) for at in asked):
            lost[run.space].append(run)
    for space, runs in lost.items():
        note(
            f"{_count(len(runs), 'run')}, such as {runs[0].path.name}, left out, because not in "
            f"{' or '.join(asked)} but in {space}; --space {space} takes what is there."
        )


def labels_without_runs(runs: Sequence[FoundRun], asked: dict[str, Sequence[str]]) -> list[str]:
    """The labels among those asked for, by entity, of which there is no run."""
    missing = []
    for name, labels in asked.items():
        for label in _bare(labels, name):
            if name == "space":
                known = any(_is_in(run.space, label) for run in runs)
            else:
                known = any(entities_of(run.path).get(LABELS[name]) == label for run in runs)
            if not known:
                missing.append(f"{name} {label}")
    return missing


def _layout(root: Path):
    try:
        from bids import layout
    except ImportError as error:
        raise ImportError(
            "to find runs in a BIDS folder takes pybids, which is not installed; install nipype-maps[bids]."
        ) from error
    # names tell all that is asked; to read each sidecar would take minutes
    indexer = layout.BIDSLayoutIndexer(
        validate=False, index_metadata=False, ignore=[re.compile(r"^/(?!sub-)")]
    )
    return layout.BIDSLayout(root, validate=False, config=["bids", "derivatives"], indexer=indexer)


def _elsewhere(root: Path) -> str:
    """Where else there may be runs, as a sentence."""
    below = sorted({path.parent.name for path in root.glob("*/sub-*") if path.parent.name[:1] != "."})
    return f" There are participants in {', '.join(below[:5])}; give one of these folders." if below else ""


def _bare(labels: Sequence[str], name: str) -> list[str]:
    """Labels without the entity that people write before them (sub-01)."""
    return [label.removeprefix(f"{LABELS.get(name, name)}-") for label in labels]


def _shown(layout, entity: str) -> str:
    return ", ".join(map(str, sorted(layout.get(return_type="id", target=entity)))) or "(none)"


def _spaces(runs: Iterable[FoundRun]) -> str:
    return ", ".join(sorted({run.space for run in runs}))


def _is_in(space: str, label: str) -> bool:
    """Whether a space is what a label says, or narrower."""
    name, details = _parts(label)
    return name == _parts(space)[0] and details <= _parts(space)[1]


def _parts(space: str) -> tuple[str, frozenset[str]]:
    """The name of a space, and its resolution and the like."""
    name, *details = space.split(":")
    return name, frozenset(details)


def _only(paths: Sequence[Path]) -> Path | None:
    return paths[0] if len(paths) == 1 else None


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"


def _paths(files) -> list[Path]:
    return [Path(file.path) for file in files]


def _key(path: Path, without: Sequence[str] = ()) -> tuple:
    """What files of one run share: their folder and their entities."""
    kept = ((name, label) for name, label in entities_of(path).items() if name not in ("desc", *without))
    return (path.parent, *sorted(kept))


def _by_entities(files, without: Sequence[str]) -> dict[tuple, list[Path]]:
    found = defaultdict(list)
    for path in sorted(_paths(files)):
        found[_key(path, without)].append(path)
    return found
