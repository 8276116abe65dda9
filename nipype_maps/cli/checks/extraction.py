"""Whether the files of a call are those of the extraction that signals come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ...storage.paths import PathLike

if TYPE_CHECKING:
    from ...bids.extractions import Extraction


def are_same(sources: Iterable[Mapping[str, str]], paths: Iterable[PathLike]) -> bool:
    """Whether files are those that a sidecar names, by their content."""
    from ...storage.checksums import checksum

    return [source["SHA256"] for source in sources] == [checksum(path) for path in paths]


def differences_from(extraction: Extraction, are_same_maps: bool, mask: PathLike | None) -> list[str]:
    """Warnings where the call differs from the extraction that the signals come from."""
    warnings, inside = [], ", ".join(source["File"] for source in extraction.mask)
    if extraction.grid and not extraction.maps:
        warnings.append(
            "the sidecar of the signals names no maps under Provenance, as those of earlier versions; check "
            "that the maps, and the mask if there was one, are those that the signals come from."
        )
    elif extraction.maps and not are_same_maps:
        names = ", ".join(source["File"] for source in extraction.maps)
        warnings.append(f"the signals come from other maps ({names}) than those given.")
    if inside and not mask:
        warnings.append(
            f"the signals come from inside a mask ({inside}); without --mask the image is not 0 outside it."
        )
    elif inside and mask and not are_same(extraction.mask, [mask]):
        warnings.append(f"the signals come from inside another mask ({inside}) than that given.")
    return warnings
