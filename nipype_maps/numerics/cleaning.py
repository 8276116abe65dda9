"""The options of cleaning signals."""

from __future__ import annotations

from dataclasses import dataclass

from .filters import check_band


@dataclass(frozen=True)
class Cleaning:
    """The options of `clean`.

    Parameters
    ----------
    detrend : bool
        Remove mean and linear trend from signals and confounds.
    filter : {'butterworth', 'cosine', None}
        How ``low_pass`` and ``high_pass`` are applied; None does not allow them.
    low_pass, high_pass : float or None
        Cut-offs in Hz.
    t_r : float or None
        Repetition time in seconds; the filters need it.
    standardize : {False, None, True, 'zscore', 'zscore_sample', 'psc'}
        Nothing; zero mean and unit variance with ddof=0 (True, 'zscore') or ddof=1
        ('zscore_sample'); percent change from the mean before cleaning.
    standardize_confounds : bool
        Give confounds zero mean and unit variance before they are regressed out.
    extrapolate : bool
        With the Butterworth filter: extrapolate censored frames at the ends of the run
        for the filter, instead of cutting them off before it.
    """

    detrend: bool = False
    filter: str | None = "butterworth"
    low_pass: float | None = None
    high_pass: float | None = None
    t_r: float | None = None
    standardize: bool | str | None = False
    standardize_confounds: bool = True
    extrapolate: bool = False

    @property
    def butterworth(self) -> bool:
        """Whether there is a Butterworth filter to apply."""
        return self.filter == "butterworth" and not (self.low_pass is None and self.high_pass is None)

    @property
    def trend(self) -> int:
        """Degrees of freedom that mean and linear trend take: 0, 1 or 2."""
        return 2 if self.detrend else int(bool(self.standardize))

    @property
    def keeps_mean(self) -> bool:
        """Whether the signals keep their level, unless confounds remove it."""
        return not (self.trend or (self.butterworth and self.high_pass is not None))

    @property
    def centres_confounds(self) -> bool:
        """Whether the mean of each confound is removed; its variance has no influence on the signals."""
        return self.standardize_confounds

    @property
    def cosine(self) -> bool:
        """Whether there are cosine drift terms to regress out."""
        return self.filter == "cosine"

    def check(self) -> None:
        """Raise ValueError if the options contradict each other or lack the repetition time."""
        if self.t_r is not None and not self.t_r > 0:
            raise ValueError(f"t_r={self.t_r:g} is not a repetition time; give seconds above 0 (--t-r).")
        if self.cosine and self.high_pass is None:
            raise ValueError("filter='cosine' (--filter cosine) needs high_pass (--high-pass), in Hz.")
        if self.cosine and self.low_pass is not None:
            raise ValueError(
                "low_pass has no meaning with filter='cosine', which removes slow drift only; leave it out "
                "(--low-pass) or use filter='butterworth' (--filter butterworth)."
            )
        if not self.filter and not (self.low_pass is None and self.high_pass is None):
            raise ValueError(
                "low_pass (--low-pass) and high_pass (--high-pass) need a filter (--filter), 'butterworth' "
                "or 'cosine'."
            )
        if not (self.butterworth or self.cosine):
            return
        if self.t_r is None:
            raise ValueError(
                "low_pass and high_pass need t_r (--t-r), the repetition time in seconds, which neither a "
                "BIDS sidecar nor the run's header gives; pass it."
            )
        check_band(self.t_r, self.low_pass, self.high_pass)
