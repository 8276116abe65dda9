"""The cases, and our interfaces beside the reference."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from nipype_maps.bids.signals import read_signals, write_signals
from nipype_maps.interfaces import Clean, SelectConfounds

from . import reference

#: low_pass and high_pass (Hz) and the kind of the filter.
FILTERS = [
    {"low": None, "high": None, "kind": "butterworth"},
    {"low": 0.08, "high": None, "kind": "butterworth"},
    {"low": None, "high": 0.01, "kind": "butterworth"},
    {"low": 0.1, "high": 0.01, "kind": "butterworth"},
    {"low": None, "high": 0.008, "kind": "cosine"},
]
#: Frames that a user keeps, of T: all; without the ends; without some in the middle, as booleans.
MASKS = {
    "all": lambda n: None,
    "ends": lambda n: list(range(4, n - 2)),
    "holes": lambda n: [bool(k % 11 and k % 17 != 3) for k in range(n)],
}
T_R = (0.8, 2.0)
MOTION, TISSUE, SCRUB = ["6P", "24P"], ["gs", "wmcsf8", "acompcor5", "acompcor50-each"], list(reference.FD)
#: Differences of cleaned signals, in standard deviations, above which they are not the same.
TOLERANCE = 1e-6


@dataclass
class Tally:
    """What came of the cases."""

    agree: int = 0
    largest: float = 0.0
    refused: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def cases():
    """Strategies, each with a filter, a mask, a repetition time, detrending and standardizing."""
    whole = [*reference.NAMES, *map("+".join, itertools.product(MOTION, TISSUE, SCRUB))]
    for strategy in whole:
        for number, (filtering, mask) in enumerate(itertools.product(FILTERS, MASKS)):
            yield strategy, mask, filtering, T_R[number % 2], number % 3 == 0, number % 4 == 1
    # every pair, with each filter and mask in turn
    turns = itertools.cycle(itertools.product(FILTERS, MASKS, T_R))
    for number, pair in enumerate(itertools.combinations(reference.NAMES, 2)):
        for _ in range(3):
            filtering, mask, t_r = next(turns)
            yield "+".join(pair), mask, filtering, t_r, number % 2 == 0, number % 3 == 0


def compare(table: Path) -> Tally:
    """Run all cases on one table."""
    tally, selected = Tally(), {}
    n_frames = len(pd.read_csv(table, sep="\t"))
    rng = np.random.default_rng(n_frames)
    signals = 100 + rng.normal(size=(n_frames, 4)).cumsum(axis=0)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write_signals(Path(folder) / "signals.tsv", list("abcd"), signals)
        for strategy, mask, filtering, t_r, detrend, standardize in cases():
            options = {**filtering, "t_r": t_r, "detrend": detrend, "standardize": standardize}
            frames = MASKS[mask](n_frames)
            name = f"{strategy} {mask} {options}"
            theirs = _theirs(table, strategy, frames, signals, options)
            if (strategy, mask) not in selected:
                place = Path(folder) / str(len(selected))
                place.mkdir()
                selected[strategy, mask] = _selected(table, strategy, frames, place)
            ours = _ours(selected[strategy, mask], Path(folder), options)
            _judge(tally, name, ours, theirs, 1.0 if standardize else signals.std(axis=0))
    return tally


def _theirs(table, strategy, frames, signals, options):
    if frames is not None and isinstance(frames[0], bool):
        frames = np.flatnonzero(frames)
    try:
        confounds, kept, n_frames = reference.selection(table, strategy, frames)
        return reference.cleaned(signals, confounds, kept, n_frames, **options)
    except reference.RefusalError as refusal:
        return str(refusal)


def _selected(table, strategy, frames, place):
    try:
        return SelectConfounds(in_file=table, strategy=strategy, sample_mask=frames).run(cwd=place).outputs
    except ValueError as error:
        return str(error)


def _ours(selected, folder, options):
    if isinstance(selected, str):
        return selected
    given = {"low_pass": options["low"], "high_pass": options["high"], "filter": options["kind"]}
    given |= {name: options[name] for name in ("t_r", "detrend", "standardize")}
    clean = Clean(in_file=folder / "signals.tsv", sample_mask=selected.sample_mask, **given)
    clean.inputs.selected_confounds = selected.out_file
    clean.inputs.confounds_json = selected.out_json
    try:
        made = clean.run(cwd=folder).outputs
    except ValueError as error:
        return str(error)
    (before,), (after,) = made.degrees_of_freedom_before_filter, made.degrees_of_freedom
    return read_signals(made.out_file).values, before, after


def _judge(tally: Tally, name: str, ours, theirs, scale) -> None:
    if isinstance(ours, str) and isinstance(theirs, str) and theirs in ours:
        tally.refused[theirs] += 1
    elif isinstance(ours, str) or isinstance(theirs, str):
        shown = [answer if isinstance(answer, str) else "signals" for answer in (ours, theirs)]
        tally.wrong.append(f"{name}: ours: {shown[0]}; reference: {shown[1]}")
    elif ours[0].shape != theirs[0].shape or ours[1:] != theirs[1:]:
        tally.wrong.append(f"{name}: {ours[0].shape} {ours[1:]}, not {theirs[0].shape} {theirs[1:]}")
    else:
        difference = float((np.abs(ours[0] - theirs[0]).max(axis=0) / scale).max())
        tally.largest = max(tally.largest, difference)
        if difference < TOLERANCE:
            tally.agree += 1
        else:
            tally.wrong.append(f"{name}: differs by {difference:.1e} standard deviations")
