"""SelectConfounds: the columns and frames that a denoising strategy selects."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from nipype.interfaces.base import (
    File,
    InputMultiObject,
    Str,
    TraitedSpec,
    Undefined,
    isdefined,
    traits,
)

from ..bids.provenance import sources
from ..bids.sidecar_parts import merged, section, warning_entries
from ..bids.sidecars import sidecar_of
from ..bids.signals import write_signals
from ..bids.tables import read_table
from ..confounds.frames import loaded_acquisitions, loaded_sample_mask
from ..confounds.selection import Selection, select
from ..confounds.strategies import Strategies, definition, read_strategies, redefined
from ..confounds.tables import require_rows
from ..images.volumes import Volumes
from ..notes import Note, note
from ..numerics.frames import kept_frames
from ..storage.json_files import read_json, write_json
from .base import InputFile, MapsInputSpec, MapsInterface, SampleMask, algorithm, output_path, run_labels
from .errors import naming


class SelectConfoundsInputSpec(MapsInputSpec):
    code_version = algorithm("5")
    in_file = InputMultiObject(
        InputFile(), mandatory=True, desc="the table of confounds as fMRIPrep writes it (.tsv), one"
    )
    in_json = InputFile(desc="the table's sidecar (default: beside it), which describes CompCor's components")
    strategy = Str(
        mandatory=True,
        desc="names of strategies merged by +, such as 24P+acompcor5+scrub; those of the package are in "
        "nipype_maps/confounds/strategies.json",
    )
    # not in the cache key: only its number of frames is checked, and Clean checks that too
    run_file = InputMultiObject(
        InputFile(), nohash=True, desc="the run; it must have as many frames as the table has rows"
    )
    sample_mask = SampleMask(
        usedefault=True, desc="frames to choose from, as for Clean: indices, booleans, or a file of them"
    )
    runs = run_labels()
    strategies_file = InputFile(desc="JSON file of further strategies, in the form of those of the package")

    def implicit_inputs(self) -> list[Path]:
        """The table's sidecar, if none is given."""
        known = isdefined(self.in_file) and not isdefined(self.in_json)
        beside = [sidecar_of(self.in_file[0])] if known else []
        return [path for path in beside if path.exists()]


class SelectConfoundsOutputSpec(TraitedSpec):
    out_file = File(
        exists=True, desc="the selected columns (.tsv), n/a as in the table; undefined if there are none"
    )
    sample_mask = traits.List(traits.Int(), desc="frames to keep")
    out_json = File(
        exists=True, desc="strategy and its definition, columns, frames kept, and frames censored by reason"
    )
    columns = traits.List(Str(), desc="names of the selected columns")


class SelectConfounds(MapsInterface):
    """Apply a denoising strategy to a table of confounds: columns to regress out, frames to keep.

    Frames before the steady state, by the table's columns, are always censored.

    Examples
    --------
    >>> SelectConfounds(strategy="24P+gs").inputs.strategy
    '24P+gs'
    """

    input_spec = SelectConfoundsInputSpec
    output_spec = SelectConfoundsOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, object]:
        if len(inputs.in_file) != 1:
            raise ValueError(
                f"strategy {inputs.strategy!r} selects from one table of confounds, not from "
                f"{len(inputs.in_file)}; give the one that the preprocessing wrote."
            )
        (in_file,) = inputs.in_file
        table = read_table(in_file)
        if inputs.run_file:
            require_rows(table.source, len(table.values), Volumes(inputs.run_file).n_volumes)
        beside = inputs.in_json or sidecar_of(in_file)
        metadata = read_json(beside) if inputs.in_json or beside.exists() else {}
        strategies = read_strategies(inputs.strategies_file)
        if names := redefined(inputs.strategy, inputs.strategies_file):
            note(
                f"{inputs.strategies_file} gives another meaning to {', '.join(names)}, which the package "
                "defines too; the file's is taken. Rename it in the file unless that is meant.",
                "RedefinedStrategy",
            )
        mask = loaded_sample_mask(inputs.sample_mask, len(table.values))
        with naming(in_file):
            kept = kept_frames(mask, len(table.values))
            acquisitions = loaded_acquisitions(inputs.runs, len(table.values))
        selected = select(inputs.strategy, strategies, table, metadata, kept, acquisitions)

        out_file, out_json = Undefined, output_path(cwd, in_file, "_selected.json")
        if selected.columns:
            out_file = output_path(cwd, in_file, "_selected.tsv")
            values = table.values[:, [table.names.index(name) for name in selected.columns]]
            write_signals(out_file, selected.columns, values)
        entries = _entries(inputs, selected, strategies, len(table.values))
        write_json(out_json, merged(entries, warning_entries(notes)))
        return {
            "out_file": out_file,
            "out_json": out_json,
            "sample_mask": selected.kept,
            "columns": selected.columns,
        }


def _entries(
    inputs: SimpleNamespace, selected: Selection, strategies: Strategies, n_frames: int
) -> dict[str, object]:
    """The strategy and what it selected: a part of the sidecar of the signals."""
    files = {"Confounds": sources(inputs.in_file)}
    if isinstance(inputs.sample_mask, str):
        files["SampleMask"] = sources([inputs.sample_mask])
    if inputs.strategies_file:
        files["Strategies"] = sources([inputs.strategies_file])
    selection = {
        "StrategyDefinition": definition(inputs.strategy, strategies),
        "ConfoundColumns": selected.columns,
    }
    return section("", {
        "ConfoundsStrategy": inputs.strategy,
        "FramesInRun": n_frames,
        "NumberOfFramesKept": len(selected.kept),
        "FramesCensored": selected.censored,
        "Cleaning": section("Cleaning", selection),
        "Provenance": section("Provenance", files),
    })  # fmt: skip
