"""The figures of a result that the summary of a data set has, by its sidecar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...bids.sidecars import Sidecar

#: Columns of the summary.
FIGURES = (
    "columns", "frames", "frames_kept", "repetition_time", "degrees_of_freedom", "mean_fd", "coverage_min",
    "worst_map", "coverage_mean", "signal_coverage_min", "warnings",
)  # fmt: skip


def figures_of(sidecar: Sidecar) -> dict[str, str]:
    """The figures of a run's signals, but for its motion, which no sidecar has."""
    coverage, signal_coverage = sidecar.coverage, sidecar.signal_coverage
    figures = {
        "columns": len(sidecar.map_names),
        "frames": sidecar.frames_in_run,
        "frames_kept": len(sidecar.frames_kept),
        "repetition_time": sidecar.t_r or "n/a",
        "degrees_of_freedom": min(sidecar.degrees_of_freedom),
        "coverage_min": f"{min(coverage):.4f}",
        "worst_map": _worst_map(sidecar),
        "coverage_mean": f"{sum(coverage) / len(coverage):.4f}",
        "signal_coverage_min": f"{min(signal_coverage):.4f}" if signal_coverage else "n/a",
        "warnings": len(sidecar.warnings),
    }
    return {name: str(value) for name, value in figures.items()}


def _worst_map(sidecar: Sidecar) -> str:
    """The first of the maps that are covered least; a map that is 0 everywhere has no coverage."""
    coverage = sidecar.get("Maps.Coverage")
    covered = [
        (share, name) for share, name in zip(coverage, sidecar.map_names, strict=True) if share != "n/a"
    ]
    return min(covered, key=lambda pair: pair[0])[1]
