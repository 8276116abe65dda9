"""Runs: images whose volumes have a time between them."""

from __future__ import annotations

import numpy as np

from .sidecars import read_json, sidecar_of
from .volumes import Volumes

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
        """Seconds from frame to frame: as given, from the BIDS sidecar, or from the header.

        None where nothing says so: a header without a time unit does not.

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
                f"{self.path.name} has {header:g} s between frames by its header; t_r={t_r:g} s is taken."
            )
        if t_r is not None and not PLAUSIBLE[0] <= t_r <= PLAUSIBLE[1]:
            self._warn(
                f"{self.name} has {t_r:g} s between frames, as {origin} says, which is not between "
                f"{PLAUSIBLE[0]:g} and {PLAUSIBLE[1]:g} s; check the unit, and pass t_r in seconds."
            )
        return t_r

    def _t_r_of_files(self) -> tuple[float | None, str]:
        header, sidecar = self._header_t_r(), repetition_time(sidecar_of(self.path))
        if header is not None and sidecar is not None and not np.isclose(header, sidecar, rtol=1e-3):
            raise ValueError(
                f"{self.name}: the sidecar's RepetitionTime is {sidecar:g} s, but the header says "
                f"{header:g} s between frames; pass t_r to say which is right."
            )
        return (header, "the header") if sidecar is None else (sidecar, "the sidecar")

    def _header_t_r(self) -> float | None:
        zooms = self.header.get_zooms()
        seconds = self.units.seconds
        if len(zooms) < 4 or seconds is None or not 0 < zooms[3] < float("inf"):
            return None
        # the header's single precision turns 0.72 into 0.7200000286
        return float(np.format_float_positional(np.float32(zooms[3]))) * seconds


def repetition_time(sidecar) -> float | None:
    """The seconds that a sidecar gives as RepetitionTime; None without the file or the entry.

    Raises
    ------
    ValueError
        If it is no number of seconds; ``true`` and ``"2"`` are none.
    """
    if not sidecar.exists():
        return None
    t_r = read_json(sidecar).get("RepetitionTime")
    is_number = isinstance(t_r, (int, float)) and not isinstance(t_r, bool)
    if t_r is not None and not (is_number and 0 < t_r < 1e300):
        raise ValueError(f"{sidecar}: RepetitionTime is {t_r!r}, not a number of seconds above 0.")
    return None if t_r is None else float(t_r)
