"""What was asked of a run: the settings and inputs that its results stand for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from ..options import FIT, OPTIONS, TRANSFORM, options_of

MOST = 60


class Request:
    """What a call asks of every run.

    Parameters
    ----------
    parameters : dict
        Of `init_masker_wf`.
    maps : sequence of str
    mask, map_names : str, optional

    Attributes
    ----------
    names : list of str or None
        Of the maps; None where these cannot be read.
    settings : dict
        All but those of a single run.
    """

    def __init__(self, parameters: dict, maps: Sequence[str], mask=None, map_names=None):
        # absolute, because nipype changes the folder of the process while nodes are at work
        self.parameters, self.maps = parameters, [os.path.abspath(path) for path in maps]
        self.mask = os.path.abspath(mask) if mask else None
        self.names = names_asked(maps, map_names)
        self.settings = _settings(parameters)
        if self.names is not None:
            self.settings["MapNames"] = self.names
        files = [*self.maps, self.mask, parameters.get("strategies_file")]
        self._shared: dict[str, str | None] = {str(path): None for path in files if path}

    def of(self, run, t_r: float | None) -> dict:
        """The record of a run: ``Run``, ``Settings``, and ``Inputs`` by their roles.

        Parameters
        ----------
        run : RunInputs
        t_r : float or None
            Seconds from frame to frame, in the end.

        Raises
        ------
        OSError
            If an input is not there to be read.
        """
        inputs = {role: self._prints(paths) for role, paths in self._files(run, besides=True).items()}
        return {"Run": run.run_file, "Settings": {**self.settings, "RepetitionTime": t_r}, "Inputs": inputs}

    def as_far_as_readable(self, run) -> dict:
        """The same record without what cannot be read now, which the run's nodes say better.

        That may be the time between frames, for which sidecar and header must agree, or the files
        of a role; where the run is no image, it is all but the settings.
        """
        from ..bids.runs import Run

        settings, inputs = dict(self.settings), {}
        with suppress(OSError, ValueError, RecursionError):
            image = Run(run.run_file, run.t_r, quiet=True)
            for role, paths in self._files(run, besides=True).items():
                with suppress(OSError):
                    inputs[role] = self._prints(paths)
            settings["RepetitionTime"] = run.t_r or image.t_r
        return {"Settings": settings, "Inputs": inputs}

    def shared(self) -> dict:
        """The part of a record that is the same for all runs."""
        from ..images.filenames import image_files

        files = [file for path in self.maps for file in image_files(path)]
        return {"Settings": self.settings, "Inputs": {"maps": self._prints(files)}}

    def as_told_by(self, sidecar: dict, run) -> dict | None:
        """The same record as far as a sidecar tells it, where no record is left.

        Files count as the request's own where the sidecar has their checksums.
        """
        try:
            return self._told(sidecar, run)
        except (KeyError, TypeError, AttributeError, OSError):
            return None  # a sidecar of others, or damaged

    def _told(self, sidecar, run) -> dict:
        maps, cleaning = sidecar["Maps"], sidecar["Cleaning"]
        selection = cleaning.get("ConfoundsSelection") or {}
        names, columns = maps["Names"], cleaning["ConfoundColumns"]
        by_hand = [name for name in columns if not name.startswith("high_variance_")] if not selection else []
        settings = _settings({}) | {key: maps[key] for key in _keys(FIT)}
        settings |= {key: cleaning[key] for key in _keys(TRANSFORM, node="Clean")}
        settings["Strategy"] = selection.get("Strategy")
        settings["HighVarianceConfounds"] = any(name.startswith("high_variance_") for name in columns)
        # patterns are told by what they chose: those of the request count if they choose the same
        same = by_hand == _columns_chosen(run, self.settings["ConfoundColumns"])
        settings["ConfoundColumns"] = self.settings["ConfoundColumns"] if same else by_hand
        dropped = maps["EmptyMaps"] == "drop" and set(names) <= set(self.names or ())
        settings["MapNames"] = self.names if dropped else names
        settings["RepetitionTime"] = sidecar["RepetitionTime"]
        sources = {
            "run": sidecar["Sources"],
            "maps": maps["Sources"],
            "mask": _listed(maps.get("MaskSource")),
            "confounds": selection.get("Sources") or cleaning["ConfoundsSources"],
            "sample mask": _listed((selection or cleaning).get("SampleMaskSource")),
            "strategies": _listed(selection.get("StrategiesSource")),
        }
        asked = self._files(run, besides=False)
        inputs = {role: self._matched(sources[role], asked[role]) for role in sources}
        inputs["confounds"] += self._prints(_besides(run, self.parameters))
        return {"Run": run.run_file, "Settings": settings, "Inputs": inputs}

    def _matched(self, sources: list[dict], files: list[str]) -> list:
        """Names and fingerprints of sources; those of files of the request where the content is theirs."""
        from ..storage.checksums import sha256

        prints = {sha256(path): self._fingerprint(path) for path in files}
        return [[source["File"], prints.get(source["SHA256"], "")] for source in sources]

    def _files(self, run, besides: bool) -> dict[str, list]:
        """The files that a run's results are made from, by their roles."""
        from ..images.filenames import image_files

        images = image_files if besides else lambda path: [path]
        strategies, mask = self.parameters.get("strategies_file"), run.mask_file or self.mask
        tables = [*(run.confounds_files or ()), *(_besides(run, self.parameters) if besides else ())]
        return {
            "run": images(run.run_file),
            "maps": [file for path in self.maps for file in images(path)],
            "mask": images(mask) if mask else [],
            "confounds": tables,
            "sample mask": [run.sample_mask] if run.sample_mask else [],
            "strategies": [strategies] if strategies else [],
        }

    def _prints(self, paths) -> list[list[str]]:
        """Names and fingerprints of files."""
        return [[Path(path).name, self._fingerprint(path)] for path in paths]

    def _fingerprint(self, path) -> str:
        """Of a file; of one that all runs share once."""
        from ..storage.checksums import fingerprint

        if str(path) not in self._shared:
            return fingerprint(path)
        if self._shared[str(path)] is None:
            self._shared[str(path)] = fingerprint(path)
        return self._shared[str(path)]


def differences(there: dict, asked: dict) -> list[str]:
    """What differs between two records, each in a few words.

    Examples
    --------
    >>> there = {"Settings": {"SmoothingFWHM": 6.0}, "Inputs": {"confounds": [["c.tsv", "1"]]}}
    >>> asked = {"Settings": {"SmoothingFWHM": 4.0}, "Inputs": {"confounds": [["c.tsv", "2"]]}}
    >>> differences(there, asked)
    ['SmoothingFWHM: 6 there, 4 asked', 'confounds: c.tsv has another content']
    """
    told = []
    old, new = there.get("Settings", {}), asked["Settings"]
    for key in new:
        # a setting that an older version did not have was off
        if (old.get(key) or None) != (new[key] or None):
            told.append(f"{key}: {_shown(old.get(key))} there, {_shown(new[key])} asked")
    for role, files in asked.get("Inputs", {}).items():
        before = there.get("Inputs", {}).get(role, [])
        if [print_ for _, print_ in before] == [print_ for _, print_ in files]:
            continue
        names = [[name for name, _ in pairs] for pairs in (before, files)]
        if names[0] == names[1]:
            known = dict(before)
            changed = [name for name, print_ in files if known[name] != print_] or names[1]
            told.append(f"{role}: {', '.join(changed)} has another content")
        else:
            told.append(f"{role}: {_shown(names[0])} there, {_shown(names[1])} asked")
    return told


def is_record(content: dict) -> bool:
    """Whether a JSON object is a record as `Request.of` makes them."""
    inputs = content.get("Inputs")
    return (
        isinstance(content.get("Settings"), dict)
        and isinstance(inputs, dict)
        and all(isinstance(pairs, list) and all(map(_is_pair, pairs)) for pairs in inputs.values())
    )


def _is_pair(item) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)


def _settings(parameters: dict) -> dict:
    """Parameters, the default where one is not given, under the names and in the form of sidecars."""
    from ..bids.sidecars import option_entries

    parameters = {option.name: option.default for option in OPTIONS} | parameters
    return {key: _plain(value) for key, value in option_entries(parameters, OPTIONS).items()}


def _keys(part: str, node: str = "") -> list[str]:
    """What options of a part are called in sidecars."""
    return [option.key for option in options_of(part, node=node) if option.key]


def _plain(value):
    """As JSON would give it back."""
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def names_asked(maps, map_names) -> list[str] | None:
    """What the maps are called; None where the maps cannot be read, which their node says better.

    Raises
    ------
    click.UsageError
        If the names do not fit.
    """
    from ..bids.map_names import names_of_maps
    from ..images.volumes import Volumes

    try:
        n_maps = Volumes(list(maps), quiet=True).n_volumes
    except (OSError, ValueError):
        return None
    try:
        return names_of_maps(list(maps), n_maps, map_names)
    except (OSError, ValueError) as error:
        raise click.UsageError(str(error)) from error


def _columns_chosen(run, patterns: Sequence[str]) -> list[str] | None:
    """The columns that patterns, or none, choose from a run's tables; None where these cannot be read."""
    from ..bids.tables import read_header
    from ..confounds.columns import matching

    try:
        names = [name for table in run.confounds_files or () for name in read_header(table)[0]]
    except (OSError, ValueError):
        return None
    wanted = {name for pattern in patterns for name in matching(names, pattern)}
    return [name for name in names if name in wanted] if patterns else names


def _besides(run, parameters: dict) -> list[Path]:
    """The sidecars of tables, which say what CompCor's components are."""
    from ..bids.sidecars import sidecar_of

    if not parameters.get("confounds_strategy"):
        return []
    return [path for path in map(sidecar_of, run.confounds_files or ()) if path.exists()]


def _listed(source) -> list:
    return [source] if source else []


def _shown(value) -> str:
    if isinstance(value, list):
        text = ", ".join(map(_shown, value)) or "none"
    elif isinstance(value, bool) or value is None:
        text = {True: "yes", False: "no", None: "none"}[value]
    else:
        text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= MOST else f"{text[: MOST - 3]}..."
