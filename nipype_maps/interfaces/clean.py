"""Clean: everything that happens to signals along time."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from nipype.interfaces.base import File, InputMultiObject, Str, TraitedSpec, traits

from ..bids.names import mismatch
from ..bids.provenance import source, sources, versions
from ..bids.signals import read_signals, write_signals
from ..bids.tables import Table
from ..confounds.frames import read_labels, read_sample_mask
from ..confounds.tables import read_confounds
from ..images.filenames import short_name
from ..notes import note
from ..numerics.clean import Cleaning, clean
from ..numerics.frames import kept_frames
from ..storage.json_files import read_json, write_json
from .base import InputFile, MapsInputSpec, MapsInterface, SampleMask, algorithm, number_or_none, output_path

#: More columns than these are rarely meant to be regressed out together: tables of fMRIPrep have hundreds.
MANY = 50


class CleanInputSpec(MapsInputSpec):
    code_version = algorithm("4")
    in_file = InputFile(mandatory=True, desc="signals (.tsv): a header, a row per frame")
    in_json = InputFile(desc="sidecar of the signals, which the new one extends")
    sample_mask = SampleMask(
        usedefault=True,
        desc="frames to keep: indices, or one boolean per frame; a list, or a .npy, .txt or .tsv file",
    )
    runs = traits.Either(
        None,
        InputFile(),
        traits.List(traits.Either(traits.Int(), Str())),
        usedefault=True,
        desc="run that each frame belongs to, where several were concatenated: a list of labels, or "
        "a text file with one a line; every option acts within each run",
    )
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
        desc="confounds that were chosen already, taken whole: what SelectConfounds writes"
    )
    confounds_source = InputMultiObject(
        Str(), nohash=True, desc="the table that selected_confounds come from, its name in messages"
    )
    confounds_json = InputFile(desc="how the confounds were chosen, recorded: what SelectConfounds writes")
    extra_confounds = InputFile(
        desc="one more table of confounds, taken whole: what HighVarianceConfounds writes"
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
    out_json = File(exists=True, desc="what was done, frames kept, degrees of freedom left")
    degrees_of_freedom = traits.List(
        traits.Int(),
        desc="per run: frames kept, less what was regressed out and the frequencies that the filter removes",
    )
    degrees_of_freedom_before_filter = traits.List(
        traits.Int(), desc="per run: frames kept, less what was regressed out"
    )


class Clean(MapsInterface):
    """Censor, detrend, filter, regress out confounds and standardise, in this order.

    The order and meaning of every step are those of nilearn; see
    `nipype_maps.numerics.clean.clean`.
    """

    input_spec = CleanInputSpec
    output_spec = CleanOutputSpec

    def _run(self, inputs, cwd, notes):
        table = read_signals(inputs.in_file)
        n_frames = len(table.values)
        selection = read_json(inputs.confounds_json) if inputs.confounds_json else {}
        _require_same_run(selection, n_frames)
        mask = inputs.sample_mask
        mask_source = mask if isinstance(mask, str) else None
        kept = kept_frames(read_sample_mask(mask, n_frames) if mask_source else mask, n_frames)
        _warn_of_blank_frames(table.values, kept)
        tables = inputs.confounds_files or [source["File"] for source in selection.get("Sources", ())]
        for other in [*tables, *([mask_source] if mask_source else [])]:
            if sentence := mismatch(inputs.in_file.removesuffix("_signals.tsv"), other):
                note(f"{sentence}.")
        confounds, filled = _confounds(inputs, n_frames, kept)
        if filled:
            more = f" and {len(filled) - 3} more" if len(filled) > 3 else ""
            note(
                f"confounds without a number in the first frames take their first number there: "
                f"{', '.join(filled[:3])}{more}."
            )
        options = Cleaning(
            detrend=inputs.detrend,
            filter=inputs.filter,
            low_pass=inputs.low_pass,
            high_pass=inputs.high_pass,
            t_r=inputs.t_r,
            standardize=inputs.standardize,
            standardize_confounds=inputs.standardize_confounds,
            extrapolate=inputs.extrapolate,
        )
        sidecar = read_json(inputs.in_json) if inputs.in_json else {"Versions": versions()}
        _require_even_frames(options, sidecar)
        runs = read_labels(inputs.runs, n_frames) if isinstance(inputs.runs, str) else inputs.runs
        cleaned = clean(table.values, confounds.values, kept, runs, options)

        out_file = output_path(cwd, inputs.in_file, "_clean.tsv")
        out_json = output_path(cwd, inputs.in_file, "_clean.json")
        write_signals(out_file, table.names, _rounded(cleaned.signals, _dtype(inputs.dtype)))
        earlier = [*sidecar.pop("Warnings", []), *selection.pop("Warnings", [])]
        sidecar |= {
            "RepetitionTime": inputs.t_r or sidecar.get("RepetitionTime"),
            "FramesInRun": n_frames,
            "FramesKept": "all" if kept.size == n_frames else cleaned.kept.tolist(),
            "DegreesOfFreedom": _one_or_all(cleaned.degrees_of_freedom),
            "DegreesOfFreedomBeforeFilter": _one_or_all(cleaned.degrees_of_freedom_before_filter),
            "Cleaning": _description(inputs, confounds, filled, mask_source, selection),
            "Warnings": list(dict.fromkeys([*earlier, *notes])),
        }
        write_json(out_json, sidecar)
        return {
            "out_file": out_file,
            "out_json": out_json,
            "degrees_of_freedom": cleaned.degrees_of_freedom,
            "degrees_of_freedom_before_filter": cleaned.degrees_of_freedom_before_filter,
        }


def _require_same_run(selection: dict, n_frames: int) -> None:
    """Raise ValueError if confounds were selected from a table of another number of rows."""
    n_rows = selection.get("FramesInRun", n_frames)
    if n_rows != n_frames:
        name = (
            ", ".join(origin["File"] for origin in selection.get("Sources", [])) or "the table of confounds"
        )
        raise ValueError(
            f"{name} has {n_rows} rows, but the run has {n_frames} frames; give the confounds of this run."
        )


def _warn_of_blank_frames(signals, kept) -> None:
    """Warn of frames of zeros, as a scan that was broken off or a volume that was lost leaves them."""
    blank = kept[(np.nan_to_num(signals[kept]) == 0).all(axis=1)]
    if blank.size:
        note(
            f"{blank.size} of {kept.size} frames are zero wherever the maps are (the first is frame "
            f"{blank[0]}, counted from 0); censor them, or cut them off."
        )


def _require_even_frames(options: Cleaning, sidecar: dict) -> None:
    """Raise ValueError if a filter needs the time between frames, and it is not always the same."""
    if "VolumeTiming" in sidecar and options.t_r is None and (options.butterworth or options.cosine):
        raise ValueError(
            "the frames are not evenly spaced, as VolumeTiming in the run's sidecar says, but low_pass and "
            "high_pass need one time between frames; leave them out, or pass t_r."
        )


def _confounds(inputs, n_frames, kept) -> tuple[Table, list[str]]:
    """All confounds in one table, and the columns that were filled at their start."""
    files, columns = inputs.confounds_files or [], inputs.confound_columns or []
    if columns and not files:
        raise ValueError("confound_columns names columns, but confounds_files gives no table.")
    # without centring, a constant takes the mean out
    constants = not (inputs.standardize_confounds or inputs.detrend)
    tables = [read_confounds(files, columns, n_frames, kept, constants)] if files else []
    if files and not columns and (n_columns := len(tables[0][0].names)) > MANY:
        note(
            f"all {n_columns} columns of {short_name(files[0])} are regressed out; choose some of them "
            "(confound_columns, confounds_strategy) unless that is meant."
        )
    if inputs.selected_confounds:
        own = [inputs.selected_confounds]
        origin = ", ".join(inputs.confounds_source or own)
        read = functools.partial(_read_as, origin)
        tables.append(read_confounds(own, [], n_frames, kept, constants, read=read))
    if inputs.extra_confounds:
        read = functools.partial(_read_as, "the run's confounds of high variance")
        tables.append(read_confounds([inputs.extra_confounds], [], n_frames, kept, read=read))
    names = [name for table, _ in tables for name in table.names]
    values = np.hstack([np.zeros((n_frames, 0)), *(table.values for table, _ in tables)])
    return Table(names, values), [name for _, filled in tables for name in filled]


def _read_as(name: str, path) -> Table:
    """A table of this package's own, under the name of the one that it was taken from."""
    return dataclasses.replace(read_signals(path), source=name)


def _description(inputs, confounds, filled, mask_source, selection) -> dict:
    """The options, columns and files, for the sidecar."""
    filtering = not (inputs.low_pass is None and inputs.high_pass is None)
    description = {
        "Detrend": inputs.detrend,
        "Filter": inputs.filter if filtering else None,
        "LowPass": inputs.low_pass,
        "HighPass": inputs.high_pass,
        "Extrapolate": inputs.extrapolate,
        "Standardize": inputs.standardize or False,
        "StandardizeConfounds": inputs.standardize_confounds,
        "DType": np.dtype(_dtype(inputs.dtype)).name,
        "ConfoundColumns": confounds.names,
        "ConfoundsFilledAtStart": filled,
        "ConfoundsSources": sources(inputs.confounds_files or []),
    }
    if selection:
        description["ConfoundsSelection"] = selection
    if mask_source:
        description["SampleMaskSource"] = source(mask_source)
    return description


def _dtype(name) -> str:
    return {None: "float64", "auto": "float32"}.get(name, name)


def _rounded(signals: np.ndarray, dtype: str) -> np.ndarray:
    """Signals in a precision that holds all of them; ValueError if one would become infinite, or 0."""
    largest = np.nanmax(np.abs(signals), initial=0)
    if largest > np.finfo(dtype).max:
        raise ValueError(
            f"the signals go up to {largest:g}, and dtype {dtype} to {np.finfo(dtype).max:g}; choose another "
            "dtype, or standardize."
        )
    sizes = np.nanmax(np.abs(signals), axis=0, initial=0)
    if ((sizes > 0) & (sizes < np.finfo(dtype).tiny / np.finfo(dtype).eps)).any():
        raise ValueError(
            f"signals of at most {sizes[sizes > 0].min():g} lose digits in dtype {dtype}; choose another "
            "dtype, or standardize."
        )
    return signals.astype(dtype)


def _one_or_all(values: list[int]):
    return values[0] if len(values) == 1 else values
