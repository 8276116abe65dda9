"""Degrees of freedom: how many a run has, what they are spent on, and how many are left."""

from __future__ import annotations

from dataclasses import dataclass

from ..notes import note
from .cleaning import Cleaning
from .filters import frequencies_removed

#: Fewer degrees of freedom than this are warned of: a correlation of n independent samples has a
#: standard error of about 1 / sqrt(n), which is 0.22 here, as large as most correlations between networks.
FEW = 20


@dataclass(frozen=True)
class Spent:
    """The degrees of freedom of a run, and what they were spent on.

    Attributes
    ----------
    frames : int
        Kept frames of the run.
    confounds, trend, filter : int
        Spent on confounds, on mean and linear trend, and on frequencies filtered out.
    keeps_mean : bool
        Whether one of those that are left is the mean.
    """

    frames: int
    confounds: int
    trend: int
    filter: int
    keeps_mean: bool

    def left(self, where: str) -> int:
        """Degrees of freedom left; ValueError, naming the run, if there are none, or only the mean."""
        left = self.frames - self.confounds - self.trend - self.filter
        if left > self.keeps_mean or left == self.frames:
            return left
        words = [f"{self.confounds} confounds"]
        words += [("1 for the mean", "2 for mean and trend")[self.trend - 1]] * bool(self.trend)
        words += [f"{self.filter} for the frequencies filtered out"] * bool(self.filter)
        listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
        rest = f"leave {left}{' (the mean)' if left == 1 else ''}"
        remedy = f"use fewer confounds{', a wider band' * bool(self.filter)} or keep more frames"
        raise ValueError(
            f"no degrees of freedom are left{f' in {where}' if where else ''}: {self.frames} frames less "
            f"{listed} {rest}; {remedy}."
        )


def spent_on_filter(n_frames: int, n_kept: int, options: Cleaning) -> int:
    """Degrees of freedom that the Butterworth filter takes.

    Parameters
    ----------
    n_frames : int
        Frames that are filtered.
    n_kept : int
        Those of them that are not censored.
    options : Cleaning
    """
    if not options.butterworth or options.t_r is None:
        return 0
    slow, fast = frequencies_removed(n_frames, options.t_r, options.low_pass, options.high_pass)
    slow = max(slow - options.trend, 0)  # those are among the slow frequencies
    return round((slow + fast) * n_kept / n_frames)


def note_few(left: list[int], n_frames: list[int], names: list[str]) -> None:
    """Note runs with few degrees of freedom.

    Parameters
    ----------
    left : (R,) list of int
        Degrees of freedom left, per run.
    n_frames : (R,) list of int
        Frames per run, censored ones included.
    names : (R,) list of str
        What to call each run; empty if there is only one.
    """
    few = [
        f"{n_left} of {n} frames{f' in {name}' if name else ''}"
        for n_left, n, name in zip(left, n_frames, names, strict=True)
        if n_left < FEW and n_left < n
    ]
    if few:
        little = "are all 1 or -1" if min(left) == 1 else "say little"
        note(
            f"few degrees of freedom are left: {', '.join(few)}, fewer than {FEW}, so that correlations of "
            f"the signals {little}; use fewer confounds, a wider band or more frames.",
            "DegreesOfFreedom",
        )
