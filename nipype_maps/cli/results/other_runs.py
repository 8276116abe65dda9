"""Results of other runs in a folder: they must be of the same maps, and in a data set should be alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..records.comparison import differences, is_record
from ..records.request import Request
from .folder import ResultFolder, read_object

if TYPE_CHECKING:
    from ...graphs import RunInputs


def require_same_maps(folder: ResultFolder, runs: Sequence[RunInputs], request: Request) -> None:
    """Raise click.UsageError if results of other runs in the same space are of other maps of the same name.

    The first such results stand for all, since all passed here.
    """
    from ...bids.spaces import full_space

    spaces = {full_space(run.name) for run in runs}
    for name in _others(folder, runs, request):
        if full_space(name) not in spaces:
            continue
        record = read_object(folder.files(name)[2])
        if is_record(record):
            _require_maps(folder, name, differences(record, request.shared_record()))
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
    for name in _others(folder, runs, request):
        record = read_object(folder.files(name)[2])
        if not is_record(record):
            continue
        shared = shared or request.shared_record()
        found = differences(record, shared)
        if full_space(name) in spaces:
            _require_maps(folder, name, found)
        found.pop("maps", None)  # an atlas has maps in each of its spaces
        if desc_of(name) not in descs:
            continue
        for key, words in found.items():
            settings[f"{key}: {words}"].append(name)
        if full_space(name) not in spaces:
            other_spaces.setdefault(full_space(name), name)
    return [
        f"{folder.out} contains results of {what}: {'; '.join(found)}."
        for what, found in (
            ("other runs with other settings", _with_example((k, v[0]) for k, v in settings.items())),
            ("runs in other spaces", _with_example(other_spaces.items())),
        )
        if found
    ]


def _others(folder: ResultFolder, runs: Sequence[RunInputs], request: Request) -> Iterator[str]:
    """The names of existing results, of this atlas, that are not of this call."""
    from ...bids.atlas import named_atlas

    own, label = {run.name for run in runs}, request.atlas.name.casefold()
    for name in folder.recorded():
        atlas = None if name in own else named_atlas(name)
        # in many file systems case makes no difference
        if atlas is not None and atlas.name.casefold() == label and folder.has(name):
            yield name


def _require_maps(folder: ResultFolder, name: str, found: dict[str, str]) -> None:
    """Raise click.UsageError if results differ in their maps."""
    if "maps" in found:
        raise click.UsageError(
            f"{folder.out} contains results of other maps under the same name, such as {name} (maps: "
            f"{found['maps']}). Give these maps a name of their own (--atlas), or choose another "
            f"{folder.called}."
        )


def _with_example(found: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{what} (such as {name})" for what, name in found]
