"""The order of entities in BIDS names, by the schema of BIDS."""

from __future__ import annotations

from collections.abc import Iterable

#: Short names in the order of the schema (1.11.2); tests hold it against ``bidsschematools``.
ORDER = (
    "sub", "tpl", "ses", "cohort", "sample", "task", "tracksys", "acq", "nuc", "voi", "ce", "trc", "stain",
    "rec", "dir", "run", "mod", "echo", "flip", "inv", "mt", "part", "proc", "hemi", "space", "split",
    "recording", "chunk", "atlas", "seg", "scale", "res", "den", "label", "desc",
)  # fmt: skip


def ordered(words: Iterable[str]) -> list[str]:
    """Entities with their labels, in the order of the schema.

    Those that the schema does not know, such as ``stat``, come before ``desc``, in their own order.

    Examples
    --------
    >>> ordered(["sub-01", "desc-denoised", "stat-mean", "res-2", "atlas-DiFuMo", "scale-64"])
    ['sub-01', 'atlas-DiFuMo', 'scale-64', 'res-2', 'stat-mean', 'desc-denoised']
    """
    places = {entity: place for place, entity in enumerate(ORDER)}
    unknown = places["desc"] - 0.5
    return sorted(words, key=lambda word: places.get(word.partition("-")[0], unknown))
