"""The time between a run's frames, as JSON files say it: RepetitionTime or VolumeTiming of BIDS."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..numerics.steps import even_step
from ..storage.json_files import read_json
from ..storage.paths import PathLike
from .inheritance import sidecars_for
from .sidecars import sidecar_of


@dataclass(frozen=True)
class Timing:
    """What a JSON file says of a run's frames.

    Attributes
    ----------
    t_r : float or None
        Seconds from frame to frame; None where the frames are not evenly spaced.
    key : str
        RepetitionTime or VolumeTiming.
    file : pathlib.Path
    own : bool
        Whether that is the run's own sidecar.
    times : list of float or None
        The seconds at which frames begin, where they are not evenly spaced.
    """

    t_r: float | None
    key: str
    file: Path
    own: bool
    times: list[float] | None = None

    @property
    def origin(self) -> str:
        """Who says so."""
        return "the sidecar" if self.own else str(self.file)

    def __str__(self):
        what = f"{self.origin}'s {self.key}" if self.own else f"{self.key} of {self.file}"
        return f"{what} {'is' if self.key == 'RepetitionTime' else 'has steps of'} {self.t_r:g} s"


def timing_of(path, n_frames: int) -> Timing | None:
    """What the first of a run's JSON files says that says something; None where none does.

    Raises
    ------
    ValueError
        If it is no number of seconds, or not one for each frame, or contradicts itself.
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
                f"{file}: RepetitionTime and VolumeTiming contradict each other; leave one out, or pass t_r."
            )
        if t_r is not None:
            return Timing(t_r, "RepetitionTime", file, own)
        # means of decimal fractions have digits that nobody wrote
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


def repetition_time(sidecar) -> float | None:
    """The seconds that a sidecar gives as RepetitionTime; None without the file or the entry.

    Raises
    ------
    ValueError
        If it is no number of seconds; ``true`` and ``"2"`` are none.
    """
    return _repetition_time(sidecar, read_json(sidecar)) if sidecar.exists() else None


def _repetition_time(file, content: dict) -> float | None:
    t_r = content.get("RepetitionTime")
    if t_r is not None and not (_is_number(t_r) and 0 < t_r < 1e300):
        raise ValueError(f"{file}: RepetitionTime is {t_r!r}, not a number of seconds above 0.")
    return None if t_r is None else float(t_r)


def _volume_timing(file, content: dict, n_frames: int) -> list[float] | None:
    times = content.get("VolumeTiming")
    if times is None or n_frames < 2:  # of a single frame nothing is asked
        return None
    numbers = isinstance(times, list) and all(_is_number(time) and abs(time) < 1e300 for time in times)
    if not numbers or any(after <= before for before, after in itertools.pairwise(times)):
        raise ValueError(f"{file}: VolumeTiming is not a list of seconds, each later than the one before.")
    if len(times) != n_frames:
        raise ValueError(
            f"{file}: VolumeTiming has {len(times)} times, but the run has {n_frames} frames; correct it, or "
            "pass t_r."
        )
    return [float(time) for time in times]


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
