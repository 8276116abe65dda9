"""Preprocessed runs in a BIDS derivatives folder, and what belongs to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .atomic import replacing
from .sidecars import versions, write_json

#: Entities that files of one run need not share.
OF_FILE = ("desc", "suffix", "extension")
OF_SPACE = ("space", "res", "den", "cohort")
IMAGES = [".nii.gz", ".nii"]
BIDS_VERSION = "1.10.0"


@dataclass(frozen=True)
class FoundRun:
    """A preprocessed run.

    Attributes
    ----------
    path : pathlib.Path
    folder : pathlib.Path
        In which it lies in the data set: ``sub-01/ses-1/func``.
    confounds : pathlib.Path or None
        Its table of confounds.
    mask : pathlib.Path or None
        Its brain mask.
    """

    path: Path
    folder: Path
    confounds: Path | None
    mask: Path | None


def find_runs(
    root,
    participants: Sequence[str] = (),
    sessions: Sequence[str] = (),
    tasks: Sequence[str] = (),
    spaces: Sequence[str] = (),
) -> list[FoundRun]:
    """The runs that fMRIPrep (or what names its files likewise) has preprocessed.

    Parameters
    ----------
    root : path-like
        Derivatives folder, with a dataset_description.json.
    participants, sessions, tasks, spaces : sequences of str
        Labels to choose; empty takes all.

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
    if not (root / "dataset_description.json").is_file():
        raise ValueError(
            f"{root} has no dataset_description.json, which every BIDS derivatives folder has; give the "
            "folder that the preprocessing wrote."
        )
    layout = _layout(root)
    chosen = {"subject": participants, "session": sessions, "task": tasks, "space": spaces}
    filters = {name: _bare(labels, name) for name, labels in chosen.items() if labels}
    runs = layout.get(suffix="bold", desc="preproc", extension=IMAGES, **filters)
    if not runs:
        asked = ", ".join(f"{name} {' or '.join(labels)}" for name, labels in filters.items())
        raise ValueError(
            f"{root} has no preprocessed run (*_desc-preproc_bold.nii.gz){' of ' * bool(asked)}{asked}; "
            f"there are the tasks {_shown(layout, 'task')} in the spaces {_shown(layout, 'space')}."
        )
    masks = _by_entities(layout.get(suffix="mask", desc="brain", extension=IMAGES), OF_FILE)
    tables = _by_entities(
        layout.get(suffix=["timeseries", "regressors"], desc="confounds", extension=".tsv"),
        OF_FILE + OF_SPACE,
    )
    found = []
    for run in sorted(runs, key=lambda run: run.path):
        path = Path(run.path)
        table = tables.get(_key(run, OF_FILE + OF_SPACE))
        found.append(FoundRun(path, path.parent.relative_to(root), table, masks.get(_key(run, OF_FILE))))
    return found


def describe(out, source, name: str = "nipype-maps: time series of brain maps") -> None:
    """Write the dataset_description.json of a derivatives folder.

    Parameters
    ----------
    out, source : path-like
        The folder, and the one that its files were made from.
    name : str
    """
    write_json(
        Path(out) / "dataset_description.json",
        {
            "Name": name,
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "derivative",
            "GeneratedBy": [{"Name": "nipype-maps", "Version": versions()["nipype-maps"]}],
            "SourceDatasets": [{"URL": Path(source).absolute().as_uri()}],
        },
    )


def write_map_names(out, atlas: str, names: Sequence[str]) -> None:
    """Write the table of a probabilistic atlas's maps: ``atlas-<atlas>_probseg.tsv``."""
    lines = ["index\tname", *(f"{index}\t{name}" for index, name in enumerate(names, start=1))]
    with replacing(Path(out) / f"atlas-{atlas}_probseg.tsv") as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _layout(root: Path):
    try:
        from bids import layout
    except ImportError as error:
        raise ImportError(
            "to find runs in a BIDS folder takes pybids, which is not installed; install nipype-maps[bids]."
        ) from error
    # names tell all that is asked; to read each sidecar would take minutes
    indexer = layout.BIDSLayoutIndexer(validate=False, index_metadata=False)
    return layout.BIDSLayout(root, validate=False, config=["bids", "derivatives"], indexer=indexer)


def _bare(labels: Sequence[str], name: str) -> list[str]:
    """Labels without the entity that people write before them (sub-01)."""
    prefix = {"subject": "sub-", "session": "ses-"}.get(name, f"{name}-")
    return [label.removeprefix(prefix) for label in labels]


def _shown(layout, entity: str) -> str:
    return ", ".join(map(str, sorted(layout.get(return_type="id", target=entity)))) or "(none)"


def _key(file, without: Sequence[str]) -> tuple:
    entities = file.get_entities(metadata=False)
    return tuple(sorted((name, str(value)) for name, value in entities.items() if name not in without))


def _by_entities(files, without: Sequence[str]) -> dict[tuple, Path]:
    return {_key(file, without): Path(file.path) for file in files}
