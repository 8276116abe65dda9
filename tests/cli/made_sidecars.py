"""Sidecars without a run."""

from nipype_maps.bids.provenance import PACKAGES
from nipype_maps.bids.sidecars import option_entries
from nipype_maps.confounds.strategies import definition, read_strategies
from nipype_maps.options import FIT, OPTIONS, TRANSFORM, options_of

STRATEGIES = read_strategies()
#: Options of which each has an effect.
CHOSEN = {
    "resampling_target": "mask", "smoothing_fwhm": 6.0, "filter": "butterworth", "low_pass": 0.1,
    "high_pass": 0.01, "confounds_strategy": "6P+scrub", "standardize": "zscore",
}  # fmt: skip
GRID = {
    "Grid": {"Shape": [4, 5, 6], "Affine": [[-3, 0, 0, 9], [0, 3, 0, -9], [0, 0, 4, 0], [0, 0, 0, 1]]},
    "Coverage": [1.0, 0.75, "n/a"], "SignalCoverage": [0.5, 0.6, 0.7],
}  # fmt: skip


def sidecar(columns=None, kept=36, run="sub-01_desc-preproc_bold.nii.gz", **changes):
    """A sidecar as the graphs write it, as far as the text needs it."""
    values = {option.name: option.default for option in OPTIONS} | CHOSEN | changes
    strategy = values["confounds_strategy"]
    if columns is None:
        columns = list(values["confound_columns"])
        for entry in definition(strategy, STRATEGIES).values() if strategy else ():
            columns += entry.get("Columns", [])
        columns += [f"high_variance_{i}" for i in range(1, 6)] * values["high_variance_confounds"]
    source = [{"File": "atlas.nii.gz", "SHA256": "0"}]
    return {
        "FramesInRun": 40,
        "NumberOfFramesKept": kept,
        "DegreesOfFreedom": max(kept - len(columns), 1),
        "RepetitionTime": 2.0,
        "WarningKinds": [],
        **option_entries(values, options_of(TRANSFORM, node="Project")),
        "ConfoundsStrategy": strategy,
        "Maps": {**option_entries(values, options_of(FIT)), "Names": ["a", "b", "c"], **GRID},
        "Cleaning": {
            **option_entries(values, options_of(TRANSFORM, node="Clean")),
            "HighVarianceConfounds": values["high_variance_confounds"],
            "ConfoundColumns": columns,
            **({"StrategyDefinition": definition(strategy, STRATEGIES)} if strategy else {}),
        },
        **({"FramesCensored": {"non_steady_state": [0]} if kept < 40 else {}} if strategy else {}),
        "Provenance": {
            "Run": [{"File": run, "SHA256": "4"}],
            "Maps": source,
            "Mask": [{"File": "mask.nii.gz", "SHA256": "1"}],
        },
        "Versions": dict.fromkeys(PACKAGES, "1.2"),
    }
