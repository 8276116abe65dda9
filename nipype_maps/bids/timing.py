"""The repetition time of a run by its JSON files: RepetitionTime or VolumeTiming of BIDS."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..numerics.steps import even_step
from ..storage.json_files import read_json
from ..storage.paths import PathLike
from .inheritance import sidecars_for
from .sidecars import sidecar_of


@dataclass(frozen=True)
class Timing:
    """The times of a run's frames by a JSON file.

    Attributes
    ----------
    t_r : float or None
        Seconds from frame to frame; None if the frames are not evenly spaced.
    key : str
        RepetitionTime or VolumeTiming.
    file : pathlib.Path
    own : bool
        Whether it is the run's own sidecar.
    times : list of float or None
        Onsets of the frames in seconds; None if they are evenly spaced.
    """

    t_r: float | None
    key: str
    file: Path
    own: bool
    times: list[float] | None = None

    @property
    def origin(self) -> str:
        """The file, for a message."""
        return "the sidecar" if self.own else str(self.file)

    def __str__(self) -> str:
        what = f"{self.origin}'s {self.key}" if self.own else f"{self.key} of {self.file}"
        return f"{what} {'is' if self.key == 'RepetitionTime' else 'has steps of'} {self.t_r:g} s"


def timing_of(path: PathLike, n_frames: int) -> Timing | None:
    """The times of a run's frames by the first of its JSON files that has them; None without any.

    Raises
    ------
    ValueError
        If an entry is no number of seconds, not one for each frame, or contradicts the other.
    """
    for file in sidecars_for(path):
        content = read_json(file)
        t_r = _repetition_time(file, content)
        times = _volume_timing(file, content, n_frames)
        if t_r is None and times is None:
            continue
        own = file == sidecar_of(os.path.abspath(path))
        if times is None:
            return Timing(t_r, "RepetitionTime", file, own)
        step = even_step(times)
        if t_r is not None and not (step is not None and np.isclose(t_r, step, rtol=1e-2)):
            raise ValueError(
                f"{file}: RepetitionTime and VolumeTiming contradict each other; leave one out, or pass t_r "
                "(--t-r)."
            )
        if t_r is not None:
            return Timing(t_r, "RepetitionTime", file, own)
        # rounded, since means of decimal fractions have spurious digits
        return Timing(
            None if step is None else round(step, 6),
            "VolumeTiming",
            file,
            own,
            times if step is None else None,
        )
    return None


def require_even_frames(run: str, uneven_by: PathLike | None) -> None:
    """Raise ValueError if a run is to be filtered in time, but its frames are not evenly spaced.

    Parameters
    ----------
    run : str
        For the message.
    uneven_by : path-like or None
        The file whose VolumeTiming is uneven; None if there is none.
    """
    if uneven_by is not None:
        raise ValueError(
            f"the frames of {run} are not evenly spaced, as VolumeTiming in {uneven_by} says, but low_pass "
            "(--low-pass) and high_pass (--high-pass) need a constant repetition time; leave them out, or "
            "pass t_r (--t-r)."
        )


def repetition_time(sidecar: Path) -> float | None:
    """The RepetitionTime of a sidecar in seconds; None without the file or the entry.

    Raises
    ------
    ValueError
        If it is no positive number; ``true`` and ``"2"`` are none.
    """
    return _repetition_time(sidecar, read_json(sidecar)) if sidecar.exists() else None


def _repetition_time(file: PathLike, content: Mapping[str, Any]) -> float | None:
    t_r = content.get("RepetitionTime")
    if t_r is not None and not (_is_number(t_r) and 0 < t_r < 1e300):
        raise ValueError(f"{file}: RepetitionTime is {t_r!r}, not a number of seconds above 0.")
    return None if t_r is None else float(t_r)


def _volume_timing(file: PathLike, content: Mapping[str, Any], n_frames: int) -> list[float] | None:
    times = content.get("VolumeTiming")
    if times is None or n_frames < 2:  # a single frame has no step
        return None
    numbers = isinstance(times, list) and all(_is_number(time) and abs(time) < 1e300 for time in times)
    if not numbers or any(after <= before for before, after in itertools.pairwise(times)):
        raise ValueError(f"{file}: VolumeTiming is not a list of seconds, each later than the one before.")
    if len(times) != n_frames:
        raise ValueError(
            f"{file}: VolumeTiming has {len(times)} times, but the run has {n_frames} frames; correct it, or "
            "pass t_r (--t-r)."
        )
    return [float(time) for time in times]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
