"""What a call requests of every run: options, maps, mask, and the record of it that stays with results."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...options import OPTIONS
from ...storage.paths import PathLike
from .comparison import CHECKSUMS

if TYPE_CHECKING:
    from ...bids.atlas import Atlas
    from ...bids.labels import Labels
    from ...graphs import RunInputs


#: In records of runs whose mask is their own.
OWN_MASK = "OwnMask"


class Request:
    """What a call requests of every run.

    Parameters
    ----------
    options : mapping
        Keywords of `init_dataset_wf`.
    maps : sequence of path-likes
    mask, map_names : path-like, optional
    map_names_column : str, optional
    atlas : Atlas, optional
        Default by the name of the maps.

    Attributes
    ----------
    options : dict
    maps : list of str
    mask, map_names : str or None
        Absolute paths, since the working directory changes while nodes are executed.
    atlas : Atlas
        What the maps are called in names of results.
    map_names_column : str or None
    labels : nipype_maps.bids.labels.Labels or None
        Of the maps; None where these cannot be read.
    names : list of str or None
        Of the maps whose signals are written.
    settings : dict
        All options but those of a single run, by their keys in sidecars.

    Raises
    ------
    click.UsageError
        If the names do not fit the maps.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        maps: Sequence[PathLike],
        mask: PathLike | None = None,
        map_names: PathLike | None = None,
        map_names_column: str | None = None,
        atlas: Atlas | None = None,
    ) -> None:
        from ...bids.atlas import atlas_of

        self.atlas = atlas or atlas_of(maps)
        self.options, self.maps = dict(options), [os.path.abspath(path) for path in maps]
        self.mask = os.path.abspath(mask) if mask else None
        self.map_names = os.path.abspath(map_names) if map_names else None
        self.map_names_column = map_names_column
        self.labels = _labels_of(maps, map_names, map_names_column)
        self.names = None if self.labels is None else self.labels.written
        self.settings = settings_of(options)
        if self.names is not None:
            self.settings["MapNames"] = self.names
        files = (*self.maps, self.mask, options.get("strategies_file"))
        self._shared: dict[str, str | None] = dict.fromkeys(str(path) for path in files if path)

    def record(self, run: RunInputs, t_r: float | None) -> dict[str, Any]:
        """The record of a run: ``Run``, ``Settings``, and ``Inputs`` by their roles.

        Parameters
        ----------
        run : RunInputs
        t_r : float or None
            The repetition time of the results, in seconds.

        Raises
        ------
        OSError
            If an input cannot be read.
        """
        inputs = {role: self.fingerprints(paths) for role, paths in self.all_files(run).items()}
        settings = {**self.settings, "RepetitionTime": t_r}
        record = {"Run": run.run_file, "Checksums": CHECKSUMS, "Settings": settings, "Inputs": inputs}
        return record | ({OWN_MASK: True} if run.mask_file else {})

    def readable_record(self, run: RunInputs) -> dict[str, Any]:
        """The record of a run, without what cannot be read now, for which the run itself will fail.

        That may be the repetition time, for which sidecar and header must agree, or the files
        of a role; where the run is not an image, it is everything but the settings.
        """
        from ...bids.runs import Run

        settings, inputs = dict(self.settings), {}
        with suppress(OSError, ValueError, RecursionError):
            image = Run(run.run_file, run.t_r, quiet=True)
            for role, paths in self.all_files(run).items():
                with suppress(OSError):
                    inputs[role] = self.fingerprints(paths)
            settings["RepetitionTime"] = image.t_r
        return {"Settings": settings, "Inputs": inputs}

    def shared_record(self) -> dict[str, Any]:
        """The part of the record that all runs share."""
        strategies = self.options.get("strategies_file")
        inputs = {
            "maps": _image_files(self.maps),
            "mask": _image_files([self.mask] if self.mask else []),
            "strategies": [strategies] if strategies else [],
        }
        return {
            "Settings": self.settings,
            "Inputs": {role: self.fingerprints(paths) for role, paths in inputs.items()},
        }

    def files(self, run: RunInputs) -> dict[str, list[PathLike]]:
        """The files that a run's results are made from, by their roles, as they are given."""
        strategies, mask = self.options.get("strategies_file"), run.mask_file or self.mask
        return {
            "run": [str(run.run_file)],
            "maps": list(self.maps),
            "mask": [mask] if mask else [],
            "confounds": list(run.confounds_files or ()),
            "sample mask": list(run.frames_files),
            "run labels": [run.runs] if isinstance(run.runs, (str, Path)) else [],
            "strategies": [strategies] if strategies else [],
        }

    def all_files(self, run: RunInputs) -> dict[str, list[PathLike]]:
        """`files`, and those that are read with them: images in two files, the tables' sidecars."""
        files = self.files(run)
        for role in ("run", "maps", "mask"):
            files[role] = _image_files(files[role])
        files["confounds"] += self.sidecars_of_tables(run)
        return files

    def sidecars_of_tables(self, run: RunInputs) -> list[Path]:
        """The sidecars of the tables of confounds, by which a strategy selects components of CompCor."""
        from ...bids.sidecars import sidecar_of

        if not self.options.get("confounds_strategy"):
            return []
        return [path for path in map(sidecar_of, run.confounds_files or ()) if path.exists()]

    def fingerprints(self, paths: Iterable[PathLike]) -> list[list[str]]:
        """Paths and fingerprints of files."""
        return [[os.path.abspath(path), self.fingerprint(path)] for path in paths]

    def fingerprint(self, path: PathLike) -> str:
        """The fingerprint of a file; that of a file that all runs share is computed once."""
        from ...storage.checksums import checksum

        known = self._shared.get(str(path))
        if known is None:
            known = checksum(path)
            if str(path) in self._shared:
                self._shared[str(path)] = known
        return known


def _image_files(paths: Iterable[PathLike]) -> list[PathLike]:
    """The files of images, which may be two each."""
    from ...images.filenames import image_files

    return [file for path in paths for file in image_files(path)]


def settings_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options, or their defaults, by their keys in sidecars and in the form that sidecars have."""
    from ...bids.sidecars import option_entries

    values = {option.name: option.default for option in OPTIONS} | dict(options)
    return {key: _as_in_json(value) for key, value in option_entries(values, OPTIONS).items()}


def _as_in_json(value: Any) -> Any:
    return [_as_in_json(item) for item in value] if isinstance(value, (list, tuple)) else value


def _labels_of(maps: Sequence[PathLike], map_names: PathLike | None, column: str | None) -> Labels | None:
    """The labels of maps; None where the maps cannot be read, for which their step will fail."""
    from ...bids.labels import labels_of
    from ...images.volumes import Volumes
    from ...notes import collected

    try:
        n_maps = Volumes(list(maps), quiet=True).n_volumes
    except (OSError, ValueError):
        return None
    try:
        with collected():  # these notes are repeated when the maps are masked
            return labels_of(list(maps), n_maps, map_names, column)
    except (OSError, ValueError) as error:
        raise click.UsageError(str(error)) from error
