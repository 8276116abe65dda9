"""Texts at the root of a data set: what is in here, and what a validator need not know."""

from __future__ import annotations

import os
from pathlib import Path

from ..storage.atomic import replacing
from ..storage.paths import PathLike
from ..storage.text import lines_of, read_text

README = "README.md"
BIDSIGNORE = ".bidsignore"
#: The last line of a README that may be written anew.
MARK = "<!-- nipype-maps writes this file anew; remove this line to keep your changes -->"
TEXT = f"""# Time series of brain maps

A BIDS derivatives data set that nipype-maps made from the preprocessed runs of another one, which
dataset_description.json names: of each run one time series per map of an atlas, by least squares.

| file | what |
|---|---|
| `sub-*/**/*_timeseries.tsv` | signals: a column per map, a row per kept frame, `n/a` where a map is empty |
| `sub-*/**/*_timeseries.json` | how they were made: confounds, filter, kept frames, coverage, sources |
| `sub-*/**/*Reconstructed_bold.nii.gz` | images that `nipype-maps inverse` made from signals |
| `atlas-*_dseg.tsv` | index and name of the maps of an atlas |
| `atlas-*_description.json` | name and license of an atlas |
| `summary.tsv` | a row per run: figures of quality, and why a run failed |
| `logs/` | log of each call, crash reports, and in `logs/runs` what was asked for each run |

Names have the entities of the run, `atlas` (and `scale`, of atlases in several sizes), and `desc` for what
was done: `sub-01_task-rest_space-MNI152NLin6Asym_atlas-DiFuMo_scale-64_res-2_desc-denoised_timeseries.tsv`.

{MARK}
"""
#: What BIDS 1.11 has no rule for, and what is written beside data.  The validator honours a pattern of a
#: folder only without a slash at its end.
IGNORED = (
    "*_timeseries.*", "*_relmat.*", "*stat-*", "*Reconstructed_bold.*", "*.html", "figures", "summary.*",
    "/work",
)  # fmt: skip


def write_readme(out: PathLike) -> None:
    """Write README.md, unless there is a README of somebody else, of whatever ending."""
    path = Path(out) / README
    if any(name.partition(".")[0] == "README" and name != README for name in os.listdir(out)):
        return
    try:
        before = read_text(path) if os.path.lexists(path) else MARK
    except (OSError, ValueError):
        return
    if MARK in before and before != TEXT:
        with replacing(path) as temporary:
            temporary.write_text(TEXT, encoding="utf-8")


def write_bidsignore(out: PathLike) -> None:
    """Add to .bidsignore the patterns of files that BIDS does not know; lines that are there stay.

    Raises
    ------
    ValueError
        If the file that is there is no text.
    OSError
        If it cannot be read or written.
    """
    path = Path(out) / BIDSIGNORE
    before = read_text(path) if path.exists() else ""
    known = {line.strip() for line in lines_of(before)}
    missing = [pattern for pattern in IGNORED if pattern not in known]
    if missing:
        end = "" if before.endswith("\n") or not before else "\n"
        added = "".join(f"{line}\n" for line in ("# not in BIDS yet, written by nipype-maps", *missing))
        with replacing(path) as temporary:
            temporary.write_text(f"{before}{end}{added}", encoding="utf-8")
