"""Labels of maps: their names, which of them are written, and what else their label table says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...notes import Note, collected, note
from ...storage.paths import PathLike
from .beside import is_of_another_scale, is_own_text, label_files
from .fitting import Rows, default_map_names, fitted
from .lists import read_good_components, read_json_of_labels, read_text_of_names
from .tables import read_table_of_labels

TABLES = (".tsv", ".csv")


@dataclass(frozen=True)
class Labels:
    """The labels of K maps.

    Attributes
    ----------
    names : list of str
        Of all K maps, all different.
    kept : list of int
        The maps, from 0, whose signals are written.  All are fitted.
    columns : dict of str to list of str
        Further columns of the label table, such as networks, in the order of the maps.
    source : str or None
        The file that the names, or the list of maps to write, come from.
    """

    names: list[str]
    kept: list[int]
    columns: dict[str, list[str]] = field(default_factory=dict)
    source: str | None = None

    @property
    def written(self) -> list[str]:
        """Names of the maps whose signals are written."""
        return [self.names[index] for index in self.kept]


def labels_of(
    maps: Sequence[PathLike],
    n_maps: int,
    given: PathLike | Sequence[str] | None = None,
    column: str | None = None,
) -> Labels:
    r"""Labels of maps: as given, from a file beside the maps, or ``map-01…``.

    What is left out of a file, or differs from it, is noted, and so is a file beside the maps that
    looks like their labels and is not used.

    Parameters
    ----------
    maps : sequence of path-likes
        The images of the maps.
    n_maps : int
        Number of maps, K.
    given : path-like or list of str, optional
        A label table (.tsv, .csv), a .json or .txt file of names, a .txt file of the numbers of the
        maps to write, or the names.  Unless it has names, the files of `label_files` are tried.
    column : str, optional
        The column of names in the label table.

    Returns
    -------
    Labels

    Raises
    ------
    ValueError
        If what is given is damaged, does not fit the maps, or has names that no table can have as a
        header.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "maps.tsv").write_text("index\tname\tnetwork\n2\tcuneus\tVis\n1\tinsula\tSal\n")
    >>> labels = labels_of([folder / "maps.nii.gz"], 2)
    >>> labels.names, labels.columns
    (['insula', 'cuneus'], {'network': ['Sal', 'Vis']})
    """
    if given is None:
        return _found(maps[0], n_maps, column) or _of_all(Rows(default_map_names(n_maps)), None)
    if isinstance(given, (str, os.PathLike)):
        path = Path(given)
        _require_table(path, column)
        kept = read_good_components(path, n_maps)
        if kept is not None:
            all_maps = _found(maps[0], n_maps, None, besides=path) or _of_all(
                Rows(default_map_names(n_maps)), None
            )
            return replace(all_maps, kept=kept, source=str(path))
        return _of_all(fitted(_read_given(path, column), n_maps, str(path)), path)
    _require_table(None, column)
    return _of_all(fitted(Rows([str(name) for name in given]), n_maps, "map_names"), None)


def _of_all(rows: Rows, path: Path | None) -> Labels:
    return Labels(rows.names, list(range(len(rows.names))), rows.columns, None if path is None else str(path))


def _require_table(path: Path | None, column: str | None) -> None:
    """Raise ValueError if a column is chosen of something that has none."""
    if column is not None and (path is None or path.suffix.lower() not in TABLES):
        raise ValueError(
            f"map_names_column (--map-names-column) is a column of a label table, but "
            f"{'map_names is a list' if path is None else f'{path} is no .tsv or .csv file'}; leave it out."
        )


def _read_given(path: Path, column: str | None) -> Rows:
    if path.suffix.lower() in TABLES:
        return read_table_of_labels(path, column)
    if path.suffix.lower() != ".json":
        return read_text_of_names(path)
    rows = read_json_of_labels(path)
    if rows is None:
        raise ValueError(f"{path} must be a list of map names, or an object from index to name.")
    return rows


def _found(maps: PathLike, n_maps: int, column: str | None, besides: Path | None = None) -> Labels | None:
    """Labels from a file beside the maps, but one; None without one that can be used."""
    problems: list[str] = []
    files = [path for path in label_files(maps) if not is_of_another_scale(path, n_maps)]
    if besides is not None:
        files = [path for path in files if path != Path(os.path.abspath(besides))]
    if column is not None:
        files = [path for path in files if path.suffix.lower() in TABLES]
    for number, path in enumerate(files, start=1):
        try:
            labels, notes = _labels_from(path, maps, n_maps, column)
        except OSError as error:
            problems.append(f"{path} cannot be read ({error.strerror}).")
        except ValueError as error:
            problems.append(str(error))
        else:
            if labels is not None:
                _note(problems, files)
                for found in notes:
                    note(found, found.kind)
                _note_other(labels, path, files[number:], maps, column)
                return labels
    if column is not None:
        none = f"no label table was found for {maps} that has the column {column!r} (--map-names-column)"
        raise ValueError(problems[0] if problems else f"{none}; give one as map_names (--map-names).")
    _note(problems, files)
    return None


def _labels_from(
    path: Path, maps: PathLike, n_maps: int, column: str | None
) -> tuple[Labels | None, list[Note]]:
    """Labels from a file beside the maps, None where it is something else; and what is to be noted then."""
    with collected() as notes:
        rows = _read_found(path, maps, n_maps, column)
        return None if rows is None else _of_all(fitted(rows, n_maps, str(path)), path), notes


def _note_other(
    labels: Labels, used: Path, files: Sequence[Path], maps: PathLike, column: str | None
) -> None:
    """Note a file in the same folder that would give the maps other names."""
    for path in files:
        if path.parent != used.parent:
            continue  # that of a folder above is meant for more than these maps
        with suppress(OSError, ValueError):
            other, _ = _labels_from(path, maps, len(labels.names), column)
            if other is not None and other.names != labels.names:
                note(
                    f"{used.name} and {path.name}, in one folder, give the maps different names; those "
                    "of the first are used, and map_names (--map-names) chooses.",
                    "SeveralLabelTables",
                )
                return


def _read_found(path: Path, maps: PathLike, n_maps: int, column: str | None) -> Rows | None:
    """What a file beside the maps, which was not given, says of them; None where it is something else."""
    if path.suffix.lower() in TABLES:
        return read_table_of_labels(path, column)
    if path.suffix.lower() == ".json":
        return read_json_of_labels(path)
    rows = read_text_of_names(path)
    return None if is_own_text(path, maps) and len(rows.names) != n_maps else rows


def _note(problems: Sequence[str], files: Sequence[Path]) -> None:
    """Note why files are not used; without folders, since sidecars have what is noted."""
    for problem, path in zip(problems, files, strict=False):
        problem = problem.replace(str(path), path.name)
        note(
            f"{problem} The file belongs to the maps by its name, but is not used; map_names (--map-names) "
            "gives another.",
            "LabelTable",
        )
