"""SelectConfounds: from the name of a strategy to columns and frames."""

from __future__ import annotations

from nipype.interfaces.base import (
    File,
    InputMultiObject,
    Str,
    TraitedSpec,
    Undefined,
    isdefined,
    traits,
)

from ..bids.provenance import source
from ..bids.sidecars import sidecar_of
from ..bids.signals import write_signals
from ..bids.tables import Table, read_table
from ..confounds.frames import read_sample_mask
from ..confounds.strategies import definition, read_strategies, redefined, select
from ..confounds.tables import require_rows
from ..images.volumes import Volumes
from ..notes import note
from ..numerics.frames import kept_frames
from ..storage.json_files import read_json, write_json
from .base import InputFile, MapsInputSpec, MapsInterface, SampleMask, algorithm, output_path


class SelectConfoundsInputSpec(MapsInputSpec):
    code_version = algorithm("3")
    in_file = InputMultiObject(
        InputFile(), mandatory=True, desc="the table of confounds as fMRIPrep writes it (.tsv), one"
    )
    in_json = InputFile(
        desc="the table's sidecar (default: beside it), which says what CompCor's components are"
    )
    strategy = Str(
        mandatory=True,
        desc="names of strategies joined by +, such as 24P+acompcor5+scrub; those of the package are in "
        "nipype_maps/confounds/strategies.json",
    )
    # not in the cache key: of the run its number of frames alone is asked for, and Clean asks again
    run_file = InputMultiObject(
        InputFile(), nohash=True, desc="the run; its frames are to be as many as the table's rows"
    )
    sample_mask = SampleMask(
        usedefault=True, desc="frames to choose from, as in Clean: indices, booleans, or a file of them"
    )
    strategies_file = InputFile(desc="JSON file of further strategies, written as those of the package")

    def implicit_inputs(self):
        """The table's sidecar, if none is given."""
        known = isdefined(self.in_file) and not isdefined(self.in_json)
        beside = [sidecar_of(self.in_file[0])] if known else []
        return [path for path in beside if path.exists()]


class SelectConfoundsOutputSpec(TraitedSpec):
    out_file = File(
        exists=True, desc="the chosen columns (.tsv), n/a as in the table; undefined if there are none"
    )
    sample_mask = traits.List(traits.Int(), desc="frames to keep")
    out_json = File(
        exists=True, desc="strategy and its definition, columns, frames kept, and frames censored by reason"
    )
    columns = traits.List(Str(), desc="names of the chosen columns")


class SelectConfounds(MapsInterface):
    """Resolve a denoising strategy to columns of a table of confounds and a sample mask.

    Frames that are not in a steady state, by the table's columns, are always censored.

    Examples
    --------
    >>> SelectConfounds(strategy="24P+gs").inputs.strategy
    '24P+gs'
    """

    input_spec = SelectConfoundsInputSpec
    output_spec = SelectConfoundsOutputSpec

    def _run(self, inputs, cwd, notes):
        if len(inputs.in_file) != 1:
            raise ValueError(
                f"strategy {inputs.strategy!r} selects from one table of confounds, not from "
                f"{len(inputs.in_file)}; give the one that the preprocessing wrote."
            )
        (in_file,) = inputs.in_file
        table = read_table(in_file)
        if inputs.run_file:
            require_rows(table, Volumes(inputs.run_file).n_volumes)
        beside = inputs.in_json or sidecar_of(in_file)
        metadata = read_json(beside) if inputs.in_json or beside.exists() else {}
        strategies = read_strategies(inputs.strategies_file)
        if names := redefined(inputs.strategy, inputs.strategies_file):
            note(
                f"{inputs.strategies_file} gives another meaning to {', '.join(names)}, which the package "
                "defines too; the file's is taken. Rename it in the file unless that is meant."
            )
        chosen = select(inputs.strategy, strategies, table, metadata, _kept(inputs.sample_mask, table))
        results = {"sample_mask": chosen.kept, "columns": chosen.columns, "out_file": Undefined}
        if chosen.columns:
            results["out_file"] = output_path(cwd, in_file, "_selected.tsv")
            values = table.values[:, [table.names.index(name) for name in chosen.columns]]
            write_signals(results["out_file"], chosen.columns, values)
        results["out_json"] = output_path(cwd, in_file, "_selected.json")
        description = {
            "Strategy": inputs.strategy,
            "Definition": definition(inputs.strategy, strategies),
            "Columns": chosen.columns,
            "FramesInRun": len(table.values),
            "FramesKept": len(chosen.kept),
            "FramesCensored": chosen.censored,
            "Sources": [source(in_file)],
        }
        if inputs.strategies_file:
            description["StrategiesSource"] = source(inputs.strategies_file)
        if isinstance(inputs.sample_mask, str):
            description["SampleMaskSource"] = source(inputs.sample_mask)
        description["Warnings"] = list(notes)
        write_json(results["out_json"], description)
        return results


def _kept(sample_mask, table: Table):
    """Frames that a sample mask leaves to choose from."""
    n_frames = len(table.values)
    if isinstance(sample_mask, str):
        sample_mask = read_sample_mask(sample_mask, n_frames)
    return kept_frames(sample_mask, n_frames)
