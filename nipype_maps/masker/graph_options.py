"""The parameters of NiftiMapsMasker, checked, and as options of the graphs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from ..options import BY_NAME, OPTIONS

FLOATS = ("float64", "float32", "float16")
#: keep_masked_maps, and the option for maps with no non-zero voxel after resampling and masking.
EMPTY_MAPS = {None: "nan", True: "zero", False: "drop"}


def graph_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `init_dataset_wf` that stand for a masker's parameters.

    Parameters
    ----------
    parameters : dict
        As ``masker.get_params()`` returns them: nilearn's names and forms of values.

    Returns
    -------
    dict
        Values by names of `nipype_maps.options`.

    Raises
    ------
    TypeError
        If a parameter has the wrong type.
    ValueError
        If a parameter has a value that is not allowed.

    Examples
    --------
    >>> from .masker import NiftiMapsMasker
    >>> options = graph_options(NiftiMapsMasker(keep_masked_maps=False, smoothing_fwhm=6).get_params())
    >>> options["empty_maps"], options["smoothing_fwhm"], options["filter"]
    ('drop', 6.0, 'butterworth')
    """
    given: dict[str, Any] = {
        name: bool(value) if isinstance(value, np.bool_) else value for name, value in parameters.items()
    }
    for option in OPTIONS:
        if option.name in given and option.is_switch:
            _require_switch(given, option.name)
    _require_switch(given, "reports")
    for name in ("memory_level", "verbose"):
        _require(given, name, isinstance(given[name], Integral), "a whole number")
    for name in ("low_pass", "high_pass", "t_r"):
        _require(given, name, given[name] is None or _is_number(given[name]), "a number or None")
        if given[name] is not None and not 0 < given[name] < float("inf"):
            raise ValueError(f"'{name}' must be a finite number above 0. Got: {given[name]!r}")
    kept = given["keep_masked_maps"]
    _require(given, "keep_masked_maps", kept is None or isinstance(kept, bool), "True, False or None")
    memory = getattr(given["memory"], "location", given["memory"])
    _require(
        given,
        "memory",
        memory is None or isinstance(memory, (str, os.PathLike)),
        "None, a path or a joblib.Memory",
    )
    clean_args = {} if given["clean_args"] is None else given["clean_args"]
    _require(given, "clean_args", isinstance(clean_args, dict), "a dict or None")
    for name in ("resampling_target", "standardize"):
        _require_one_of(name, given[name], BY_NAME[name].choices)
    if given["resampling_target"] == "mask" and given["mask_img"] is None:
        raise ValueError(
            "resampling_target has been set to 'mask' but no mask has been provided. Set resampling_target "
            "to something else or provide a mask."
        )
    # options that nilearn has under another name, or with values of another form
    return {option.name: given[option.name] for option in OPTIONS if option.name in given} | {
        "empty_maps": EMPTY_MAPS[kept],
        "smoothing_fwhm": _fwhm(given),
        "low_pass": _float(given["low_pass"]),
        "high_pass": _float(given["high_pass"]),
        "dtype": signals_dtype(given["dtype"]).name,
        **_cleaning(clean_args),
    }


def signals_dtype(dtype: Any) -> np.dtype:
    """The type of the signals.

    Parameters
    ----------
    dtype : None, 'auto' or float type
        None is float64, 'auto' float32.

    Raises
    ------
    TypeError
        If it is not a floating point type.

    Examples
    --------
    >>> signals_dtype("auto"), signals_dtype(np.float64)
    (dtype('float32'), dtype('float64'))
    """
    if dtype is None or (isinstance(dtype, str) and dtype == "auto"):
        return np.dtype("float64" if dtype is None else "float32")
    found = np.dtype(dtype).newbyteorder("=")
    if found.name not in FLOATS:
        raise TypeError(
            f"'dtype' cannot be {found.name}; signals are floating point numbers: choose one of "
            f"{', '.join(FLOATS)}, 'auto' (float32) or None (float64)."
        )
    return found


def _cleaning(clean_args: dict) -> dict[str, Any]:
    """The options that nilearn has in clean_args."""
    known = {"filter", "extrapolate", "ensure_finite"}
    if unknown := sorted(set(clean_args) - known):
        raise ValueError(
            f"clean_args: {unknown[0]!r} is not supported; filter, extrapolate and ensure_finite are."
        )
    _require_one_of(
        "filter (of clean_args)", clean_args.get("filter", "butterworth"), (*BY_NAME["filter"].choices, False)
    )
    extrapolate = clean_args.get("extrapolate", False)
    if not isinstance(extrapolate, (bool, np.bool_)):
        raise TypeError(f"'extrapolate' (of clean_args) must be True or False. Got: {extrapolate!r}")
    # signals of finite voxels are finite whatever ensure_finite says
    return {"filter": clean_args.get("filter", "butterworth") or None, "extrapolate": bool(extrapolate)}


def _fwhm(given: Mapping[str, Any]) -> float | list[float] | None:
    fwhm = given["smoothing_fwhm"]
    several = isinstance(fwhm, (Sequence, np.ndarray)) and not isinstance(fwhm, str)
    widths = list(fwhm) if several else [fwhm]
    fits = len(widths) == (3 if several else 1) and all(map(_is_number, widths))
    _require(given, "smoothing_fwhm", fwhm is None or fits, "a number in mm, three of them, or None")
    if fwhm is None:
        return None
    if not all(0 <= width < float("inf") for width in widths):
        raise ValueError(f"'smoothing_fwhm' must be finite and not below 0. Got: {fwhm!r}")
    return [float(width) for width in widths] if several else float(fwhm)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _float(value: Real | None) -> float | None:
    return None if value is None else float(value)


def _require_switch(given: Mapping[str, Any], name: str) -> None:
    _require(given, name, isinstance(given[name], bool), "True or False")


def _require(given: Mapping[str, Any], name: str, fits: bool, kinds: str) -> None:
    if not fits:
        value = given[name]
        shown = repr(value) if isinstance(value, (str, int, float, Path)) else type(value).__name__
        raise TypeError(f"'{name}' must be {kinds}. Got: {shown}")


def _require_one_of(name: str, value: object, allowed: tuple) -> None:
    if not any(value is choice or (isinstance(value, str) and value == choice) for choice in allowed):
        raise ValueError(f"'{name}' must be one of {allowed}. Got: {value!r}")
