"""Runs: images with a repetition time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ..images.filenames import short_name
from ..images.volumes import Volumes
from ..notes import note
from ..storage.paths import PathLike
from .missing_frames import MissingFrames, missing_frames
from .row_times import MICROSECONDS
from .timing import Timing, timing_of

#: Plausible repetition times in seconds; others are most often in milliseconds.
PLAUSIBLE = (0.05, 30.0)


class Run(Volumes):
    """A run: volumes with a repetition time.

    Parameters
    ----------
    paths : path-like, or sequence of path-likes
    t_r : float, optional
        Repetition time in seconds; overrides that of the files.
    quiet : bool
        As for `Volumes`.
    """

    def __init__(
        self, paths: PathLike | Sequence[PathLike], t_r: float | None = None, quiet: bool = False
    ) -> None:
        super().__init__(paths, quiet)
        if t_r is not None and not 0 < t_r < float("inf"):
            raise ValueError(f"t_r={t_r:g} is not a repetition time; pass t_r (--t-r) in seconds, above 0.")
        self._t_r = t_r

    @property
    def t_r(self) -> float | None:
        """Repetition time in seconds: as given, from the BIDS sidecars, or from the header.

        None if it is unknown, as from a header without a unit of time, and if the frames are not
        evenly spaced, whatever the header says: by a sidecar, or because some were removed before.

        Raises
        ------
        ValueError
            If sidecar and header differ.

        Warns
        -----
        UserWarning
            If the number is probably not in seconds.
        """
        return None if self.missing else self._step

    @cached_property
    def missing(self) -> MissingFrames | None:
        """Frames that were removed before, by the table of outliers beside the run; None without any."""
        return missing_frames(self.path, self.n_volumes) if len(self.paths) == 1 else None

    @property
    def uneven(self) -> Timing | None:
        """Times of frames that are not evenly spaced; None if they are, or if t_r was given.

        A given t_r is the time from frame to frame as they were acquired, so that frames that were
        removed since are missing nonetheless.
        """
        if self.missing:
            return self._without_missing(self.missing)
        timing = timing_of(self.path, self.n_volumes) if self._t_r is None else None
        return timing if timing is not None and timing.t_r is None else None

    def _without_missing(self, missing: MissingFrames) -> Timing | None:
        """Times of the frames that are left; None where they are not known."""
        if missing.kept is None:
            return None
        timing = timing_of(self.path, missing.n_rows) if self._t_r is None else None
        times = timing.times if timing is not None else None
        if times is None:
            if (step := self._step) is None:
                return None
            times = [round(frame * step, MICROSECONDS) for frame in range(missing.n_rows)]
        return Timing(None, "outliers", missing.table, False, [times[frame] for frame in missing.kept])

    @property
    def _step(self) -> float | None:
        """Time from frame to frame as they were acquired."""
        t_r, origin = self._t_r, "t_r (--t-r)"
        if t_r is None:
            t_r, origin = self._t_r_of_files()
        elif (header := self._header_t_r()) is not None and not np.isclose(t_r, header, rtol=1e-3):
            self._note(
                f"{short_name(self.path)} has {header:g} s between frames by its header; t_r (--t-r) of "
                f"{t_r:g} s is taken."
            )
        if t_r is not None and not PLAUSIBLE[0] <= t_r <= PLAUSIBLE[1]:
            self._note(
                f"{self.name} has {t_r:g} s between frames, as {origin} says, which is not between "
                f"{PLAUSIBLE[0]:g} and {PLAUSIBLE[1]:g} s; check the unit, and pass t_r (--t-r) in seconds."
            )
        return t_r

    def _note(self, message: str) -> None:
        if not self._quiet:
            note(message, "RepetitionTime")

    def _t_r_of_files(self) -> tuple[float | None, str]:
        n_frames = self.missing.n_rows if self.missing else self.n_volumes
        header, timing = self._header_t_r(), timing_of(self.path, n_frames)
        if timing is None:
            return header, "the header"
        t_r = timing.t_r
        if header is not None and t_r is not None and not np.isclose(header, t_r, rtol=1e-3):
            raise ValueError(
                f"{self.name}: {timing}, but the header says {header:g} s between frames; pass t_r (--t-r) "
                "to say which is right."
            )
        return t_r, timing.origin

    def _header_t_r(self) -> float | None:
        zooms = self.header.get_zooms()
        seconds = self.units.seconds
        if len(zooms) < 4 or seconds is None or not 0 < zooms[3] < float("inf"):
            return None
        # the header's single precision turns 0.72 into 0.7200000286
        return float(np.format_float_positional(np.float32(zooms[3]))) * seconds
