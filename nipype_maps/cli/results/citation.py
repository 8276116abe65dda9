"""``logs/CITATION.md`` and ``.bib``: how all signals in a folder were made, for a paper."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ...options import FIT, TRANSFORM, options_of
from ..messages import warn
from ..reports.confounds_in_words import kinds_of
from ..reports.methods import methods, settings_of
from ..reports.references import bibliography
from ..reports.runs_in_words import RunsOfParagraph, desc_of
from .folder import ResultFolder, read_object
from .source_tools import tools_of_runs
from .summary import removed_in

TITLE = "# Methods"
SIGNALS = "*_atlas-*_timeseries.tsv"
#: Files that some runs of a paragraph could have and others not.
ROLES = ("Mask", "SampleMask", "RunLabels")
#: Entries that the text needs beside the settings.
REQUIRED = (
    "FramesInRun", "NumberOfFramesKept", "DegreesOfFreedom", "RepetitionTime", "WarningKinds", "Maps.Names",
    "Maps.Grid.Shape", "Maps.Grid.Affine", "Maps.Coverage", "Cleaning.ConfoundColumns", "Provenance",
    "Provenance.Run", "Versions",
)  # fmt: skip
#: Tables that are named among those that cannot be described.
MOST_NAMED = 5


def write_citation(folder: ResultFolder) -> None:
    """Write both files anew, from the sidecars of all tables in the folder.

    Each atlas and ``desc`` has a section, each combination of settings in it a paragraph.  Without
    any tables, files of earlier calls are removed.  Where that fails, a warning is shown: the results
    are there.

    Parameters
    ----------
    folder : ResultFolder
    """
    from ...bids.provenance import versions
    from ...engine.execution import message_of
    from ...storage.atomic import replacing

    described, others = _sidecars(folder.out)
    tools, removed = tools_of_runs(folder, described), removed_in(folder)
    text = citation(described, versions()["nipype-maps"], others, tools, removed)
    contents = {"md": text, "bib": bibliography(text, versions()) if text else ""}
    for ending, content in contents.items():
        path = folder.logs / f"CITATION.{ending}"
        try:
            if not content:
                path.unlink(missing_ok=True)
            elif not path.is_file() or path.read_bytes() != content.encode():
                with replacing(path) as temporary:
                    temporary.write_text(content, encoding="utf-8")
        except OSError as error:
            warn([f"{path} is not up to date: {message_of(error, folder.logs)}"])


def citation(
    sidecars: Mapping[str, Mapping[str, Any]],
    version: str,
    others: Sequence[str] = (),
    tools: Mapping[str, tuple[str, ...]] | None = None,
    removed: Collection[str] = (),
) -> str:
    """The text of CITATION.md; empty without sidecars.

    Parameters
    ----------
    sidecars : mapping of str to dict
        By the names of their tables, which may begin with folders.
    version : str
        Of nipype-maps, which writes the text.
    others : sequence of str
        Tables that cannot be described.
    tools : mapping of str to tuple of str, optional
        What made the runs, by the names of tables.
    removed : collection of str
        Names of tables whose runs do not exist any more.
    """
    from ...bids.spaces import NOT_RESAMPLED, full_space

    if not sidecars:
        return ""
    tools = tools or {}
    sections: dict[str, dict[tuple[object, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in sorted(sidecars):
        settings = json.dumps(_of_all_runs(sidecars[name]), sort_keys=True)
        alike = (settings, full_space(name), desc_of(sidecars[name]), tools.get(name, ()))
        sections[section_of(PurePosixPath(name).name)][alike].append(name)
    lines = [
        TITLE, "",
        f"Written by nipype-maps {version} from the sidecars of the signals in this folder, for the methods "
        "section of a paper. Check it, and describe the preprocessing before it, as with the text that "
        "fMRIPrep writes. Keys in brackets are entries of CITATION.bib.", "",
    ]  # fmt: skip
    for section, groups in sorted(sections.items()):
        lines += [f"## {section}", ""]
        for names in groups.values():
            group, space = [sidecars[name] for name in names], full_space(names[0])
            runs = RunsOfParagraph(
                n_subjects=len(_labels(names, "sub")),
                space="" if space.startswith(NOT_RESAMPLED) else space,
                tasks=_labels(names, "task"),
                n_removed=len({*names} & {*removed}),
                tools=tools.get(names[0], ()),
            )
            lines += [methods(_label(section), group, runs), ""]
    if others:
        more = f", and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        lines += [
            "Not described, since their sidecars are missing, damaged or of another version: "
            f"{', '.join(f'`{name}`' for name in others[:MOST_NAMED])}{more}.", "",
        ]  # fmt: skip
    return "\n".join(lines)


def _labels(names: Sequence[str], entity: str) -> tuple[str, ...]:
    """The labels of an entity in names of results; none unless all have one."""
    from ...bids.entities import entities_of

    labels = [entities_of(name).get(entity, "") for name in names]
    return tuple(sorted(set(labels))) if all(labels) else ()


def section_of(name: str) -> str:
    """What results of all runs have in common in their names.

    Examples
    --------
    >>> section_of("sub-01_space-MNI_atlas-DiFuMo_scale-64_res-2_desc-denoised_timeseries")
    'atlas-DiFuMo_scale-64_desc-denoised'
    """
    from ...bids.atlas import named_atlas
    from ...bids.result_names import desc_of as desc_of_name

    atlas, desc = named_atlas(name), desc_of_name(name)
    return "_".join([*([atlas.name] if atlas else []), *([f"desc-{desc}"] if desc else [])])


def _label(section: str) -> str:
    """The label of the atlas of a section."""
    from ...bids.atlas import named_atlas

    atlas = named_atlas(section)
    return atlas.label if atlas else ""


def _of_all_runs(sidecar: Mapping[str, Any]) -> dict[str, Any]:
    """What runs of one paragraph have in common: settings, the strategy's meaning, maps, kinds of files."""
    files = sidecar["Provenance"]
    definition = sidecar["Cleaning"].get("StrategyDefinition")
    # components of aCompCor are more in some runs than in others
    kinds = sorted(kinds_of(sidecar["Cleaning"]["ConfoundColumns"])) if definition is None else None
    return {
        **settings_of(sidecar),
        "ConfoundColumns": kinds,
        "Definition": definition,
        "Maps": [file["SHA256"] for file in files.get("Maps", ())],
        "Roles": [role for role in ROLES if files.get(role)],
    }


def _sidecars(out: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The sidecars of this version's tables in a folder, by the names of these; and other tables' names."""
    from ...bids.participant_files import participant_files

    described, others = {}, []
    known: dict[tuple[object, ...], list[Any]] = {}
    for path in (*sorted(out.glob(SIGNALS)), *participant_files(out, SIGNALS)):
        content = read_object(path.with_suffix(".json"))
        if _is_complete(content):
            described[path.relative_to(out).with_suffix("").as_posix()] = _without_long_lists(content, known)
        else:
            others.append(path.stem)
    return described, others


def _without_long_lists(
    sidecar: dict[str, Any], known: dict[tuple[object, ...], list[Any]]
) -> dict[str, Any]:
    """A sidecar that thousands can be held of: without lists that are not told of, equal lists once.

    Parameters
    ----------
    sidecar : dict
        Changed in place.
    known : dict
        Lists of the sidecars before.
    """
    maps = sidecar["Maps"]
    for key in ("FramesKept", "VolumeTiming"):
        sidecar.pop(key, None)
    maps.pop("VarianceInflation", None)
    for key in ("Names", "FittedMaps", "Coverage"):  # of all runs on a grid
        if key in maps:
            maps[key] = known.setdefault(tuple(maps[key]), maps[key])
    return sidecar


def _is_complete(sidecar: Mapping[str, Any]) -> bool:
    """Whether a sidecar has what the text tells; those of earlier versions do not."""
    from ...bids.sidecars import Sidecar

    checked = Sidecar(sidecar, "")
    try:
        for path in REQUIRED:
            checked.get(path)
        for path in ("Maps.SignalCoverage", "FramesCensored"):
            checked.get(path, None)
    except ValueError:
        return False
    return settings_of(sidecar).keys() >= {option.key for option in options_of(FIT, TRANSFORM) if option.key}
