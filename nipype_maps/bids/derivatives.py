"""Preprocessed runs in a BIDS derivatives folder, each with its confounds and mask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..images.filenames import stem
from ..notes import note
from ..storage.paths import PathLike
from .dataset import DESCRIPTION
from .echoes import without_echoes
from .entities import bare_labels, key_of
from .filters import Filters, require_entities
from .index import index_of
from .no_runs import hint_of_derivatives, why_no_runs
from .spaces import OF_SPACE, full_space, is_in, spaces_meant

IMAGES = [".nii.gz", ".nii"]
#: The desc of runs that fMRIPrep has preprocessed.
PREPROCESSED = "preproc"


@dataclass(frozen=True)
class FoundRun:
    """A preprocessed run.

    Attributes
    ----------
    path : pathlib.Path
    folder : pathlib.Path
        Its folder, relative to that of the data set: ``sub-01/ses-1/func``.
    tables : tuple of pathlib.Path
        Candidates for its table of confounds, at most one in a sound data set.
    masks : tuple of pathlib.Path
        Candidates for its brain mask.
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
        """Its space, written as for fMRIPrep's --output-spaces: ``MNI152NLin2009cAsym:res-2``."""
        return full_space(self.path)


def find_runs(
    root: PathLike,
    participants: Sequence[str] = (),
    sessions: Sequence[str] = (),
    tasks: Sequence[str] = (),
    spaces: Sequence[str] = (),
    *,
    desc: str = PREPROCESSED,
    filters: Filters | None = None,
    index: PathLike | None = None,
) -> list[FoundRun]:
    """The runs preprocessed by fMRIPrep, or by another pipeline that names its files in the same way.

    Only folders of participants at the top are searched: others belong to other data sets.  An echo is
    no run where the echoes are also combined.

    Parameters
    ----------
    root : path-like
        Derivatives folder, with a dataset_description.json.
    participants, sessions, tasks, spaces : sequences of str
        Labels to choose; empty takes all.  A space may be as narrow as ``MNI152NLin6Asym:res-2``;
        ``func`` selects runs that were not resampled.  What a space means depends on the whole data
        set, not on what else is chosen: see `spaces_meant`.
    desc : str
        The label of the runs; XCP-D's are ``denoised`` or ``denoisedSmoothed``.
    filters : mapping of str to list, optional
        Further labels, as from `read_filters`.
    index : path-like, optional
        Folder of an index to keep: see `index_of`.

    Returns
    -------
    list of FoundRun
        In the order of their paths.

    Raises
    ------
    ImportError
        If pybids is not installed.
    ValueError
        If the folder is not a BIDS data set, or contains no such run.
    """
    root = Path(root).absolute()
    if not (root / DESCRIPTION).is_file():
        raise ValueError(
            f"{root} has no {DESCRIPTION}, which every BIDS derivatives folder has; give the "
            f"folder that the preprocessing wrote.{hint_of_derivatives(root)}"
        )
    layout, filters = index_of(root, index), filters or {}
    require_entities(filters, layout.get_entities())
    chosen = {"subject": participants, "session": sessions, "task": tasks}
    asked = {name: bare_labels(labels, name) for name, labels in chosen.items() if labels} | dict(filters)
    tables = _by_key(
        layout.get(suffix=["timeseries", "regressors"], desc="confounds", extension=".tsv"),
        ("echo", *OF_SPACE),
    )
    masks = _by_key(layout.get(suffix="mask", desc="brain", extension=IMAGES))
    images = {"suffix": "bold", "desc": desc, "extension": IMAGES}
    found = []
    every = _each_once(_paths(layout.get(**{**images, **_query(asked)})))
    paths, on_echoes = without_echoes(every)
    for path in paths:
        own = masks.get(key_of(path)) or masks.get(key_of(path, ("echo",)))
        table = tables.get(key_of(path, ("echo", *OF_SPACE)))
        found.append(FoundRun(path, path.parent.relative_to(root), tuple(table or ()), tuple(own or ())))
    wanted = bare_labels(spaces, "space")
    everywhere = {full_space(path) for path in _paths(layout.get(**images))} if wanted else set()
    meant = {space for label in wanted for space in spaces_meant(label, everywhere)}
    runs = [run for run in found if not wanted or run.space in meant]
    if not runs:
        asked |= {"space": wanted} if wanted else {}
        why = why_no_runs(layout, root, desc, asked, IMAGES, spaces_of(found))
        explains = any(full_space(path) in meant for path in every)
        raise ValueError(f"{why} {on_echoes}" if explains else why)
    if on_echoes:
        note(on_echoes, "SingleEchoes")
    _note_narrower(found, runs, wanted)
    return runs


def spaces_of(runs: Iterable[FoundRun]) -> str:
    """The spaces of some runs, for a message."""
    return ", ".join(sorted({run.space for run in runs}))


def counted(n: int, noun: str) -> str:
    """A number of things, for a message.

    Examples
    --------
    >>> counted(1, "run"), counted(2, "run")
    ('1 run', '2 runs')
    """
    return f"{n} {noun}{'s' * (n != 1)}"


def _note_narrower(found: Sequence[FoundRun], chosen: Sequence[FoundRun], asked: Sequence[str]) -> None:
    """Note the runs that are left out because they exist only in a narrower space than the one asked for."""
    known = {key_of(run.path, ("echo", *OF_SPACE)) for run in chosen}
    lost = defaultdict(list)
    for run in found:
        if key_of(run.path, ("echo", *OF_SPACE)) not in known and any(is_in(run.space, at) for at in asked):
            lost[run.space].append(run)
    for space, runs in lost.items():
        note(
            f"{counted(len(runs), 'run')}, such as {runs[0].path.name}, left out, because not in "
            f"{' or '.join(asked)} but in {space}; choose them by spaces (--space) {space}.",
            "OtherSpace",
        )


def _query(asked: Filters) -> dict[str, Any]:
    """Labels as pybids asks for them."""
    from bids.layout import Query

    special = {None: Query.NONE, "*": Query.ANY}
    return {name: [special.get(label, label) for label in labels] for name, labels in asked.items()}


def _only(paths: Sequence[Path]) -> Path | None:
    return paths[0] if len(paths) == 1 else None


def _paths(files: Iterable[Any]) -> list[Path]:
    return [Path(file.path) for file in files]


def _each_once(paths: Iterable[Path]) -> list[Path]:
    """Paths in their order, without those that reach the same file again, through a link to a folder."""
    found: dict[Path, Path] = {}
    for path in sorted(paths, key=lambda path: (len(path.parts), path.parent.is_symlink(), path)):
        # the file itself may be a link to content that is elsewhere, or not there yet
        found.setdefault(path.parent.resolve() / path.name, path)
    return sorted(found.values())


def _by_key(files: Iterable[Any], without: Sequence[str] = ()) -> dict[tuple, list[Path]]:
    found = defaultdict(list)
    for path in sorted(_paths(files)):
        found[key_of(path, without)].append(path)
    return found
