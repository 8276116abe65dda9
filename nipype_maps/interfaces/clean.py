"""Clean: censoring, detrending, filtering, confound regression and standardization of signals."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from nipype.interfaces.base import File, InputMultiObject, Str, TraitedSpec, traits

from ..bids.missing_frames import require_all_frames
from ..bids.pairing import mismatch
from ..bids.provenance import sources, versions
from ..bids.row_times import timing_entries
from ..bids.sidecar_parts import merged, section, warning_entries
from ..bids.sidecars import Sidecar, option_entries, require_current
from ..bids.signals import read_signals, write_signals
from ..bids.tables import Table
from ..bids.timing import require_even_frames
from ..confounds.frames import loaded_sample_mask, read_run_labels
from ..confounds.tables import joined, note_many_columns, read_confounds, require_selected_from
from ..notes import Note, listed, note
from ..numerics.clean import Cleaned, Cleaning, clean
from ..numerics.frames import acquisitions_of, kept_frames, note_blank_frames
from ..numerics.precision import dtype_of, rounded
from ..options import TRANSFORM, chosen, options_of
from ..storage.json_files import read_json, write_json
from ..storage.paths import PathLike
from .base import (
    InputFile,
    MapsInputSpec,
    MapsInterface,
    SampleMask,
    algorithm,
    number_or_none,
    output_path,
    run_labels,
)
from .errors import naming

OPTIONS = options_of(TRANSFORM, node="Clean")
#: Entries of an earlier sidecar that hold for its rows, and not for those that are kept.
TIMING = ("RepetitionTime", "SamplingFrequency", "StartTime", "VolumeTiming")


class CleanInputSpec(MapsInputSpec):
    code_version = algorithm("7")
    in_file = InputFile(mandatory=True, desc="signals (.tsv): a header, a row per frame")
    in_json = InputFile(desc="sidecar of the signals, which the new one extends")
    sample_mask = SampleMask(
        usedefault=True,
        desc="frames to keep: indices, or one boolean per frame; a list, or a .npy, .txt or .tsv file",
    )
    runs = run_labels()
    detrend = traits.Bool(
        False, usedefault=True, desc="remove mean and linear trend from signals and confounds"
    )
    filter = traits.Enum(
        "butterworth",
        "cosine",
        None,
        usedefault=True,
        desc="how frequencies are removed: butterworth (order 5, zero phase), or cosine, which regresses out "
        "slow drift (high_pass alone)",
    )
    low_pass = number_or_none(desc="remove frequencies above this one (Hz)")
    high_pass = number_or_none(desc="remove frequencies below this one (Hz)")
    extrapolate = traits.Bool(
        False,
        usedefault=True,
        desc="extrapolate censored frames at the ends of the run for the Butterworth filter, instead of "
        "cutting them off",
    )
    t_r = number_or_none(desc="seconds from frame to frame; needed by the filters")
    confounds_files = InputMultiObject(
        InputFile(), desc="tables (TSV, CSV, white space, .npy) of one row per frame of the run"
    )
    confound_columns = InputMultiObject(
        Str(), desc="names or wildcard patterns of the confounds to regress out; default all"
    )
    selected_confounds = InputFile(
        desc="table of selected confounds, all of whose columns are taken: what SelectConfounds writes"
    )
    confounds_source = InputMultiObject(
        Str(), nohash=True, desc="the table that selected_confounds come from, for messages"
    )
    confounds_json = InputFile(
        desc="how confounds were selected, recorded in the sidecar: what SelectConfounds writes"
    )
    extra_confounds = InputFile(
        desc="another table of confounds, all of whose columns are taken: what HighVarianceConfounds writes"
    )
    standardize_confounds = traits.Bool(
        True, usedefault=True, desc="give confounds zero mean and unit variance first"
    )
    standardize = traits.Enum(
        False,
        True,
        None,
        "zscore",
        "zscore_sample",
        "psc",
        usedefault=True,
        desc="scale of the signals: mean 0 and variance 1 (zscore: ddof=0; zscore_sample: ddof=1), or "
        "percent signal change (psc)",
    )
    dtype = traits.Enum(
        None,
        "auto",
        "float64",
        "float32",
        "float16",
        usedefault=True,
        desc="precision of the signals; None is float64, auto float32",
    )


class CleanOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="clean signals (.tsv): a row per kept frame")
    out_json = File(
        exists=True, desc="sidecar: what was done, frames kept, degrees of freedom left, warnings"
    )
    degrees_of_freedom = traits.List(
        traits.Int(),
        desc="per run: frames kept, less what was regressed out and the frequencies that the filter removes",
    )
    degrees_of_freedom_before_filter = traits.List(
        traits.Int(), desc="per run: frames kept, less what was regressed out"
    )


class Clean(MapsInterface):
    """Censor, detrend, filter, regress out confounds and standardize, in this order.

    The order and meaning of every step are those of nilearn; see
    `nipype_maps.numerics.clean.clean`.
    """

    input_spec = CleanInputSpec
    output_spec = CleanOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, object]:
        table = read_signals(inputs.in_file)
        n_frames = len(table.values)
        before: dict[str, Any] = read_json(inputs.in_json) if inputs.in_json else {"Versions": versions()}
        require_current(before, inputs.in_json)
        selection = read_json(inputs.confounds_json) if inputs.confounds_json else {}
        require_selected_from(selection, n_frames)
        options = _cleaning(inputs)
        _require_filterable(inputs, options, before)
        mask = loaded_sample_mask(inputs.sample_mask, n_frames)
        with naming(inputs.in_file):
            kept = kept_frames(mask, n_frames)
        note_blank_frames(table.values, kept)
        _note_mismatches(inputs, selection)
        labels = read_run_labels(inputs.runs, n_frames) if isinstance(inputs.runs, str) else inputs.runs
        with naming(inputs.in_file):
            acquisitions = acquisitions_of(labels, n_frames)
        confounds, filled = _confounds(inputs, n_frames, kept, acquisitions)
        with naming(inputs.in_file):
            cleaned = clean(table.values, confounds.values, kept, labels, options)
            signals = rounded(cleaned.signals, dtype_of(inputs.dtype))

        out_file = output_path(cwd, inputs.in_file, "_clean.tsv")
        out_json = output_path(cwd, inputs.in_file, "_clean.json")
        write_signals(out_file, table.names, signals)
        timing = _timing(before, inputs, cleaned.kept, len(acquisitions))
        own = _entries(inputs, cleaned, n_frames, confounds.names, filled)
        earlier = {key: value for key, value in before.items() if key not in TIMING}
        earlier.setdefault("ConfoundsStrategy", None)
        write_json(out_json, merged(earlier, selection, own, timing, warning_entries(notes)))
        return {
            "out_file": out_file,
            "out_json": out_json,
            "degrees_of_freedom": cleaned.degrees_of_freedom,
            "degrees_of_freedom_before_filter": cleaned.degrees_of_freedom_before_filter,
        }


def _require_filterable(inputs: SimpleNamespace, options: Cleaning, before: Mapping[str, Any]) -> None:
    """Raise ValueError if a filter is asked for of frames that are not evenly spaced."""
    if not (options.butterworth or options.cosine):
        return
    name = Path(inputs.in_file).name
    if "MissingFrames" in before.get("WarningKinds", ()):
        require_all_frames(f"the run of {name}", "frames that were removed before, as its sidecar says")
    if options.t_r is None:
        require_even_frames(name, "the run's sidecar" if "VolumeTiming" in before else None)


def _cleaning(inputs: SimpleNamespace) -> Cleaning:
    """The options of the numerics among the inputs."""
    options = chosen(vars(inputs), OPTIONS)
    del options["dtype"]  # of the table
    return Cleaning(t_r=inputs.t_r, **options)


def _confounds(
    inputs: SimpleNamespace, n_frames: int, kept: np.ndarray, acquisitions: list[np.ndarray]
) -> tuple[Table, list[str]]:
    """All confounds in one table, and the columns whose first rows were filled."""
    files, columns = inputs.confounds_files or [], inputs.confound_columns or []
    if columns and not files:
        raise ValueError(
            "confound_columns (--confound-columns) names columns, but confounds_files (--confounds) gives no "
            "table."
        )
    # without centring, a constant removes the mean
    constants = not (inputs.standardize_confounds or inputs.detrend)
    read = []
    if files:
        read.append(read_confounds(files, columns, n_frames, kept, constants, acquisitions=acquisitions))
        if not columns:
            note_many_columns(read[0][0], files)
    if inputs.selected_confounds:
        own = [inputs.selected_confounds]
        reader = functools.partial(_read_as, ", ".join(inputs.confounds_source or own))
        read.append(read_confounds(own, [], n_frames, kept, constants, reader, acquisitions))
    if inputs.extra_confounds:
        reader = functools.partial(_read_as, "the run's confounds of high variance")
        read.append(read_confounds([inputs.extra_confounds], [], n_frames, kept, False, reader, acquisitions))
    filled = [name for _, names in read for name in names]
    if filled:
        note(
            "confounds without a number in the first frames take their first number there: "
            f"{listed(filled, most=3)}.",
            "FilledConfounds",
        )
    return joined([table for table, _ in read], n_frames), filled


def _read_as(name: str, path: PathLike) -> Table:
    """A table that this package wrote, under the name of the one that it was selected from."""
    return dataclasses.replace(read_signals(path), source=name)


def _note_mismatches(inputs: SimpleNamespace, selection: Mapping[str, Any]) -> None:
    """Note tables and a file of frames that are of another run than the signals, by their names."""
    selected_from = selection.get("Provenance", {}).get("Confounds", ())
    files = [*(inputs.confounds_files or [origin["File"] for origin in selected_from])]
    files += [inputs.sample_mask] if isinstance(inputs.sample_mask, str) else []
    for file in files:
        if message := mismatch(inputs.in_file.removesuffix("_signals.tsv"), file):
            note(f"{message}.", "OtherRun")


def _timing(
    before: Mapping[str, Any], inputs: SimpleNamespace, kept: np.ndarray, n_acquisitions: int
) -> dict[str, object]:
    """The times of rows, for the sidecar; where t_r is given, frames are evenly spaced, unless some lack."""
    sidecar = Sidecar(before, inputs.in_json)
    lacks = "MissingFrames" in before.get("WarningKinds", ())
    t_r = None if lacks else inputs.t_r or sidecar.get("RepetitionTime", None)
    times = sidecar.get("VolumeTiming", None) if lacks or inputs.t_r is None else None
    start = sidecar.get("StartTime", None if lacks else 0.0)
    return timing_entries(kept, t_r, start, times, n_acquisitions)


def _entries(
    inputs: SimpleNamespace, cleaned: Cleaned, n_frames: int, columns: list[str], filled: list[str]
) -> dict[str, object]:
    """What was done, frames and degrees of freedom, for the sidecar."""
    cleaning = {
        **option_entries(vars(inputs), OPTIONS),
        "HighVarianceConfounds": bool(inputs.extra_confounds),
        "ConfoundColumns": columns,
        "ConfoundsFilledAtStart": filled,
    }
    files = {}
    if inputs.confounds_files:
        files["Confounds"] = sources(inputs.confounds_files)
    if isinstance(inputs.sample_mask, str):
        files["SampleMask"] = sources([inputs.sample_mask])
    if isinstance(inputs.runs, str):
        files["RunLabels"] = sources([inputs.runs])
    return section("", {
        "FramesInRun": n_frames,
        "NumberOfFramesKept": len(cleaned.kept),
        "DegreesOfFreedom": _one_or_all(cleaned.degrees_of_freedom),
        "DegreesOfFreedomBeforeFilter": _one_or_all(cleaned.degrees_of_freedom_before_filter),
        "Cleaning": section("Cleaning", cleaning),
        "FramesKept": cleaned.kept.tolist(),
        "Provenance": section("Provenance", files),
    })  # fmt: skip


def _one_or_all(values: list[int]) -> int | list[int]:
    return values[0] if len(values) == 1 else values
