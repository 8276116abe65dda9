"""Results of other runs in a folder: they must be of the same maps, and in a data set should be alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..records.comparison import differences, is_record
from ..records.request import OWN_MASK, Request
from .folder import ResultFolder, read_object

if TYPE_CHECKING:
    from ...graphs import RunInputs


def require_same_maps(folder: ResultFolder, runs: Sequence[RunInputs], request: Request) -> None:
    """Raise click.UsageError if results of other runs in the same space are of other maps of the same name.

    The first such results stand for all, since all passed here.
    """
    from ...bids.spaces import full_space

    spaces = {full_space(run.name) for run in runs}
    for name in _others(folder, runs, request, is_dataset=False):
        if full_space(name) in spaces:
            record = read_object(folder.files(name)[2])
            _require_maps(folder, name, _differences(folder, name, record, request.shared_record()))
            return


def warnings_of_other_runs(folder: ResultFolder, runs: Sequence[RunInputs], request: Request) -> list[str]:
    """Warnings where results of the same atlas and desc from other runs have other settings or spaces.

    Raises
    ------
    click.UsageError
        If results of the same atlas in the same space are of other maps.
    """
    from ...bids.result_names import desc_of
    from ...bids.spaces import full_space

    descs, spaces = {desc_of(run.name) for run in runs}, {full_space(run.name) for run in runs}
    settings: dict[str, list[str]] = defaultdict(list)
    other_spaces: dict[str, str] = {}
    shared: dict[str, Any] | None = None
    for name in _others(folder, runs, request, is_dataset=True):
        shared = shared or request.shared_record()
        record = read_object(folder.files(name)[2])
        found = _differences(folder, name, record, shared)
        if full_space(name) in spaces:
            _require_maps(folder, name, found)
        found.pop("maps", None)  # an atlas has maps in each of its spaces
        if desc_of(name) not in descs:
            # a table of names is of all results of an atlas, but for those that have some of the maps alone
            found = {"MapNames": found["MapNames"]} if _renames(record, request) else {}
        else:
            found |= _differences_of_runs(record, runs, found.pop("mask", None))
            if full_space(name) not in spaces:
                other_spaces.setdefault(full_space(name), name)
        for key, words in found.items():
            settings[f"{key}: {words}"].append(name)
    return [
        f"{folder.out} contains results of {what}: {'; '.join(found)}."
        for what, found in (
            ("other runs with other settings", _with_example((k, v[0]) for k, v in settings.items())),
            ("runs in other spaces", _with_example(other_spaces.items())),
        )
        if found
    ]


def _differences(
    folder: ResultFolder, name: str, record: Mapping[str, Any], shared: Mapping[str, Any]
) -> dict[str, str]:
    """How results differ in what all runs of a call share; of such without a record, in their maps."""
    if is_record(record):
        return differences(record, shared)
    provenance = read_object(folder.files(name)[1]).get("Provenance")
    try:
        maps = [[source["File"], source["SHA256"]] for source in provenance["Maps"]]  # type: ignore[index]
    except (TypeError, KeyError):
        return {}
    asked = shared["Inputs"]["maps"]
    if {fingerprint for _, fingerprint in maps} <= {fingerprint for _, fingerprint in asked}:
        return {}
    return differences({"Inputs": {"maps": maps}}, {"Settings": {}, "Inputs": {"maps": asked}})


def _differences_of_runs(
    record: Mapping[str, Any], runs: Sequence[RunInputs], of_masks: str | None
) -> dict[str, str]:
    """How results differ in whose mask they have, and in what the runs were before.

    Parameters
    ----------
    record : mapping
    runs : sequence of RunInputs
    of_masks : str or None
        How the masks of all runs differ.
    """
    from ...bids.result_names import desc_of

    found = {}
    there, asked = bool(record.get(OWN_MASK)), any(run.mask_file for run in runs)
    if there != asked:
        words = {True: "of each run", False: "none, or of all runs"}
        found["mask"] = f"{words[there]} there, {words[asked]} asked"
    elif of_masks and not asked:
        found["mask"] = of_masks
    now = {desc_of(str(run.first_file)) or "" for run in runs}
    if (run := record.get("Run")) and (before := desc_of(str(run)) or "") not in now:
        there_, *asked_ = (f"desc-{desc}" if desc else "no desc" for desc in (before, *sorted(now)))
        found["run"] = f"{there_} there, {', '.join(asked_)} asked"
    return found


def _others(
    folder: ResultFolder, runs: Sequence[RunInputs], request: Request, *, is_dataset: bool
) -> Iterator[str]:
    """The names of existing results, of this atlas, that are not of this call."""
    from ...bids.atlas import named_atlas

    own, label = {run.name for run in runs}, request.atlas.name.casefold()
    for name in sorted(folder.tables(is_dataset)):
        atlas = None if name in own else named_atlas(name)
        # in many file systems case makes no difference
        if atlas is not None and atlas.name.casefold() == label:
            yield name


def _require_maps(folder: ResultFolder, name: str, found: dict[str, str]) -> None:
    """Raise click.UsageError if results differ in their maps."""
    if "maps" in found:
        raise click.UsageError(
            f"{folder.out} contains results of other maps under the same name, such as {name} (maps: "
            f"{found['maps']}). Give these maps a name of their own (--atlas), or choose another folder."
        )


def _renames(record: Mapping[str, Any], request: Request) -> bool:
    """Whether as many maps have other names."""
    before, now = record.get("Settings", {}).get("MapNames") or [], request.settings.get("MapNames") or []
    return before != now and len(before) == len(now)


def _with_example(found: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{what} (such as {name})" for what, name in found]
