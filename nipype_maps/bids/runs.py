"""Runs: images whose volumes have a time between them."""

from __future__ import annotations

import numpy as np

from ..images.filenames import short_name
from ..images.volumes import Volumes
from .timing import Timing, timing_of

#: Seconds from frame to frame that scanners take; others are most often milliseconds.
PLAUSIBLE = (0.05, 30.0)


class Run(Volumes):
    """A run: volumes with a time between them.

    Parameters
    ----------
    paths : path-like, or list of path-likes
    t_r : float, optional
        Seconds from frame to frame; overrides what the files say.
    quiet : bool
        As for `Volumes`.
    """

    def __init__(self, paths, t_r: float | None = None, quiet: bool = False):
        super().__init__(paths, quiet)
        if t_r is not None and not 0 < t_r < float("inf"):
            raise ValueError(f"t_r={t_r:g} is not a time between frames; give seconds above 0.")
        self._t_r = t_r

    @property
    def t_r(self) -> float | None:
        """Seconds from frame to frame: as given, from the BIDS sidecars, or from the header.

        None where nothing says so: a header without a time unit does not.  None too where a
        sidecar says that the frames are not evenly spaced, whatever the header says.

        Raises
        ------
        ValueError
            If sidecar and header disagree.

        Warns
        -----
        UserWarning
            If the number cannot be meant in seconds.
        """
        t_r, origin = self._t_r, "t_r"
        if t_r is None:
            t_r, origin = self._t_r_of_files()
        elif (header := self._header_t_r()) is not None and not np.isclose(t_r, header, rtol=1e-3):
            self._warn(
                f"{short_name(self.path)} has {header:g} s between frames by its header; t_r={t_r:g} s is "
                "taken."
            )
        if t_r is not None and not PLAUSIBLE[0] <= t_r <= PLAUSIBLE[1]:
            self._warn(
                f"{self.name} has {t_r:g} s between frames, as {origin} says, which is not between "
                f"{PLAUSIBLE[0]:g} and {PLAUSIBLE[1]:g} s; check the unit, and pass t_r in seconds."
            )
        return t_r

    @property
    def uneven(self) -> Timing | None:
        """What says that frames are not evenly spaced, where no t_r is given; None where they are."""
        timing = timing_of(self.path, self.n_volumes) if self._t_r is None else None
        return timing if timing is not None and timing.t_r is None else None

    def _t_r_of_files(self) -> tuple[float | None, str]:
        header, timing = self._header_t_r(), timing_of(self.path, self.n_volumes)
        if timing is None:
            return header, "the header"
        if None not in (header, timing.t_r) and not np.isclose(header, timing.t_r, rtol=1e-3):
            raise ValueError(
                f"{self.name}: {timing}, but the header says {header:g} s between frames; pass t_r to say "
                "which is right."
            )
        return timing.t_r, timing.origin

    def _header_t_r(self) -> float | None:
        zooms = self.header.get_zooms()
        seconds = self.units.seconds
        if len(zooms) < 4 or seconds is None or not 0 < zooms[3] < float("inf"):
            return None
        # the header's single precision turns 0.72 into 0.7200000286
        return float(np.format_float_positional(np.float32(zooms[3]))) * seconds
